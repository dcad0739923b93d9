"""Every night, once a day is over in UTC: each hotline's books, and the platform's own, close it."""

from datetime import datetime, timedelta

from sqlmodel import col, select

from billing.ledger.digest.closing import close_days
from infra.clock import now
from infra.database import Session
from infra.jobs import enqueue, job
from infra.scope import PLATFORM, tenant_scope
from tenants.directory.models import Tenant

AFTER_MIDNIGHT = timedelta(minutes=10)
"""So long clocks of several machines may differ before an entry is put on the next day."""


async def begin(session: Session) -> None:
    """Owe today's round, unless it is owed already; a process calls it as it starts."""
    await enqueue(session, "books.round", key=f"books:{now().date()}")


@job("books.round", background=True)
async def go_round(session: Session) -> None:
    """Owe every hotline the closing of its days, and the next night's round."""
    usable = select(Tenant.id).where(col(Tenant.status).not_in(("closing", "closed")))
    for tenant in [PLATFORM, *await session.exec(usable)]:
        with tenant_scope(tenant):
            await enqueue(session, "books.close", key=f"books:{tenant}:{now().date()}")
    tomorrow = now().date() + timedelta(days=1)
    due = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=now().tzinfo) + AFTER_MIDNIGHT
    await enqueue(session, "books.round", key=f"books:{tomorrow}", due=due)


@job("books.close", background=True)
async def close_one(session: Session) -> None:
    """Close the days that are over in one hotline's books."""
    await close_days(session)
