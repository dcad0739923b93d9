"""Supervisors look after a call: they listen, whisper to the volunteer, talk along, or take it over.

Being there is an offer row like everybody's, so the database itself refuses to have somebody in two calls. The
volunteer is told at once who is there and what they do; nobody listens in secret.
"""

from typing import Literal
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from hark.contacts.service import let_in
from hark.switchboard import calls
from hark.switchboard.models import Call, Offer
from hark.switchboard.offering import offers
from hark.switchboard.offering.board import tell_board
from hark.switchboard.offering.reach import listens
from hark.switchboard.offering.wrapping import depart
from hark.switchboard.touched import touch
from hark.switchboard.transferring import leaving
from hark.switchboard.transferring.parties import beside, is_there, on_telephone, present_call, talking_member
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict, Forbidden
from infra.ids import new_id
from infra.realtime import announce
from infra.scope import current_tenant
from tenants.audit import record
from tenants.members.access import SUPERVISES
from tenants.members.service import member as member_by_id

How = Literal["listen", "whisper", "talk"]
HOWS: tuple[How, ...] = ("listen", "whisper", "talk")
ACTS: dict[How, str] = {"listen": "call.listen", "whisper": "call.whisper", "talk": "call.join"}


async def supervise(session: Session, member: UUID, call: UUID, how: How) -> None:
    """Be in a call that a volunteer has, or do something else there than before. Raises Forbidden for whom that isn't,
    NotFound for no call, Conflict when nobody has the call, or the supervisor is in another or being rung."""
    await _may(session, member)
    await calls.lock(session, call)
    await offers.lock(session)
    has_it = await _had_by_another(session, member, call)
    carrier = (await session.execute(select(col(Call.carrier)).where(col(Call.id) == call))).scalar()
    if how != "talk" and not listens(carrier):
        raise Conflict("This telephone company doesn't let anybody listen or whisper. Join the call, or take it over.")
    there = await _there(session, member, call)
    if there is None:
        await _enter(session, member, call, how)
    else:
        await session.execute(update(Offer).where(col(Offer.id) == there).values(how=how))
    record(session, ACTS[how], member=member, subject=call)
    touch(session, call)
    for each in (member, has_it):
        announce(session, offers.member_channel(each), {"type": "resync"})
    await tell_board(session)


async def take_over(session: Session, member: UUID, call: UUID, after: UUID) -> None:
    """Have the call instead of the volunteer `after`, who goes on to write up, as soon as one's own telephone is picked
    up: until then the caller stays with the volunteer. Raises as `supervise` does, and Conflict when somebody else has
    the call by now: of two who take it over at once, one gets it."""
    await _may(session, member)
    await calls.lock(session, call)
    await offers.lock(session)
    if await _had_by_another(session, member, call) != after:
        raise Conflict("Somebody else has taken this call over already.")
    key = await _there(session, member, call) or await _enter(session, member, call, "talk")
    record(session, "call.take_over", member=member, subject=call, after=str(after))
    wants = update(Offer).where(col(Offer.id) == key)
    await session.execute(wants.values(kind="take_over", how="talk", made_at=now()))
    if await is_there(session, key):
        await _take(session, call, key, member)
        return
    touch(session, call)
    for each in (member, after):
        announce(session, offers.member_channel(each), {"type": "resync"})
    await tell_board(session)


async def arrived(session: Session, call: UUID, key: UUID) -> None:
    """A supervisor's telephone was picked up, by a person: the call is theirs if that is what they came for. The
    caller of this holds the call's lock."""
    await offers.lock(session)
    row = next((row for row in await beside(session, call, "take_over") if row.id == key), None)
    if row is not None and await talking_member(session, call) is not None:
        await _take(session, call, key, row.member_id)


async def _take(session: Session, call: UUID, key: UUID, member: UUID) -> None:
    await offers.close(session, "cancelled", call=call)
    for row in await beside(session, call, "consult", "take_over"):
        if row.id != key:
            await depart(session, row.id, reason="taken_over")
    await leaving.let_go(session, call, reason="taken_over")
    await leaving.promote(session, call, key, member)
    await offers.dispatch(session)


async def _may(session: Session, member: UUID) -> None:
    if (await member_by_id(session, member)).role not in SUPERVISES:
        raise Forbidden


async def _had_by_another(session: Session, member: UUID, call: UUID) -> UUID:
    await on_telephone(session, call)
    has_it = await talking_member(session, call)
    if has_it is None or has_it == member:
        raise Conflict("Nobody else is talking in this call.")
    return has_it


async def _there(session: Session, member: UUID, call: UUID) -> UUID | None:
    """The offer by which a member is in this call beside the one who has it.
    Raises Conflict when they are in another."""
    within = await present_call(session, member)
    if within not in (None, call):
        raise Conflict("You are in another call. Leave that one first.")
    return next((row.id for row in await beside(session, call) if row.member_id == member), None)


async def _enter(session: Session, member: UUID, call: UUID, how: How) -> UUID:
    key, at = new_id(), now()
    made = await session.execute(
        insert(Offer)
        .values(
            tenant_id=current_tenant(), id=key, call_id=call, member_id=member, state="consulting", kind="supervise",
            how=how, made_at=at, expires_at=at,
        )
        .on_conflict_do_nothing()
        .returning(col(Offer.id))
    )  # fmt: skip
    if made.scalar() is None:
        raise Conflict("You are being rung or are writing up a call. Finish that first.")
    await leaving.watch(session, call, key)
    await let_in(session, call, member)
    return key
