"""Invoices, what is put on them, and what paid them."""

from typing import Any

from sqlmodel import col
from stripe.params import (
    InvoiceCreateParams,
    InvoiceDeleteParams,
    InvoiceFinalizeInvoiceParams,
    InvoiceItemCreateParams,
    InvoiceItemDeleteParams,
    InvoiceItemListParams,
    InvoiceItemRetrieveParams,
    InvoiceLineItemListParams,
    InvoiceListParams,
    InvoiceMarkUncollectibleParams,
    InvoicePaymentListParams,
    InvoicePaymentRetrieveParams,
    InvoicePayParams,
    InvoiceRetrieveParams,
    InvoiceSendInvoiceParams,
    InvoiceUpdateParams,
    InvoiceVoidInvoiceParams,
)

from billing.simulated.api.recurring.catalogue import new_price
from billing.simulated.models import SimulatedObject
from billing.simulated.paying import methods
from billing.simulated.registry import endpoint
from billing.simulated.renewing import clocks, invoicing
from billing.simulated.renewing.parts import pending_line
from billing.simulated.till import Till, key_for
from billing.simulated.till.events import change_and_tell, tell
from billing.simulated.till.listing import listed, page_of
from billing.simulated.wire.errors import Refused, needs
from billing.simulated.wire.shapes import Data, part, resource

_Item: Any = resource("invoiceitem")
STILL = {"metadata", "description", "auto_advance", "default_payment_method"}
"""What may change of an invoice that is finalised."""
SAID = ("description", "metadata", "footer", "default_payment_method", "auto_advance", "due_date", "collection_method")


async def customer_of(till: Till, given: Data) -> Data:
    """The customer that a request names, by whose clock the till lives from now on."""
    if not given.get("customer"):
        raise needs("customer")
    held = await till.find("customer", given["customer"], param="customer")
    await clocks.live_by(till, held)
    return held


@endpoint("POST", "/v1/invoiceitems", InvoiceItemCreateParams)
async def create_item(till: Till, given: Data) -> Data:
    """Something a customer owes, put on the invoice that is named or on the next one."""
    customer = await customer_of(till, given)
    quantity = given.get("quantity", 1)
    price = None
    if ref := (given.get("pricing") or {}).get("price"):
        price = await till.find("price", ref, param="pricing[price]")
    elif data := given.get("price_data"):
        price = await new_price(till, data)
    amount = price["unit_amount"] * quantity if price else given.get("amount")
    if amount is None:
        raise needs("amount")
    currency = price["currency"] if price else given.get("currency", "").lower() or customer["currency"]
    if not currency:
        raise needs("currency")
    at = till.now()
    said = given.get("period") or {"start": at, "end": at}
    made = await till.make(
        "invoiceitem",
        private={"subscription": given.get("subscription")},
        amount=amount,
        net_amount=amount,
        currency=currency,
        customer=customer["id"],
        date=at,
        description=given.get("description"),
        discountable=given.get("discountable", True),
        discounts=[],
        invoice=given.get("invoice"),
        metadata=given.get("metadata") or {},
        period=part(_Item.Period, **said),
        quantity=quantity,
        quantity_decimal=str(quantity),
        tax_rates=[],
        test_clock=customer["test_clock"],
    )
    await tell(till, "invoiceitem.created", made)
    if made["invoice"]:
        await _put_on(till, await till.find("invoice", made["invoice"], param="invoice"), [made])
    return made


@endpoint("GET", "/v1/invoiceitems/{invoiceitem}", InvoiceItemRetrieveParams)
async def item(till: Till, _given: Data, ref: str) -> Data:
    """Something that is owed."""
    return await till.find("invoiceitem", ref, param="invoiceitem")


@endpoint("GET", "/v1/invoiceitems", InvoiceItemListParams)
async def items(till: Till, given: Data) -> Data:
    """What is owed, newest first."""
    pending = given.pop("pending", None)
    found = await listed(till, "invoiceitem", given)
    if pending is not None:
        found["data"] = [one for one in found["data"] if (one["invoice"] is None) == pending]
    return found


@endpoint("DELETE", "/v1/invoiceitems/{invoiceitem}", InvoiceItemDeleteParams)
async def delete_item(till: Till, _given: Data, ref: str) -> Data:
    """Take something back that isn't on a finalised invoice."""
    held = await till.find("invoiceitem", ref, param="invoiceitem")
    if held["invoice"] and (await till.find("invoice", held["invoice"]))["status"] != "draft":
        raise Refused("The item is on an invoice that is no longer editable.", code="invoice_not_editable")
    await tell(till, "invoiceitem.deleted", held)
    return await till.erase(held)


async def _put_on(till: Till, invoice: Data, wanted: list[Data]) -> Data:
    if invoice["status"] != "draft":
        raise Refused("This invoice is no longer editable", code="invoice_not_editable")
    lines = invoice["lines"]["data"] + [pending_line(invoice["id"], one) for one in wanted]
    total = sum(one["amount"] for one in lines)
    for one in wanted:
        await till.change(one, invoice=invoice["id"])
    return await till.change(
        invoice, lines=invoice["lines"] | {"data": lines}, total=total, subtotal=total, amount_due=max(total, 0),
        amount_remaining=max(total, 0), subtotal_excluding_tax=total, total_excluding_tax=total,
        currency=lines[0]["currency"],
    )  # fmt: skip


@endpoint("POST", "/v1/invoices", InvoiceCreateParams)
async def create(till: Till, given: Data) -> Data:
    """A draft, with what the customer owes so far where it is asked for."""
    customer = await customer_of(till, given)
    ref = key_for("invoice")
    wanted = []
    if given.get("pending_invoice_items_behavior", "exclude") == "include":
        wanted = [one for one in await till.all("invoiceitem", customer=customer["id"]) if one["invoice"] is None]
    said = {name: given[name] for name in (*SAID, "currency", "number") if name in given}
    if given.get("days_until_due") is not None:
        said["due_date"] = till.now() + given["days_until_due"] * 24 * 3600
    if given.get("collection_method") == "send_invoice" and "due_date" not in said:
        raise needs("days_until_due")
    lines = [pending_line(ref, one) for one in wanted]
    made = await invoicing.draw_up(till, customer, lines, ref=ref, reason="manual", **said)
    for one in wanted:
        await till.change(one, invoice=ref)
    if fee := given.get("application_fee_amount"):
        await till.remember("invoice", ref, fee=fee)
    return made


async def _held(till: Till, ref: str) -> Data:
    held = await till.find("invoice", ref, param="invoice")
    await clocks.live_by(till, await till.find("customer", held["customer"]))
    return held


@endpoint("GET", "/v1/invoices/{invoice}", InvoiceRetrieveParams)
async def retrieve(till: Till, given: Data, ref: str) -> Data:
    """An invoice; its payments where they are asked for."""
    held = await till.find("invoice", ref, param="invoice")
    if any(path.split(".")[0] == "payments" for path in given.get("expand") or ()):
        held = held | {"payments": page_of(await till.all("invoice_payment", invoice=ref), "/v1/invoice_payments")}
    if any(path.split(".")[0] == "confirmation_secret" for path in given.get("expand") or ()):
        intent = await invoicing.intent_of(till, held)
        secret = {"client_secret": intent["client_secret"], "type": "payment_intent"} if intent else None
        held = held | {"confirmation_secret": secret}
    return held


@endpoint("GET", "/v1/invoices", InvoiceListParams)
async def index(till: Till, given: Data) -> Data:
    """Invoices, newest first."""
    also: list[Any] = []
    if ref := given.pop("subscription", None):
        data = col(SimulatedObject.data)
        also.append(data["parent"]["subscription_details"]["subscription"].astext == ref)
    return await listed(till, "invoice", given, also=also)


@endpoint("GET", "/v1/invoices/{invoice}/lines", InvoiceLineItemListParams)
async def lines_of(till: Till, _given: Data, ref: str) -> Data:
    """What an invoice is for."""
    return page_of((await till.find("invoice", ref, param="invoice"))["lines"]["data"], till.path)


@endpoint("POST", "/v1/invoices/{invoice}", InvoiceUpdateParams)
async def update(till: Till, given: Data, ref: str) -> Data:
    """Change an invoice; one that is finalised only in what it says."""
    held = await _held(till, ref)
    said = {name: given[name] for name in SAID if name in given}
    if held["status"] != "draft" and said.keys() - {
        "metadata",
        "description",
        "auto_advance",
        "default_payment_method",
    }:
        raise Refused("Finalized invoices can't be updated in this way", code="invoice_not_editable")
    return await change_and_tell(till, "invoice.updated", held, **said)


@endpoint("DELETE", "/v1/invoices/{invoice}", InvoiceDeleteParams)
async def delete(till: Till, _given: Data, ref: str) -> Data:
    """Delete a draft."""
    held = await _held(till, ref)
    if held["status"] != "draft" or invoicing.subscription_of(held):
        raise Refused("You can only delete draft invoices that aren't a subscription's.", code="invoice_not_editable")
    await tell(till, "invoice.deleted", held)
    return await till.erase(held)


@endpoint("POST", "/v1/invoices/{invoice}/finalize", InvoiceFinalizeInvoiceParams)
async def finalise(till: Till, _given: Data, ref: str) -> Data:
    """Make a draft an invoice."""
    return await invoicing.finalise(till, await _held(till, ref))


@endpoint("POST", "/v1/invoices/{invoice}/pay", InvoicePayParams)
async def pay(till: Till, given: Data, ref: str) -> Data:
    """Pay now, or say that it was paid elsewhere. A card that wants its holder is refused off session (402)."""
    held = await _held(till, ref)
    if given.get("paid_out_of_band"):
        if held["status"] == "draft":
            held = await invoicing.finalise(till, held)
        return await invoicing.paid(till, held, out_of_band=True)
    method = (await methods.held(till, given["payment_method"]))["id"] if given.get("payment_method") else None
    return await invoicing.pay(till, held, method)


@endpoint("POST", "/v1/invoices/{invoice}/send", InvoiceSendInvoiceParams)
async def send(till: Till, _given: Data, ref: str) -> Data:
    """Send an invoice that is paid by its reader."""
    held = await _held(till, ref)
    if held["collection_method"] != "send_invoice":
        raise Refused("You can only manually send an invoice if its collection method is 'send_invoice'.")
    if held["status"] == "draft":
        held = await invoicing.finalise(till, held)
    await tell(till, "invoice.sent", held)
    return held


@endpoint("POST", "/v1/invoices/{invoice}/void", InvoiceVoidInvoiceParams)
async def void(till: Till, _given: Data, ref: str) -> Data:
    """Let an invoice never have been."""
    return await invoicing.close(till, await _held(till, ref), "void")


@endpoint("POST", "/v1/invoices/{invoice}/mark_uncollectible", InvoiceMarkUncollectibleParams)
async def uncollectible(till: Till, _given: Data, ref: str) -> Data:
    """Give an invoice up."""
    return await invoicing.close(till, await _held(till, ref), "uncollectible")


@endpoint("GET", "/v1/invoice_payments/{invoice_payment}", InvoicePaymentRetrieveParams)
async def payment(till: Till, _given: Data, ref: str) -> Data:
    """What binds a payment to an invoice."""
    return await till.find("invoice_payment", ref)


@endpoint("GET", "/v1/invoice_payments", InvoicePaymentListParams)
async def payments(till: Till, given: Data) -> Data:
    """Which payments paid an invoice, or which invoice a payment paid."""
    also: list[Any] = []
    if wanted := given.pop("payment", None):
        name = wanted.get("type", "payment_intent")
        also.append(col(SimulatedObject.data)["payment"][name].astext == wanted.get(name))
    return await listed(till, "invoice_payment", given, also=also)
