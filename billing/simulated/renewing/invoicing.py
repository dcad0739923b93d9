"""Invoices: drawn up, finalised, paid or tried again later, voided."""

from typing import Any

from billing.simulated.api.payments import intents
from billing.simulated.paying import charging
from billing.simulated.paying.balance import DAY
from billing.simulated.paying.charging import LISTENERS
from billing.simulated.service import page
from billing.simulated.till import Till, key_for
from billing.simulated.till.events import tell
from billing.simulated.till.listing import page_of
from billing.simulated.wire.errors import Refused, declined
from billing.simulated.wire.shapes import Data, blank, part, resource

HOUR = 3600
RETRIES = (3, 5, 7)
"""Days until a failed payment is tried again; after the last the subscription ends."""
_Invoice: Any = resource("invoice")
_Line: Any = resource("line_item")
_Payment: Any = resource("invoice_payment")
OVER = {"paid", "void", "uncollectible"}


def line(invoice: str, price: Data | None, amount: int, currency: str, period: tuple[int, int], **said: Any) -> Data:
    """A line of an invoice."""
    parent = said.pop("parent")
    quantity = said.pop("quantity", 1)
    pricing = None
    if price is not None:
        details = part(_Line.Pricing.PriceDetails, price=price["id"], product=price["product"])
        pricing = part(
            _Line.Pricing, type="price_details", price_details=details, unit_amount_decimal=str(price["unit_amount"])
        )
    return blank(
        "line_item", id=key_for("line_item"), amount=amount, subtotal=amount, currency=currency, invoice=invoice,
        period=part(_Line.Period, start=period[0], end=period[1]), pricing=pricing, parent=parent, quantity=quantity,
        quantity_decimal=str(quantity), discountable=True, **said,
    )  # fmt: skip


async def draw_up(
    till: Till, customer: Data, lines: list[Data], *, ref: str, reason: str, subscription: Data | None = None,
    **said: Any,
) -> Data:  # fmt: skip
    """A draft with these lines, numbered in the order in which the customer's are drawn up."""
    total = sum(one["amount"] for one in lines)
    currency = lines[0]["currency"] if lines else said.pop("currency", None) or customer["currency"] or "usd"
    said.pop("currency", None)
    parent = None
    if subscription is not None:
        details = part(
            _Invoice.Parent.SubscriptionDetails, subscription=subscription["id"], metadata=subscription["metadata"]
        )
        parent = part(_Invoice.Parent, type="subscription_details", subscription_details=details)
    period = lines[0]["period"] if subscription is not None and lines else {"start": till.now(), "end": till.now()}
    made = await till.make(
        "invoice",
        id=ref,
        amount_due=max(total, 0),
        amount_remaining=max(total, 0),
        auto_advance=said.pop("auto_advance", subscription is not None),
        automatic_tax=part(_Invoice.AutomaticTax, enabled=False, status=None),
        billing_reason=reason,
        collection_method=said.pop("collection_method", "charge_automatically"),
        currency=currency,
        customer=customer["id"],
        customer_email=customer["email"],
        customer_name=customer["name"],
        customer_tax_exempt="none",
        customer_tax_ids=[],
        issuer=part(_Invoice.Issuer, type="self"),
        lines=page_of(lines, f"/v1/invoices/{ref}/lines"),
        metadata=said.pop("metadata", None) or {},
        parent=parent,
        payment_settings=part(_Invoice.PaymentSettings),
        period_start=period["start"],
        period_end=period["end"],
        status="draft",
        status_transitions=part(_Invoice.StatusTransitions),
        subtotal=total,
        subtotal_excluding_tax=total,
        test_clock=customer["test_clock"],
        total=total,
        total_excluding_tax=total,
        total_discount_amounts=[],
        total_pretax_credit_amounts=[],
        total_taxes=[],
        **said,
    )
    await tell(till, "invoice.created", made)
    return made


async def finalise(till: Till, invoice: Data) -> Data:
    """Give a draft its number and make what is due payable. Raises Refused for what isn't a draft."""
    if invoice["status"] != "draft":
        raise Refused("This invoice is already finalized, you can't re-finalize.", code="invoice_not_editable")
    number = len([one for one in await till.all("invoice", customer=invoice["customer"]) if one["number"]]) + 1
    moved = invoice["status_transitions"] | {"finalized_at": till.now()}
    invoice = await till.change(
        invoice, status="open", number=f"{invoice['customer'][-8:].upper()}-{number:04d}", status_transitions=moved,
        effective_at=till.now(), automatically_finalizes_at=None, hosted_invoice_url=page(f"/invoice/{invoice['id']}"),
        invoice_pdf=page(f"/invoice/{invoice['id']}"),
    )  # fmt: skip
    if invoice["amount_due"]:
        await _expect_payment(till, invoice)
    await tell(till, "invoice.finalized", invoice)
    if not invoice["amount_due"]:
        return await paid(till, invoice)
    return invoice


async def _expect_payment(till: Till, invoice: Data) -> None:
    """The intent that pays an invoice, bound to it by an invoice payment."""
    facts = await till.private("invoice", invoice["id"])
    given = {
        "customer": invoice["customer"], "application_fee_amount": facts.get("fee"),
        "description": "Subscription update" if invoice["billing_reason"] == "subscription_cycle" else
        "Subscription creation" if invoice["billing_reason"] == "subscription_create" else invoice["description"],
        "setup_future_usage": "off_session" if invoice["billing_reason"] == "subscription_create" else None,
    }  # fmt: skip
    intent = await intents.new(
        till, invoice["amount_due"], invoice["currency"], given, await intents.offered(till, invoice["currency"], {})
    )
    await till.make(
        "invoice_payment", amount_requested=invoice["amount_due"], currency=invoice["currency"], invoice=invoice["id"],
        is_default=True, payment=part(_Payment.Payment, type="payment_intent", payment_intent=intent["id"]),
        status="open", status_transitions=part(_Payment.StatusTransitions),
    )  # fmt: skip
    await till.remember("invoice", invoice["id"], intent=intent["id"])
    await till.remember("payment_intent", intent["id"], invoice=invoice["id"])


async def intent_of(till: Till, invoice: Data) -> Data | None:
    """The intent that pays an invoice; None before it is finalised."""
    return await till.seek("payment_intent", (await till.private("invoice", invoice["id"])).get("intent"))


async def way_of_paying(till: Till, invoice: Data) -> str | None:
    """With what an invoice is paid: its own choice, its subscription's, the customer's."""
    if invoice["default_payment_method"]:
        return str(invoice["default_payment_method"])
    subscription = await till.seek("subscription", subscription_of(invoice))
    if subscription and subscription["default_payment_method"]:
        return str(subscription["default_payment_method"])
    return await kept_by(till, invoice["customer"])


async def kept_by(till: Till, ref: str) -> str | None:
    """With what a customer pays when nothing else is said."""
    customer = await till.find("customer", ref)
    return (customer["invoice_settings"] or {}).get("default_payment_method")


def subscription_of(invoice: Data) -> str | None:
    """The subscription that an invoice belongs to."""
    details = (invoice["parent"] or {}).get("subscription_details") or {}
    return details.get("subscription")


async def pay(till: Till, invoice: Data, method: str | None = None) -> Data:
    """Try to pay an open invoice. Raises Refused (402) when the card is declined, or wants its holder's word first;
    the try stays on record."""
    if invoice["status"] in OVER:
        raise Refused(f"Invoice is already {invoice['status']}", code="invoice_not_editable")
    if invoice["status"] == "draft":
        invoice = await finalise(till, invoice)
        if invoice["status"] == "paid":
            return invoice
    ref = method or await way_of_paying(till, invoice)
    if not ref:
        raise Refused(
            "This customer has no attached payment source or default payment method. Please consider adding a default "
            "payment method.",
            code="resource_missing",
        )
    intent = await intent_of(till, invoice)
    if intent is None or intent["status"] not in charging.CONFIRMABLE:
        raise Refused("This invoice is being paid already.", code="invoice_payment_intent_requires_action")
    await till.find("payment_method", ref, param="payment_method")
    intent = await till.change(intent, payment_method=ref, status="requires_confirmation", next_action=None)
    invoice = await till.change(invoice, attempted=True, attempt_count=invoice["attempt_count"] + 1)
    intent = await charging.confirm(till, intent)
    invoice = await till.find("invoice", invoice["id"])
    if intent["status"] == "requires_action":
        raise declined(
            "This payment requires additional user action before it can be completed successfully.",
            code="invoice_payment_intent_requires_action", payment_intent=intent,
        )  # fmt: skip
    return invoice


async def paid(till: Till, invoice: Data, *, out_of_band: bool = False) -> Data:
    """All that was due has come."""
    moved = invoice["status_transitions"] | {"paid_at": till.now()}
    due = 0 if out_of_band else invoice["amount_due"]
    invoice = await till.change(
        invoice, status="paid", amount_paid=due, amount_remaining=0, attempted=True, status_transitions=moved,
        next_payment_attempt=None, auto_advance=False,
        amount_paid_off_stripe=invoice["amount_due"] if out_of_band else 0,
    )  # fmt: skip
    for one in await till.all("invoice_payment", invoice=invoice["id"]):
        at = one["status_transitions"] | {"paid_at": till.now()}
        after = await till.change(one, status="paid", amount_paid=due, status_transitions=at)
        await tell(till, "invoice_payment.paid", after)
    await tell(till, "invoice.paid", invoice)
    await tell(till, "invoice.payment_succeeded", invoice)
    for settled in SETTLED:
        await settled(till, invoice)
    return await till.find("invoice", invoice["id"])


async def close(till: Till, invoice: Data, status: str) -> Data:
    """Void an invoice, or give it up as uncollectible."""
    allowed = {"open", "uncollectible"} if status == "void" else {"open"}
    if invoice["status"] not in allowed:
        word = "void" if status == "void" else "mark as uncollectible"
        raise Refused(f"You can't {word} an invoice that is {invoice['status']}.", code="invoice_not_editable")
    key = "voided_at" if status == "void" else "marked_uncollectible_at"
    moved = invoice["status_transitions"] | {key: till.now()}
    intent = await intent_of(till, invoice)
    if status == "void" and intent and intent["status"] in charging.CONFIRMABLE:
        gone = await till.change(
            intent, status="canceled", canceled_at=till.now(), cancellation_reason="void_invoice", next_action=None
        )
        await tell(till, "payment_intent.canceled", gone)
    invoice = await till.change(
        invoice, status=status, status_transitions=moved, next_payment_attempt=None, auto_advance=False
    )
    await tell(till, "invoice.voided" if status == "void" else "invoice.marked_uncollectible", invoice)
    return invoice


SETTLED: list[Any] = []
"""Told of every invoice that was paid, or whose payment failed: subscriptions stand on invoices."""


async def follow(till: Till, intent: Data) -> None:
    """An invoice stands on its intent."""
    ref = (await till.private("payment_intent", intent["id"])).get("invoice")
    if not ref:
        return
    invoice = await till.find("invoice", ref)
    if intent["status"] == "succeeded" and invoice["status"] not in ("paid", "void"):
        await paid(till, invoice)
    elif intent["status"] == "requires_action":
        await tell(till, "invoice.payment_action_required", invoice)
        await failed(till, invoice)
    elif intent["status"] == "requires_payment_method" and intent["last_payment_error"]:
        await failed(till, invoice)


async def failed(till: Till, invoice: Data) -> None:
    """A try to be paid has failed; when the next one is."""
    tries = invoice["attempt_count"]
    again = None
    if subscription_of(invoice) and 0 < tries <= len(RETRIES) and invoice["billing_reason"] != "subscription_create":
        again = till.now() + RETRIES[tries - 1] * DAY
    invoice = await till.change(invoice, next_payment_attempt=again, attempted=True)
    await tell(till, "invoice.payment_failed", invoice)
    for settled in SETTLED:
        await settled(till, invoice)


LISTENERS.append(follow)
