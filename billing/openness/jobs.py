"""Every day: last month's use is booked by its rates, and the books are laid open as far as they may be."""

from datetime import time

from billing.openness.periods import lay_open
from billing.openness.rates import book_use
from billing.openness.settings import currency_of, wanted
from infra.database import Session
from infra.jobs import job
from infra.scope import current_tenant
from tenants.directory import rounds
from tenants.directory.service import tenant_by_id


async def begin(session: Session) -> None:
    """Owe today's round, unless it is owed already; a process calls it as it starts."""
    await rounds.begin_round(session, "openness")


@job("openness.round", background=True)
async def go_round(session: Session) -> None:
    """Owe every hotline its look, and tomorrow's round."""
    await rounds.go_round(session, "openness", "openness.look", time(1))


@job("openness.look", background=True)
async def look(session: Session) -> None:
    """Book one hotline's use; and lay open what may be, where it wants that."""
    tenant = await tenant_by_id(session, current_tenant())
    await book_use(session, tenant.zone)
    if await wanted(session):
        await lay_open(session, tenant.zone, await currency_of(session, tenant))
