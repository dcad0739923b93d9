"""What happens to a subscription by itself: it renews, is tried again, is warned of, rests, ends."""

from collections.abc import Callable

from billing.simulated.renewing import invoicing
from billing.simulated.renewing.parts import OVER, change, draw_up, items, rhythm
from billing.simulated.renewing.periods import period_at
from billing.simulated.till import Till
from billing.simulated.till.events import tell
from billing.simulated.till.till import moment_of
from billing.simulated.wire.errors import Refused
from billing.simulated.wire.shapes import Data
from infra.jobs import enqueue

DAY = 24 * 3600
INCOMPLETE_HOURS = 23
WARNED_DAYS = 3
"""How long before its end a trial's end is told."""
RENEWS = {"active", "past_due", "trialing", "unpaid"}


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
        return await change(till, subscription, status="incomplete_expired", ended_at=at)
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
        subscription = await change(till, subscription, pause_collection=None)
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
    return await change(till, subscription, latest_invoice=invoice["id"])


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
            await change(till, subscription, **fields)
    elif invoice["billing_reason"] != "subscription_create":
        if invoice["next_payment_attempt"] is None and invoice["attempt_count"] > len(invoicing.RETRIES):
            await end(till, subscription, reason="payment_failed")
        elif subscription["status"] == "active":
            await change(till, subscription, status="past_due")


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
