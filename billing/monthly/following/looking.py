"""How a monthly gift stands at the processor: fetched, noted, and told its donor where they can do something."""

from uuid import UUID

from sqlmodel import select

from billing.monthly import letters
from billing.monthly.following.months import monthly_id, paid, parts
from billing.monthly.models import MonthlyGift
from billing.months import next_after
from billing.processor.access import Refused
from billing.processor.subscriptions import watching
from billing.processor.subscriptions.changing import take_chosen_card
from billing.processor.subscriptions.reading import OVER, Subscription, invoice_of, subscription_of
from infra.clock import now
from infra.database import Session
from infra.jobs import job


def state_of(stands: Subscription) -> str:
    """The processor's word in ours."""
    if stands.status in OVER:
        return "ended"
    if stands.paused:
        return "paused"
    if stands.status in ("past_due", "unpaid", "incomplete"):
        return "past_due"
    return "ending" if stands.ending else "active"


def note(row: MonthlyGift, stands: Subscription) -> None:
    """Write down how it stands."""
    given, added = parts(stands.money, stands.said.get("minor", ""), stands.said.get("cover", ""))
    row.amount_minor, row.cover_minor = given.minor, added.minor
    row.state, row.customer, row.anchor = state_of(stands), stands.customer, stands.anchor
    row.card_brand, row.card_last4 = stands.card.brand, stands.card.last4
    row.card_month, row.card_year = stands.card.month, stands.card.year
    row.next_at = None if row.state == "ended" else stands.ends_period
    row.resumes_at = next_after(stands.anchor, stands.resumes)[1] if stands.paused and stands.resumes else None
    row.looked_at = now()
    if row.state == "ended":
        row.ended_at = stands.ended or now()
        row.why_ended = row.why_ended or ("unpaid" if stands.why_ended == "payment_failed" else "elsewhere")


async def look(session: Session, key: UUID) -> MonthlyGift | None:
    """Fetch and note; None for one that isn't there. Its row is locked first, so what is written last was fetched last.
    Raises Unavailable, Gone."""
    found = select(MonthlyGift).where(MonthlyGift.id == key).with_for_update(key_share=True)
    row = (await session.exec(found.execution_options(populate_existing=True))).one_or_none()
    if row is None or row.state == "ended":
        return row
    try:
        stands = await subscription_of(row.account, row.subscription)
    except Refused:  # it isn't on this account: nothing can be told about it
        return row
    if stands.stale and stands.status not in OVER:
        await take_chosen_card(row.account, row.subscription)
    note(row, stands)
    session.add(row)
    await session.flush()
    if row.state == "past_due" and stands.owed:
        await letters.failed(session, row, stands.owed, stands.again)
    if row.why_ended == "unpaid":
        await letters.unpaid(session, row)
    return row


@job("monthly.look")
async def look_again(session: Session, monthly: str) -> None:
    """The job."""
    await look(session, UUID(monthly))


async def hear(session: Session, account: str, kind: str, key: str) -> None:
    """What the processor said: a paid invoice is a gift, and how it stands may have changed."""
    if kind == "invoice":
        invoice = await invoice_of(account, key)
        if invoice is None:
            return
        await paid(session, invoice)
        await look(session, monthly_id(account, invoice.subscription))
    elif kind == "subscription":
        await look(session, monthly_id(account, key))
    else:
        theirs = select(MonthlyGift.id).where(MonthlyGift.account == account, MonthlyGift.customer == key)
        for each in list(await session.exec(theirs)):
            await look(session, each)


watching.watchers.append(hear)
