"""Once a day every monthly gift is looked at: what no event told of is noted, and what is near is said beforehand."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select

from billing.monthly import letters
from billing.monthly.following.looking import look
from billing.monthly.models import MonthlyGift
from billing.monthly.standing import day_of
from billing.processor.access import NotReady
from billing.processor.models import Operation, Payee
from infra.clock import now
from infra.database import Session
from infra.jobs import enqueue, job
from infra.scope import current_tenant, tenant_scope
from tenants.directory.service import tenant_by_id

EVERY = timedelta(days=1)
BEFORE = timedelta(days=6)
"""How long before a pause ends its donor hears of it."""


async def begin(session: Session) -> None:
    """Owe today's round, unless it is owed already; a process calls it as it starts."""
    await enqueue(session, "monthly.round", key=f"monthly:{now():%Y%m%d}")


@job("monthly.round", background=True)
async def go_round(session: Session) -> None:
    """Owe every monthly gift a look, and the next day's round."""
    for tenant in {*await session.exec(select(Payee.tenant))}:
        with tenant_scope(tenant):
            await enqueue(session, "monthly.hotline", key=f"monthly.hotline:{tenant}")
    due = now() + EVERY
    await enqueue(session, "monthly.round", due=due, key=f"monthly:{due:%Y%m%d}")


@job("monthly.hotline", background=True)
async def of_hotline(session: Session) -> None:
    """Owe a look at each monthly gift of the hotline in scope that isn't over; and once more what donors wished and
    the processor hasn't answered, for a job that fails a whole day long isn't tried again by itself."""
    for key in list(await session.exec(select(MonthlyGift.id).where(col(MonthlyGift.state) != "ended"))):
        await enqueue(session, "monthly.day", {"monthly": str(key)}, key=f"monthly.day:{key}")
    wished = select(Operation).where(Operation.kind == "monthly", Operation.state == "wanted")
    for wish in list(await session.exec(wished.order_by(col(Operation.made_at), col(Operation.id)))):
        await enqueue(session, "monthly.wish", {"monthly": str(wish.subject)}, key=f"monthly.wish:{wish.id}")


@job("monthly.day", background=True)
async def of_one(session: Session, monthly: str) -> None:
    """Look at one, and write where something is near. An account that doesn't let us in has nothing to tell."""
    try:
        row = await look(session, UUID(monthly))
    except NotReady:
        return
    if row is None or row.state in ("ended", "ending"):
        return
    today = day_of(await tenant_by_id(session, current_tenant()), now())
    if row.card_year and (row.card_year, row.card_month) == (today.year, today.month):
        await letters.card_ends(session, row)
    if row.state == "paused" and row.resumes_at and row.resumes_at - BEFORE <= now():
        await letters.resumes(session, row)
