"""The numbers of a hotline as a whole: the first one, which it opens with, and all of them when it closes.

On an installation without a carrier numbers are simulated: +999 is a country code that the ITU has left unassigned, so
no telephone anywhere can be meant by it.
"""

import secrets
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import and_, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from infra.carriers.sandbox.numbers import NAME as SANDBOX
from infra.carriers.sandbox.numbers import NODE, area_of, kind_of
from infra.clock import now
from infra.database import Session
from infra.ids import new_id
from provisioning.numbers.models import Port
from provisioning.numbers.releasing import NOBODY, rest
from tenants.directory.models import Number, Tenant


async def claim(session: Session, tenant: UUID, line: UUID) -> Number:
    """A number for a line: the one it holds, else one that has rested, else a new one."""
    held = (await session.exec(select(Number).where(Number.tenant == tenant, Number.line == line))).first()
    return held or await _rested(session, tenant, line) or await _simulated(session, tenant, line)


async def _rested(session: Session, tenant: UUID, line: UUID) -> Number | None:
    free = or_(col(Number.status) == "free", and_(col(Number.status) == "resting", col(Number.rests_until) <= now()))
    found = select(Number).where(Number.carrier == SANDBOX, free).limit(1).with_for_update(skip_locked=True)
    row = (await session.exec(found)).first()
    if row is not None:
        row.status, row.tenant, row.line, row.rests_until, row.rests_from = "held", tenant, line, None, None
        await session.flush()
    return row


async def _simulated(session: Session, tenant: UUID, line: UUID) -> Number:
    home = await session.get(Tenant, tenant)
    while True:
        e164 = f"+999{secrets.randbelow(10**8):08d}"
        values = {
            "id": new_id(), "e164": e164, "carrier": SANDBOX, "node": NODE, "ref": e164, "status": "held",
            "tenant": tenant, "line": line, "country": home.country if home else "",
            "kind": kind_of(e164), "area": area_of(e164),
        }  # fmt: skip
        made = insert(Number).values(values)
        if (await session.execute(made.on_conflict_do_nothing().returning(col(Number.id)))).first():
            return (await session.exec(select(Number).where(Number.e164 == e164))).one()


async def release(session: Session, tenant: UUID) -> dict[str, str | None]:
    """Take every number from a tenant and let it rest; returns those that were its own, each with its line."""
    taken = list(await session.exec(select(Number).where(Number.tenant == tenant).with_for_update()))
    kept = {row.e164: str(row.line) if row.line else None for row in taken if row.status == "held"}
    for row in taken:
        if row.status == "porting":
            await session.delete(row)  # it never came; whoever had it goes on having it
        else:
            await rest(session, row)
    moving = update(Port).where(col(Port.tenant) == tenant, col(Port.ended_at).is_(None))
    await session.execute(moving.values(state="withdrawn", ended_at=now(), sealed=None))
    return kept


async def withdraw(session: Session, tenant: UUID) -> None:
    """Give back numbers that no caller has ever been told: nothing has to rest."""
    await session.execute(update(Number).where(col(Number.tenant) == tenant).values(NOBODY | {"status": "free"}))


async def take_again(session: Session, tenant: UUID, released: Mapping[str, str | None]) -> None:
    """Undo a release: the numbers lead to their lines again, unless somebody else has them by now."""
    for e164, line in released.items():
        await session.execute(
            update(Number)
            .where(col(Number.e164) == e164, col(Number.tenant).is_(None))
            .values(status="held", tenant=tenant, line=UUID(line) if line else None, rests_until=None, rests_from=None)
        )
