"""Every night: each hotline's use is counted, a job of its own, and the next night's round is owed.

It runs at no moment that has to do with a call, so that a count which has risen tells nothing about when.
"""

from datetime import timedelta

from sqlmodel import col, select

from hark.metering.counting import count_everything
from infra.clock import now
from infra.database import Session
from infra.jobs import enqueue, job
from infra.scope import tenant_scope
from tenants.directory.models import Tenant


async def begin(session: Session) -> None:
    """Owe today's round, unless it is owed already; a process calls it as it starts."""
    await enqueue(session, "metering.round", key=f"metering:{now().date()}")


@job("metering.round", background=True)
async def go_round(session: Session) -> None:
    """Owe every hotline its count, and tomorrow's round."""
    usable = select(Tenant.id).where(col(Tenant.status).not_in(("closing", "closed")))
    for tenant in await session.exec(usable):
        with tenant_scope(tenant):
            await enqueue(session, "metering.count", key=f"metering:{tenant}:{now().date()}")
    tomorrow = now() + timedelta(days=1)
    due = tomorrow.replace(hour=0, minute=20, second=0, microsecond=0)
    await enqueue(session, "metering.round", key=f"metering:{tomorrow.date()}", due=due)


@job("metering.count", background=True)
async def count_one(session: Session) -> None:
    """Count one hotline's use."""
    await count_everything(session)
