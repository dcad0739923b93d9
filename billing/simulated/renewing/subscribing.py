"""Subscriptions: begun, renewed period by period, paused, changed, ended."""

from collections.abc import Callable
from typing import Any

from billing.simulated.renewing import invoicing
from billing.simulated.renewing.periods import period_at
from billing.simulated.till import Till, key_for
from billing.simulated.till.events import change_and_tell, tell
from billing.simulated.till.listing import page_of
from billing.simulated.till.till import moment_of
from billing.simulated.wire.errors import Refused
from billing.simulated.wire.shapes import Data, blank, part, resource
from infra.jobs import enqueue

DAY = 24 * 3600
INCOMPLETE_HOURS = 23
WARNED_DAYS = 3
"""How long before its end a trial's end is told."""
_Subscription: Any = resource("subscription")
_Line: Any = resource("line_item")
OVER = {"canceled", "incomplete_expired"}
RENEWS = {"active", "past_due", "trialing", "unpaid"}


def plan_of(price: Data) -> Data:
    """The plan that a recurring price also is, in the dialect's older words."""
    recurring = price["recurring"]
    return blank(
        "plan", id=price["id"], active=price["active"], amount=price["unit_amount"], created=price["created"],
        amount_decimal=price["unit_amount_decimal"], currency=price["currency"], interval=recurring["interval"],
        interval_count=recurring["interval_count"], product=price["product"], usage_type=recurring["usage_type"],
        metadata=price["metadata"], nickname=price["nickname"],
    )  # fmt: skip


def item_of(subscription: str, price: Data, quantity: int, period: tuple[int, int], at: int, **said: Any) -> Data:
    """What is subscribed to."""
    return blank(
        "subscription_item", id=said.pop("id", None) or key_for("subscription_item"), created=at, plan=plan_of(price),
        price=price, quantity=quantity, subscription=subscription, current_period_start=period[0],
        current_period_end=period[1], metadata=said.pop("metadata", None) or {}, tax_rates=[], discounts=[],
    )  # fmt: skip


def items(subscription: Data) -> list[Data]:
    """What is subscribed to, as a list."""
    return list(subscription["items"]["data"])


def rhythm(subscription: Data) -> tuple[str, int]:
    """Every how many of which interval it renews."""
    recurring = items(subscription)[0]["price"]["recurring"]
    return recurring["interval"], recurring["interval_count"]


async def begin(till: Till, customer: Data, priced: list[tuple[Data, int]], given: Data) -> Data:
    """A subscription and, unless it is tried for free first, its first invoice, paid at once where that can be.

    Raises Refused (402) where the first payment is declined and `payment_behavior` says that this is an error.
    """
    at = till.now()
    ref = key_for("subscription")
    trial = trial_end(given, at)
    first = priced[0][0]["recurring"]
    anchor = given.get("billing_cycle_anchor") or trial or at
    period = (at, trial) if trial else period_at(anchor, first["interval"], first["interval_count"], at)
    listed = [item_of(ref, price, quantity, period, at) for price, quantity in priced]
    behaviour = given.get("trial_settings", {}).get("end_behavior", {}).get("missing_payment_method", "create_invoice")
    settings = part(_Subscription.PaymentSettings, **(given.get("payment_settings") or {}))
    made = await till.make(
        "subscription",
        id=ref,
        application_fee_percent=given.get("application_fee_percent"),
        automatic_tax=part(_Subscription.AutomaticTax, enabled=False),
        billing_cycle_anchor=anchor,
        billing_mode=part(_Subscription.BillingMode, type=given.get("billing_mode", {}).get("type", "flexible")),
        billing_schedules=[],
        cancel_at=given.get("cancel_at") if isinstance(given.get("cancel_at"), int) else None,
        cancel_at_period_end=bool(given.get("cancel_at_period_end")),
        cancellation_details=part(_Subscription.CancellationDetails),
        collection_method=given.get("collection_method", "charge_automatically"),
        currency=priced[0][0]["currency"],
        customer=customer["id"],
        days_until_due=given.get("days_until_due"),
        default_payment_method=given.get("default_payment_method"),
        description=given.get("description"),
        invoice_settings=part(
            _Subscription.InvoiceSettings, issuer=part(_Subscription.InvoiceSettings.Issuer, type="self")
        ),
        items=page_of(listed, f"/v1/subscription_items?subscription={ref}"),
        metadata=given.get("metadata") or {},
        payment_settings=settings,
        start_date=at,
        status="trialing" if trial else "incomplete",
        test_clock=customer["test_clock"],
        trial_end=trial,
        trial_start=at if trial else None,
        trial_settings={"end_behavior": {"missing_payment_method": behaviour}},
    )
    await tell(till, "customer.subscription.created", made)
    if trial:
        made = await _free_invoice(till, customer, made, period)
        if trial - at <= WARNED_DAYS * DAY:
            await tell(till, "customer.subscription.trial_will_end", made)
    else:
        made = await _first_invoice(till, customer, made, period, given)
    await expect(till, made)
    return made


def trial_end(given: Data, at: int) -> int | None:
    """When a trial ends, in seconds; None without one."""
    if given.get("trial_end") == "now":
        return None
    if given.get("trial_end"):
        return int(given["trial_end"])
    days = given.get("trial_period_days")
    return at + int(days) * DAY if days else None


def _lines(subscription: Data, invoice: str, period: tuple[int, int], *, free: bool = False) -> list[Data]:
    made = []
    for item in items(subscription):
        price = item["price"]
        amount = 0 if free else (price["unit_amount"] or 0) * (item["quantity"] or 1)
        parent = part(
            _Line.Parent, type="subscription_item_details",
            subscription_item_details=part(
                _Line.Parent.SubscriptionItemDetails, subscription=subscription["id"], subscription_item=item["id"],
                proration=False,
            ),
        )  # fmt: skip
        made.append(
            invoicing.line(
                invoice, price, amount, price["currency"], period, parent=parent, quantity=item["quantity"],
                subscription=subscription["id"], description=f"{item['quantity']} × {price['nickname'] or price['id']}",
                metadata=subscription["metadata"],
            )
        )  # fmt: skip
    return made


async def draw_up(
    till: Till, customer: Data, subscription: Data, period: tuple[int, int], reason: str, *, free: bool = False
) -> Data:
    """The invoice of one period, with what else the customer owes by then."""
    ref = key_for("invoice")
    lines = _lines(subscription, ref, period, free=free)
    for row in await till.rows("invoiceitem", customer=customer["id"]):
        if row.data["invoice"] is None and row.private.get("subscription") == subscription["id"]:
            lines.append(pending_line(ref, row.data))
            await till.change(row.data, invoice=ref)
    invoice = await invoicing.draw_up(
        till, customer, lines, ref=ref, reason=reason, subscription=subscription,
        collection_method=subscription["collection_method"],
        due_date=till.now() + (subscription["days_until_due"] or 30) * DAY
        if subscription["collection_method"] == "send_invoice" else None,
    )  # fmt: skip
    percent = subscription["application_fee_percent"]
    if percent and invoice["amount_due"]:
        await till.remember("invoice", ref, fee=int(invoice["amount_due"] * percent / 100))
    return invoice


def pending_line(invoice: str, item: Data) -> Data:
    """A line for what was put on a customer's account before the invoice."""
    details = part(_Line.Parent.InvoiceItemDetails, invoice_item=item["id"], proration=item["proration"])
    parent = part(_Line.Parent, type="invoice_item_details", invoice_item_details=details)
    period = (item["period"]["start"], item["period"]["end"])
    return invoicing.line(
        invoice, None, item["amount"], item["currency"], period, parent=parent, quantity=item["quantity"],
        description=item["description"], metadata=item["metadata"] or {},
    )  # fmt: skip


async def _free_invoice(till: Till, customer: Data, made: Data, period: tuple[int, int]) -> Data:
    invoice = await draw_up(till, customer, made, period, "subscription_create", free=True)
    made = await till.change(made, latest_invoice=invoice["id"])
    await invoicing.finalise(till, invoice)
    return await till.find("subscription", made["id"])


async def _first_invoice(till: Till, customer: Data, made: Data, period: tuple[int, int], given: Data) -> Data:
    invoice = await draw_up(till, customer, made, period, "subscription_create")
    made = await till.change(made, latest_invoice=invoice["id"])
    if made["collection_method"] == "send_invoice":
        await till.change(invoice, automatically_finalizes_at=till.now() + invoicing.HOUR)
        return await _now(till, made, status="active")
    invoice = await invoicing.finalise(till, invoice)
    behaviour = given.get("payment_behavior", "allow_incomplete")
    if invoice["status"] == "paid" or behaviour == "default_incomplete":
        return await till.find("subscription", made["id"])
    try:
        await invoicing.pay(till, invoice)
    except Refused as refused:
        if refused.status != 402 or behaviour == "error_if_incomplete":
            refused.keeps = False
            raise
    return await till.find("subscription", made["id"])


async def _now(till: Till, subscription: Data, **fields: Any) -> Data:
    return await change_and_tell(till, "customer.subscription.updated", subscription, **fields)


async def expect(till: Till, subscription: Data) -> None:
    """Owe the next look at a subscription that lives by the real clock."""
    if subscription["test_clock"] or subscription["status"] in OVER:
        return
    due = await due_at(till, subscription)
    if due is not None:
        facts = {"account": till.account, "subscription": subscription["id"]}
        await enqueue(till.session, "simulated.renew", facts, due=moment_of(due))


async def due_at(till: Till, subscription: Data) -> int | None:
    """When something happens to a subscription by itself next; None when nothing does."""
    status = subscription["status"]
    if status in OVER:
        return None
    if status == "incomplete":
        return int(subscription["start_date"]) + INCOMPLETE_HOURS * 3600
    times = [_invoice_due(one) for one in await _unpaid(till, subscription)]
    times.append(subscription["cancel_at"])
    if status == "trialing" and not await _warned(till, subscription):
        times.append(subscription["trial_end"] - WARNED_DAYS * DAY)
    if status in RENEWS:
        times.append(min(item["current_period_end"] for item in items(subscription)))
    resumes = (subscription["pause_collection"] or {}).get("resumes_at")
    return min((at for at in [*times, resumes] if at), default=None)


async def _warned(till: Till, subscription: Data) -> bool:
    """Whether the end of its trial was told, or is nearer than anybody is told beforehand."""
    facts = await till.private("subscription", subscription["id"])
    return bool(facts.get("warned")) or subscription["trial_end"] - subscription["trial_start"] <= WARNED_DAYS * DAY


def _invoice_due(invoice: Data) -> int | None:
    """When an invoice is finalised or tried again."""
    due: int | None = invoice["next_payment_attempt"] or invoice["automatically_finalizes_at"]
    return due


async def _unpaid(till: Till, subscription: Data) -> list[Data]:
    found = []
    for status in ("draft", "open"):
        every = await till.all("invoice", status=status, customer=subscription["customer"])
        found += [one for one in every if invoicing.subscription_of(one) == subscription["id"]]
    return found


async def happen(till: Till, subscription: Data) -> Data:
    """Do what is due at the till's present: finalise, try again, renew, end. One thing at a time."""
    at = till.now()
    if subscription["status"] == "incomplete":
        return await _now(till, subscription, status="incomplete_expired", ended_at=at)
    for invoice in await _unpaid(till, subscription):
        due = _invoice_due(invoice)
        if due and due <= at:
            await _collect(till, subscription, invoice)
            return await till.find("subscription", subscription["id"])
    if subscription["status"] == "trialing" and not await _warned(till, subscription):
        await till.remember("subscription", subscription["id"], warned=True)
        await tell(till, "customer.subscription.trial_will_end", subscription)
        return dict(subscription)
    if subscription["cancel_at"] and subscription["cancel_at"] <= at:
        return await end(till, subscription)
    resumes = (subscription["pause_collection"] or {}).get("resumes_at")
    if resumes and resumes <= at:
        subscription = await _now(till, subscription, pause_collection=None)
    if min(item["current_period_end"] for item in items(subscription)) <= at and subscription["status"] in RENEWS:
        return await _renew(till, subscription)
    return subscription


async def _collect(till: Till, subscription: Data, invoice: Data) -> None:
    """Finalise a draft whose hour has come, and try to be paid."""
    paused = subscription["pause_collection"]
    if invoice["status"] == "draft" and paused and paused["behavior"] == "keep_as_draft":
        await till.change(invoice, automatically_finalizes_at=None, auto_advance=False)
        return
    if invoice["status"] == "draft":
        invoice = await invoicing.finalise(till, invoice)
    if invoice["status"] == "paid" or invoice["collection_method"] == "send_invoice":
        return
    if paused:
        await invoicing.close(till, invoice, "void" if paused["behavior"] == "void" else "uncollectible")
        return
    try:
        await invoicing.pay(till, invoice)
    except Refused as refused:
        if refused.status != 402:  # nothing to pay with: a try that failed
            invoice = await till.change(invoice, attempt_count=invoice["attempt_count"] + 1)
            await invoicing.failed(till, invoice)


async def _renew(till: Till, subscription: Data) -> Data:
    """The next period begins: a draft that is paid an hour later."""
    if subscription["cancel_at_period_end"]:
        return await end(till, subscription)
    start = min(item["current_period_end"] for item in items(subscription))
    interval, count = rhythm(subscription)
    trialing = subscription["status"] == "trialing"
    if trialing:
        way = subscription["default_payment_method"] or await invoicing.kept_by(till, subscription["customer"])
        if way is None and (over := await _trial_unpaid(till, subscription)):
            return over
    anchor = start if trialing else subscription["billing_cycle_anchor"]
    period = period_at(anchor, interval, count, start)
    ends = {"current_period_start": period[0], "current_period_end": period[1]}
    renewed = [item | ends for item in items(subscription)]
    fields: Data = {"items": subscription["items"] | {"data": renewed}, "billing_cycle_anchor": anchor}
    if trialing:
        fields["status"] = "active"
    customer = await till.find("customer", subscription["customer"])
    subscription = await till.change(subscription, **fields)
    invoice = await draw_up(till, customer, subscription, period, "subscription_cycle")
    await till.change(invoice, automatically_finalizes_at=till.now() + invoicing.HOUR)
    return await _now(till, subscription, latest_invoice=invoice["id"])


async def _trial_unpaid(till: Till, subscription: Data) -> Data | None:
    behaviour = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    if behaviour == "cancel":
        return await end(till, subscription)
    if behaviour == "pause":
        after = await till.change(subscription, status="paused")
        await tell(till, "customer.subscription.updated", after, {"status": "trialing"})
        await tell(till, "customer.subscription.paused", after)
        return after
    return None


async def end_trial(till: Till, subscription: Data, until: str | int) -> Data:
    """End a trial now, or at another time."""
    at = till.now() if until == "now" else int(until)
    every = [item | {"current_period_end": at} for item in items(subscription)]
    subscription = await till.change(subscription, trial_end=at, items=subscription["items"] | {"data": every})
    return await _renew(till, subscription) if at <= till.now() else subscription


async def resume(till: Till, subscription: Data) -> Data:
    """Go on with one that was paused: a period begins now."""
    every = [item | {"current_period_end": till.now()} for item in items(subscription)]
    fields: Data = {"items": subscription["items"] | {"data": every}, "billing_cycle_anchor": till.now()}
    subscription = await till.change(subscription, status="active", **fields)
    subscription = await _renew(till, subscription)
    await tell(till, "customer.subscription.resumed", subscription)
    await expect(till, subscription)
    return subscription


async def end(
    till: Till, subscription: Data, *, reason: str = "cancellation_requested", details: Data | None = None
) -> Data:
    """It is over; drafts of it are dropped."""
    for invoice in await _unpaid(till, subscription):
        if invoice["status"] == "draft":
            await till.change(invoice, auto_advance=False, automatically_finalizes_at=None)
        else:
            await till.change(invoice, auto_advance=False, next_payment_attempt=None)
    said = subscription["cancellation_details"] | (details or {}) | {"reason": reason}
    ended = await till.change(
        subscription, status="canceled", ended_at=till.now(), canceled_at=subscription["canceled_at"] or till.now(),
        cancellation_details=said,
    )  # fmt: skip
    await tell(till, "customer.subscription.deleted", ended)
    return ended


async def follow(till: Till, invoice: Data) -> None:
    """A subscription stands on its invoices: paid it is active, unpaid past due, unpaid to the last it ends."""
    subscription = await till.seek("subscription", invoicing.subscription_of(invoice))
    if subscription is None or subscription["status"] in OVER:
        return
    if invoice["status"] == "paid":
        settings = subscription["payment_settings"] or {}
        intent = await invoicing.intent_of(till, invoice)
        keep = settings.get("save_default_payment_method") == "on_subscription" and intent
        fields: Data = {"default_payment_method": intent["payment_method"]} if keep and intent else {}
        if subscription["status"] in ("incomplete", "past_due", "unpaid"):
            fields["status"] = "active"
        if fields:
            await _now(till, subscription, **fields)
    elif invoice["billing_reason"] != "subscription_create":
        if invoice["next_payment_attempt"] is None and invoice["attempt_count"] > len(invoicing.RETRIES):
            await end(till, subscription, reason="payment_failed")
        elif subscription["status"] == "active":
            await _now(till, subscription, status="past_due")


async def run_until(till: Till, wanted: Callable[[Data], bool], until: int) -> None:
    """Let everything happen that falls due until then, in the order of time, each at its own hour."""
    while True:
        every = [one for one in await till.all("subscription") if wanted(one) and one["status"] not in OVER]
        due = [(at, one["id"]) for one in every if (at := await due_at(till, one)) is not None and at <= until]
        if not due:
            return
        at, ref = min(due)
        till.clock = max(at, till.clock or at)
        before = await till.find("subscription", ref)
        after = await happen(till, before)
        if after is before and await due_at(till, after) == at:
            raise RuntimeError(f"{ref} is stuck at {at}")


invoicing.SETTLED.append(follow)
