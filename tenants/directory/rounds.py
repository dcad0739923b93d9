"""Rounds: what is done once a day for every hotline, each in its own scope, and owed again for the next day."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from sqlmodel import col, select

from infra.clock import now
from infra.database import Session
from infra.jobs import enqueue
from infra.scope import tenant_scope
from tenants.directory.models import Tenant


async def begin_round(session: Session, name: str) -> None:
    """Owe today's round `<name>.round`, unless it is owed already."""
    await enqueue(session, f"{name}.round", key=f"{name}:{now().date()}")


async def go_round(session: Session, name: str, job: str, at: time, also: Iterable[UUID] = ()) -> None:
    """Owe every hotline that isn't closing its `job`, `also` other scopes, and tomorrow's round at `at` (UTC)."""
    usable = select(Tenant.id).where(col(Tenant.status).not_in(("closing", "closed")))
    for tenant in [*also, *await session.exec(usable)]:
        with tenant_scope(tenant):
            await enqueue(session, job, key=f"{name}:{tenant}:{now().date()}")
    tomorrow = now().date() + timedelta(days=1)
    due = datetime.combine(tomorrow, at, UTC)
    await enqueue(session, f"{name}.round", key=f"{name}:{tomorrow}", due=due)
