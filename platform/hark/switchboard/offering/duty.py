"""Who takes calls: set by the volunteer, and true only while one of their consoles is open."""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from hark.switchboard import timers
from hark.switchboard.calls import CLOSED_SECONDS, SEEN_SECONDS
from hark.switchboard.models import Duty
from hark.switchboard.offering import offers
from hark.switchboard.offering.answering import talking_call
from hark.switchboard.offering.board import tell_board
from infra.clock import now
from infra.database import Session
from infra.realtime import announce
from infra.scope import current_tenant
from tenants.audit import record

Status = Literal["on", "break", "off"]


async def set_duty(session: Session, member: UUID, status: Status) -> Duty:
    """Go on duty, on a break or off; every console of the member follows, and so do callers who wait."""
    await offers.lock(session)
    at = now()
    statement = insert(Duty).values(
        tenant_id=current_tenant(), id=member, status=status, since=at, seen_until=at + timedelta(seconds=SEEN_SECONDS)
    )
    changed = await session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "id"],
            set_={"status": status, "since": at, "seen_until": at + timedelta(seconds=SEEN_SECONDS)},
            where=col(Duty.status) != status,
        ).returning(col(Duty.id))
    )
    if changed.scalar() is not None:
        record(session, f"duty.{status}", member=member)
    if status == "on":
        await timers.arm(session, "duty", member, at + timedelta(seconds=SEEN_SECONDS))
    await rearrange(session)
    duty: Duty = (await session.execute(select(Duty).where(col(Duty.id) == member))).scalar_one()
    announce(session, offers.member_channel(member), {"type": "duty", "status": duty.status})
    await tell_board(session)
    return duty


async def rearrange(session: Session) -> None:
    """Deal out waiting calls anew; those for whom nobody is left are led on. The caller holds the dispatch lock."""
    for call in await offers.dispatch(session):
        await timers.arm(session, "staffing", call, now())


async def seen(session: Session, member: UUID, *, closing: bool = False) -> None:
    """A console of the member is open (or has just closed): prolong, or let run out, what hangs on it."""
    seconds = CLOSED_SECONDS if closing else SEEN_SECONDS
    until = now() + timedelta(seconds=seconds)
    status = (
        await session.execute(
            update(Duty).where(col(Duty.id) == member).values(seen_until=until).returning(col(Duty.status))
        )
    ).scalar()
    if status == "on":
        await timers.arm(session, "duty", member, until)
    call = await talking_call(session, member)
    if call is not None:
        await timers.arm(session, "operator", call, until)
