"""Once a day: every hotline's sweep as a job of its own, and tomorrow's round."""

from datetime import timedelta

from sqlmodel import col, select

from billing.donors.keys import forget_old
from billing.giving.service import forget_unpaid
from hark.retention.service import sweep
from infra.clock import now
from infra.database import Session
from infra.jobs import enqueue, job
from infra.scope import current_tenant, tenant_scope
from tenants.directory.models import Tenant


async def begin(session: Session) -> None:
    """Owe today's round, unless it is owed already; a process calls it as it starts."""
    await enqueue(session, "retention.round", key=f"retention:{now().date()}")


@job("retention.round", background=True)
async def go_round(session: Session) -> None:
    """Owe every hotline's sweep, and tomorrow's round."""
    for tenant in await session.exec(select(Tenant.id).where(col(Tenant.status).not_in(("closing", "closed")))):
        with tenant_scope(tenant):
            await enqueue(session, "retention.sweep", key=f"retention:{tenant}:{now().date()}")
    tomorrow = now() + timedelta(days=1)
    await enqueue(session, "retention.round", key=f"retention:{tomorrow.date()}", due=tomorrow)


@job("retention.sweep", background=True)
async def sweep_one(session: Session) -> None:
    """Forget what is due in one hotline; and, as the one who comes by every day, see that its lines are watched."""
    await sweep(session)
    await forget_unpaid(session)
    await forget_old(session)
    await enqueue(session, "watch.rearm", key=f"watch.rearm:{current_tenant()}")
