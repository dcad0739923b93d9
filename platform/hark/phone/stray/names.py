"""Names that a carrier knows legs by outlive those that recorded, for what comes late; here they end."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlmodel import col

from hark.phone.models import Carried, Leg
from infra.clock import now
from infra.database import Session, unit_of_work
from infra.scope import no_scope, tenant_scope
from tenants.allowance import service as allowance

KEPT = timedelta(days=1)
"""For so long something may still be told of a leg that is over, and an errand may take."""


async def sweep(session: Session) -> None:
    """Forget the names of legs that have been over for long, or that aren't there any more, and of errands that nobody
    ended."""
    old = col(Carried.since) < now() - KEPT
    with no_scope():
        tenants = (await session.execute(select(col(Carried.tenant)).where(old).distinct())).scalars().all()
    for tenant in tenants:
        with tenant_scope(tenant):
            async with unit_of_work() as own:
                living = select(col(Leg.id)).where(col(Leg.state) != "over")
                mine = old, col(Carried.tenant) == tenant
                gone = delete(Carried).where(*mine, col(Carried.id).not_in(living)).returning(col(Carried.id))
                for key in (await own.execute(gone)).scalars().all():
                    await allowance.give_back(own, key)
