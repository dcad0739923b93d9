"""Those who are in a call together: the caller put on hold and back, a transfer completed, everybody brought together,
or the one who was asked sent away again."""

from uuid import UUID

from sqlalchemy import case, select, update
from sqlmodel import col

from hark.phone.models import Leg
from hark.switchboard import calls
from hark.switchboard.models import Offer
from hark.switchboard.offering import offers
from hark.switchboard.offering.wrapping import depart
from hark.switchboard.touched import touch
from hark.switchboard.transferring import leaving
from hark.switchboard.transferring.parties import beside, guest_talks, outside, own_call, talking_call
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict
from infra.realtime import announce
from tenants.audit import record

NOBODY_YET = "Nobody has answered yet. The caller is still with you."


async def hold(session: Session, member: UUID) -> None:
    """Let the caller hear music; again is nothing. Raises Conflict without a call on the telephone."""
    await _hold(session, await own_call(session, member), member, on=True)


async def resume(session: Session, member: UUID) -> None:
    """Talk with the caller again. Raises Conflict without a call on the telephone."""
    await _hold(session, await own_call(session, member), member, on=False)


async def _hold(session: Session, call: UUID, member: UUID, *, on: bool) -> None:
    """The caller of a call that somebody has hears music, or hears them."""
    await calls.lock(session, call)
    await session.execute(
        update(Offer)
        .where(col(Offer.call_id) == call, col(Offer.state) == "talking")
        .values(held_at=case((col(Offer.held_at).is_(None), now()), else_=col(Offer.held_at)) if on else None)
    )
    touch(session, call)
    for row in await beside(session, call):
        announce(session, offers.member_channel(row.member_id), {"type": "resync"})
    announce(session, offers.member_channel(member), {"type": "resync"})


async def complete(session: Session, member: UUID) -> None:
    """Leave the call to whoever was asked and is there, with its record. Raises Conflict while nobody is."""
    call = await own_call(session, member)
    await calls.lock(session, call)
    await offers.lock(session)
    if await own_call(session, member) != call or not await leaving.succeed(session, call):
        raise Conflict(NOBODY_YET)
    record(session, "call.transfer", member=member, subject=call)


async def conference(session: Session, member: UUID) -> None:
    """Bring the caller in to whoever was asked, and stay. Raises Conflict while nobody is there."""
    call = await own_call(session, member)
    if not await beside(session, call, "consult") and not await guest_talks(session, call):
        raise Conflict(NOBODY_YET)
    await _hold(session, call, member, on=False)
    record(session, "call.conference", member=member, subject=call)


async def take_back(session: Session, member: UUID) -> None:
    """Be alone with the caller again: whoever was asked stops ringing, or goes. Without a call it is nothing."""
    call = await talking_call(session, member)
    if call is None:
        return
    await calls.lock(session, call)
    await offers.lock(session)
    await offers.close(session, "cancelled", call=call)
    for row in await beside(session, call, "consult"):
        await depart(session, row.id, reason="taken_back")
    for leg in (await session.execute(select(Leg).where(*outside(call)))).scalars():
        leg.notes = {**leg.notes, "leave": "yes"}
    await session.flush()
    await _hold(session, call, member, on=False)
    await offers.dispatch(session)


async def held(session: Session, call: UUID) -> bool:
    """Whether the caller hears music just now."""
    found = select(col(Offer.held_at)).where(col(Offer.call_id) == call, col(Offer.state) == "talking")
    return (await session.execute(found)).scalar() is not None
