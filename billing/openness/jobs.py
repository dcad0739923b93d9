"""Every day: last month's use is booked by its rates, and the books are laid open as far as they may be."""

from datetime import timedelta

from sqlmodel import col, select

from billing.openness.periods import lay_open
from billing.openness.rates import book_use
from billing.openness.settings import currency_of, wanted
from infra.clock import now
from infra.database import Session
from infra.jobs import enqueue, job
from infra.scope import current_tenant, tenant_scope
from tenants.directory.models import Tenant
from tenants.directory.service import tenant_by_id


async def begin(session: Session) -> None:
    """Owe today's round, unless it is owed already; a process calls it as it starts."""
    await enqueue(session, "openness.round", key=f"openness:{now().date()}")


@job("openness.round", background=True)
async def go_round(session: Session) -> None:
    """Owe every hotline its look, and tomorrow's round."""
    usable = select(Tenant.id).where(col(Tenant.status).not_in(("closing", "closed")))
    for tenant in await session.exec(usable):
        with tenant_scope(tenant):
            await enqueue(session, "openness.look", key=f"openness:{tenant}:{now().date()}")
    tomorrow = now() + timedelta(days=1)
    due = tomorrow.replace(hour=1, minute=0, second=0, microsecond=0)
    await enqueue(session, "openness.round", key=f"openness:{tomorrow.date()}", due=due)


@job("openness.look", background=True)
async def look(session: Session) -> None:
    """Book one hotline's use; and lay open what may be, where it wants that."""
    tenant = await tenant_by_id(session, current_tenant())
    await book_use(session, tenant.zone)
    if await wanted(session):
        await lay_open(session, tenant.zone, await currency_of(session, tenant))
