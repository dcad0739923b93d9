"""Voice messages and call-backs: waiting, taken on by one person, done."""

from collections.abc import Sequence
from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import col, select

from hark.switchboard.models import Call, Callback, Voicemail
from hark.switchboard.waiting import tell_left
from infra.database import Session
from infra.errors import Conflict, NotFound
from tenants.audit import record
from tenants.members.access import SUPERVISES, Staff

Kind = Literal["voicemail", "callback"]
Message = Voicemail | Callback
TABLES: dict[str, type[Voicemail] | type[Callback]] = {"voicemail": Voicemail, "callback": Callback}
PAGE = 60


async def listed(session: Session, kind: Kind, *, done: bool) -> Sequence[tuple[Message, Call]]:
    """Messages with their calls: those that wait, the oldest first, or the last ones done."""
    table = TABLES[kind]
    found = select(table, Call).join(
        Call, (col(Call.tenant_id) == col(table.tenant_id)) & (col(Call.id) == col(table.call_id))
    )
    if done:
        found = found.where(col(table.status) == "done").order_by(col(table.at).desc())
    else:
        found = found.where(col(table.status).in_(("new", "handling"))).order_by(col(table.at))
    return cast(Sequence[tuple[Message, Call]], (await session.exec(found.limit(PAGE))).all())


async def waiting(session: Session, kind: Kind) -> int:
    """How many nobody has taken on."""
    table = TABLES[kind]
    found = select(func.count()).select_from(table).where(col(table.status) == "new")
    return (await session.exec(found)).one()


async def message(session: Session, kind: Kind, key: UUID) -> Message:
    """One message. Raises NotFound, also for one that is still being spoken."""
    table = TABLES[kind]
    row = cast(Message | None, (await session.exec(select(table).where(table.id == key))).one_or_none())
    if row is None or row.status == "recording":
        raise NotFound
    return row


async def take(staff: Staff, kind: Kind, key: UUID) -> None:
    """See to a message from now on. Raises Conflict when somebody else does already."""
    row = await message(staff.session, kind, key)
    if row.status == "handling" and row.owner == staff.member.id:
        return
    if not await _turn(staff, kind, key, "new", status="handling", owner=staff.member.id):
        raise Conflict("A colleague took this on a moment ago.")
    record(staff.session, f"{kind}.take", member=staff.member.id, subject=key)


async def finish(staff: Staff, kind: Kind, key: UUID) -> None:
    """It is done: by whoever took it on, or a supervisor. Raises Conflict for everybody else."""
    await _own(staff, kind, key)
    if await _turn(staff, kind, key, "handling", status="done"):
        record(staff.session, f"{kind}.done", member=staff.member.id, subject=key)


async def give_back(staff: Staff, kind: Kind, key: UUID) -> None:
    """Let it wait for somebody else again, also what was done by mistake. Raises Conflict."""
    await _own(staff, kind, key)
    if await _turn(staff, kind, key, "handling", "done", status="new", owner=None):
        record(staff.session, f"{kind}.return", member=staff.member.id, subject=key)


async def _own(staff: Staff, kind: Kind, key: UUID) -> Message:
    row = await message(staff.session, kind, key)
    if row.owner not in (None, staff.member.id) and not staff.may(*SUPERVISES):
        raise Conflict("A colleague is seeing to this.")
    return row


async def _turn(staff: Staff, kind: Kind, key: UUID, *held: str, **values: Any) -> bool:
    table = TABLES[kind]
    turned = await staff.session.execute(
        update(table)
        .where(col(table.id) == key, col(table.status).in_(held))
        .values(**values)
        .returning(col(table.id))
        .execution_options(synchronize_session=False)
    )
    if turned.scalar() is None:
        return False
    await tell_left(staff.session)
    return True
