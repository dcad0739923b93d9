"""A payment intent's way: tried, confirmed by the payer where the card asks, charged or refused."""

from collections.abc import Awaitable, Callable
from typing import Any

from billing.simulated.paying import methods
from billing.simulated.paying.balance import fee, move, processing_fee
from billing.simulated.paying.cards import UNASKED, Decline
from billing.simulated.paying.disputing import dispute
from billing.simulated.service import page
from billing.simulated.till import Till, key_for
from billing.simulated.till.events import tell
from billing.simulated.till.till import moment_of
from billing.simulated.wire.errors import Refused, declined
from billing.simulated.wire.shapes import Data, part, resource
from infra.jobs import enqueue

WALLETS = {"alipay", "wechat_pay"}
_Intent: Any = resource("payment_intent")
_Charge: Any = resource("charge")
Listener = Callable[[Till, Data], Awaitable[None]]
LISTENERS: list[Listener] = []
"""Told of every intent whose state has changed, within the transaction: sessions and invoices stand on intents."""
TAKES_SECONDS = 90
"""How long a payment is on its way."""
CONFIRMABLE = {"requires_payment_method", "requires_confirmation", "requires_action"}


async def _changed(till: Till, intent: Data) -> Data:
    for listener in LISTENERS:
        await listener(till, intent)
    return await till.find("payment_intent", intent["id"])


async def confirm(till: Till, intent: Data, *, off_session: bool = False, return_url: str | None = None) -> Data:
    """Try to pay with the intent's way of paying. Raises Refused (402) when the card is declined: the failed charge
    stays on record."""
    if intent["status"] not in CONFIRMABLE:
        raise unexpected(intent, "confirm")
    if not intent["payment_method"]:
        raise Refused(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state", payment_intent=intent,
        )  # fmt: skip
    method = await till.find("payment_method", intent["payment_method"])
    if method["type"] == "card":
        return await _confirm_card(till, intent, method, off_session, return_url)
    if method["type"] in WALLETS:
        return await _ask(till, intent, _wallet_action(intent, method, return_url))
    return await process(till, intent)


def unexpected(intent: Data, verb: str) -> Refused:
    """The intent isn't in a state in which this can be done."""
    return Refused(
        f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
        payment_intent=intent,
    )


async def _confirm_card(till: Till, intent: Data, method: Data, off_session: bool, return_url: str | None) -> Data:
    card = await methods.card_of(till, method)
    confirmed = (await till.private("payment_method", method["id"])).get("confirmed")
    if card.asks or (card.asks_once and not confirmed):
        if off_session:
            return await refuse(till, intent, method, UNASKED)
        action = part(
            _Intent.NextAction,
            type="redirect_to_url" if return_url else "use_stripe_sdk",
            **(
                {"redirect_to_url": part(_Intent.NextAction.RedirectToUrl, return_url=return_url, url=asking(intent))}
                if return_url
                else {"use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": asking(intent)}}
            ),
        )
        return await _ask(till, intent, action)
    if card.declines:
        return await refuse(till, intent, method, card.declines)
    return await succeed(till, intent, method)


def asking(intent: Data) -> str:
    """The page on which the payer confirms."""
    return page(f"/confirm/{intent['id']}?secret={intent['client_secret']}")


def _wallet_action(intent: Data, method: Data, return_url: str | None) -> Data:
    if method["type"] == "alipay":
        action = part(_Intent.NextAction.AlipayHandleRedirect, url=asking(intent), return_url=return_url)
        return part(_Intent.NextAction, type="alipay_handle_redirect", alipay_handle_redirect=action)
    code = part(_Intent.NextAction.WechatPayDisplayQrCode, data=asking(intent), hosted_instructions_url=asking(intent))
    return part(_Intent.NextAction, type="wechat_pay_display_qr_code", wechat_pay_display_qr_code=code)


async def _ask(till: Till, intent: Data, action: Data) -> Data:
    intent = await till.change(intent, status="requires_action", next_action=action)
    await tell(till, "payment_intent.requires_action", intent)
    return await _changed(till, intent)


async def answer(till: Till, intent: Data, said: str) -> Data:
    """What the payer said on the page that asked: "yes", "no", or "later" (a wallet that takes its time). A refusal
    stays on record and raises nothing here: the payer sees a page, not an error."""
    if intent["status"] != "requires_action":
        return intent
    method = await till.find("payment_method", intent["payment_method"])
    if said == "no":
        word = "authentication" if method["type"] == "card" else "attempt"
        trouble = Decline(
            f"payment_intent_{word}_failure" if word == "authentication" else "payment_method_customer_decline",
            "", f"The provided PaymentMethod has failed {word}.",
        )  # fmt: skip
        return await fail(till, intent, method, trouble, charged=method["type"] != "card")
    if said == "later" and method["type"] in WALLETS:
        return await process(till, intent)
    if method["type"] == "card":
        await till.remember("payment_method", method["id"], confirmed=True)
        if why := (await methods.card_of(till, method)).declines:
            return await fail(till, intent, method, why)
    return await succeed(till, intent, method)


async def process(till: Till, intent: Data) -> Data:
    """The payment is on its way; whether it arrives turns out later."""
    intent = await till.change(intent, status="processing", next_action=None)
    await tell(till, "payment_intent.processing", intent)
    facts = {"account": till.account, "intent": intent["id"]}
    await enqueue(till.session, "simulated.settle", facts, due=moment_of(till.now() + TAKES_SECONDS))
    return await _changed(till, intent)


async def settle(till: Till, intent: Data, *, ok: bool) -> Data:
    """A payment that was on its way has arrived, or hasn't."""
    if intent["status"] != "processing":
        raise unexpected(intent, "settle")
    method = await till.find("payment_method", intent["payment_method"])
    if ok:
        return await succeed(till, intent, method)
    return await fail(
        till, intent, method, Decline("payment_intent_payment_attempt_failed", "", "The payment attempt failed.")
    )


FAILING_IBANS = {
    "AT861904300235473202",
    "AT051904300235473205",
    "DE62370400440532013001",
    "IT60X0542811101000000123456",
}
"""Stripe's test account numbers from which nothing arrives."""


async def settle_as_told(till: Till, intent: Data) -> Data:
    """Let a payment arrive, or not, as its test account number says; a wallet's always does."""
    facts = await till.private("payment_method", intent["payment_method"])
    return await settle(till, intent, ok=facts.get("iban") not in FAILING_IBANS)


async def refuse(till: Till, intent: Data, method: Data, why: Decline) -> Data:
    """As `fail`, for the one who asked: raises Refused (402) when all is written."""
    intent = await fail(till, intent, method, why)
    raise declined(
        why.message, code=why.code, decline_code=why.reason or None, charge=intent["latest_charge"],
        payment_intent=intent, payment_method=method,
    )  # fmt: skip


async def fail(till: Till, intent: Data, method: Data, why: Decline, *, charged: bool = True) -> Data:
    """Write down a try that failed: a failed charge, and the intent waits for another way of paying."""
    failed = await _charge(till, intent, method, why) if charged else None
    error = part(
        _Intent.LastPaymentError, type="card_error" if method["type"] == "card" else "invalid_request_error",
        code=why.code, decline_code=why.reason or None, message=why.message, payment_method=method,
        charge=failed["id"] if failed else None,
    )  # fmt: skip
    intent = await till.change(
        intent, status="requires_payment_method", payment_method=None, next_action=None, last_payment_error=error,
        latest_charge=failed["id"] if failed else intent["latest_charge"],
    )  # fmt: skip
    if failed:
        await tell(till, "charge.failed", failed)
    await tell(till, "payment_intent.payment_failed", intent)
    return await _changed(till, intent)


async def succeed(till: Till, intent: Data, method: Data) -> Data:
    """Charge it. With manual capture the money is only held until it is captured."""
    manual = intent["capture_method"] == "manual"
    charge = await _charge(till, intent, method, None, captured=not manual)
    if manual:
        held = await till.change(
            intent, status="requires_capture", amount_capturable=intent["amount"], latest_charge=charge["id"],
            next_action=None, last_payment_error=None,
        )  # fmt: skip
        await tell(till, "charge.succeeded", charge)
        await tell(till, "payment_intent.amount_capturable_updated", held)
        return await _changed(till, held)
    charge = await collect(till, intent, charge, method)
    intent = await till.change(
        intent, status="succeeded", amount_received=charge["amount_captured"], latest_charge=charge["id"],
        next_action=None, last_payment_error=None, processing=None,
    )  # fmt: skip
    await tell(till, "charge.succeeded", charge)
    await tell(till, "payment_intent.succeeded", intent)
    intent = await _changed(till, intent)
    if method["type"] == "card" and (card := await methods.card_of(till, method)).disputes:
        await dispute(till, charge, card.disputes, inquiry=card.inquiry)
    return intent


async def collect(till: Till, intent: Data, charge: Data, method: Data) -> Data:
    """Book a charge's money: the processor's fee and the platform's leave it on the way."""
    amount, currency = charge["amount_captured"], charge["currency"]
    fees = [fee(processing_fee(amount, currency), currency)]
    ours = min(intent["application_fee_amount"] or 0, amount)
    application_fee = None
    if ours and till.account:
        fees.append(fee(ours, currency, "application_fee", "Hark application fee"))
        application_fee = await _platform_fee(till, charge, ours)
    card = await methods.card_of(till, method) if method["type"] == "card" else None
    moved = await move(
        till, "charge" if card else "payment", amount, currency, charge["id"], fees=fees,
        at_once=bool(card and card.available), category="charge", description=charge["description"],
    )  # fmt: skip
    return await till.change(charge, balance_transaction=moved["id"], application_fee=application_fee)


async def _platform_fee(till: Till, charge: Data, amount: int) -> str:
    platform = till.other("")
    key = key_for("application_fee")
    moved = await move(platform, "application_fee", amount, charge["currency"], key)
    made = await platform.make(
        "application_fee", id=key, account=till.account, amount=amount, application="ca_simulated",
        balance_transaction=moved["id"], charge=charge["id"], currency=charge["currency"],
        fee_source=part(resource("application_fee").FeeSource, type="charge", charge=charge["id"]),  # type: ignore[attr-defined]  # a part of the resource
    )  # fmt: skip
    await tell(platform, "application_fee.created", made)
    return str(made["id"])


async def _charge(till: Till, intent: Data, method: Data, why: Decline | None, *, captured: bool = True) -> Data:
    """A charge's row, good or failed; what it moves is booked by `collect`."""
    ok = why is None
    outcome = part(
        _Charge.Outcome, network_status="approved_by_network" if ok else "declined_by_network",
        reason=None if why is None else why.reason or why.code, risk_level="normal", risk_score=12,
        seller_message="Payment complete." if ok else "The bank did not return any further details with this decline.",
        type="authorized" if ok else "issuer_declined",
    )  # fmt: skip
    return await till.make(
        "charge",
        amount=intent["amount"],
        amount_captured=intent["amount"] if ok and captured else 0,
        application_fee_amount=intent["application_fee_amount"],
        billing_details=part(_Charge.BillingDetails, **method["billing_details"]),
        captured=ok and captured,
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        failure_code=why.code if why else None,
        failure_message=why.message if why else None,
        fraud_details={},
        metadata=dict(intent["metadata"]),
        outcome=outcome,
        paid=ok,
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details=_details(method),
        receipt_email=intent["receipt_email"],
        receipt_url=page(f"/receipts/{intent['id']}") if ok else None,
        shipping=intent["shipping"],
        status="succeeded" if ok else "failed",
        transfer_group=intent["transfer_group"],
    )


def _details(method: Data) -> Data:
    """What a charge says of how it was paid."""
    kind = method["type"]
    shown = method.get(kind) or {}
    if kind != "card":
        return {"type": kind, kind: {}}
    facts = ("brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
    checks = part(_Charge.PaymentMethodDetails.Card.Checks, cvc_check="pass")
    card = part(
        _Charge.PaymentMethodDetails.Card, checks=checks, network=shown["brand"],
        **{name: shown[name] for name in facts},
    )  # fmt: skip
    return {"type": kind, kind: card}
