"""Gives numbers back: they rest first, since the last hotline's callers may still dial them, and can be taken again."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select

from infra.carriers.numbers import numbers_side
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict, NotFound
from infra.jobs import enqueue, job
from infra.scope import no_scope
from provisioning.numbers.claiming import room_for_one
from tenants.audit import record
from tenants.directory.models import Number
from tenants.directory.service import number_of
from tenants.lines.service import line_of
from tenants.problems import _

REST = timedelta(days=90)
"""How long a number rests: its last hotline's callers may still dial it."""
NOBODY = {
    "tenant": None, "line": None, "reserved_at": None, "verified_at": None, "rests_until": None, "rests_from": None,
    "label": "", "language": "", "listed": True, "shown": False, "second_carrier": "", "second_node": "", "by": "first",
}  # fmt: skip
"""What a number is that leads to nobody."""


async def rest(session: Session, row: Number) -> None:
    """Take a number from its hotline; once it has rested, a job gives it back to its carrier."""
    was, until = row.tenant, now() + REST
    for name, value in NOBODY.items():
        setattr(row, name, value)
    row.status, row.rests_from, row.rests_until = "resting", was, until
    session.add(row)
    await session.flush()
    with no_scope():  # the hotline may be gone by then, the number's rent goes on
        await enqueue(session, "numbers.give_back", {"number": str(row.id)}, due=until, key=f"give_back:{row.id}")


async def release_one(session: Session, tenant: UUID, key: UUID, *, member: UUID | None) -> Number:
    """A hotline gives one of its numbers up. Raises NotFound, Conflict for one that is still on its way."""
    row = await number_of(session, tenant, key, lock=True)
    if row.status != "held":
        raise Conflict(_("This number isn't yours to give up yet."))
    if row.trunk:
        await session.delete(row)  # it is the hotline's own, and comes in by its own trunk only: nobody else can get it
    else:
        await rest(session, row)
    record(session, "number.release", member=member, subject=key)
    return row


async def resting(session: Session, tenant: UUID) -> list[Number]:
    """The numbers that a hotline gave up and may still take back."""
    found = select(Number).where(
        Number.rests_from == tenant, Number.status == "resting", col(Number.rests_until) > now()
    )
    return list(await session.exec(found.order_by(Number.e164)))


async def take_back(session: Session, tenant: UUID, key: UUID, line: UUID, *, member: UUID | None) -> None:
    """A hotline takes a number back that it gave up. Raises NotFound, Conflict when it may have no more numbers."""
    await line_of(session, line)
    await room_for_one(session, tenant)
    found = select(Number).where(Number.id == key, Number.rests_from == tenant, Number.status == "resting")
    row = (await session.exec(found.with_for_update())).one_or_none()
    if row is None or (row.rests_until and row.rests_until <= now()):
        raise NotFound
    row.status, row.tenant, row.line, row.rests_until, row.rests_from = "held", tenant, line, None, None
    session.add(row)
    record(session, "number.regain", member=member, subject=key)


@job("numbers.give_back")
async def give_back(session: Session, number: str) -> None:
    """End what a rested number costs. One that leads to somebody again by now is left alone."""
    found = select(Number).where(Number.id == UUID(number), Number.status == "resting").with_for_update()
    row = (await session.exec(found)).one_or_none()
    if row is None or row.rests_until is None or row.rests_until > now():
        return
    if row.simulated:
        row.status, row.rests_until, row.rests_from = "free", None, None
        session.add(row)
        return
    side = numbers_side(row.carrier)
    if side and side.offers.release and (held := await side.held(row.node, row.e164)):
        await side.release(row.node, held.ref)
    await session.execute(delete(Number).where(col(Number.id) == row.id))
