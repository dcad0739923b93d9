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


async def set_duty(
    session: Session, member: UUID, status: Status, *, simulated: bool = False, seconds: int = SEEN_SECONDS
) -> Duty:
    """Go on duty, on a break or off; every console of the member follows, and so do callers who wait.

    `seconds`: how long that holds unless somebody is `seen`. `simulated`: it is a program that plays the member.
    """
    await offers.lock(session)
    at = now()
    until = at + timedelta(seconds=seconds)
    values = {"status": status, "since": at, "seen_until": until, "simulated": simulated}
    changed = await session.execute(
        insert(Duty)
        .values(tenant_id=current_tenant(), id=member, **values)
        .on_conflict_do_update(
            index_elements=["tenant_id", "id"],
            set_=values,
            where=(col(Duty.status) != status) | (col(Duty.simulated) != simulated),
        )
        .returning(col(Duty.id))
    )
    if changed.scalar() is not None:
        record(session, f"duty.{status}", member=member)
    if status == "on":
        await timers.arm(session, "duty", member, until)
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
    """A console of the member is open (or has just closed): prolong, or let run out, what hangs on it.

    Whoever opens the console of a member whom a program plays takes the place over from it, off duty.
    """
    if not await stay(session, member, CLOSED_SECONDS if closing else SEEN_SECONDS):
        played = select(col(Duty.id)).where(col(Duty.id) == member, col(Duty.simulated))
        if (await session.execute(played)).scalar() is not None:
            await set_duty(session, member, "off")


async def stay(session: Session, member: UUID, seconds: int, *, simulated: bool = False) -> bool:
    """The member is there for so long; True when they, or the program that plays them, ever set a duty."""
    until = now() + timedelta(seconds=seconds)
    status = (
        await session.execute(
            update(Duty)
            .where(col(Duty.id) == member, col(Duty.simulated) == simulated)
            .values(seen_until=until)
            .returning(col(Duty.status))
        )
    ).scalar()
    if status == "on":
        await timers.arm(session, "duty", member, until)
    call = await talking_call(session, member)
    if call is not None:
        await timers.arm(session, "operator", call, until)
    return status is not None
