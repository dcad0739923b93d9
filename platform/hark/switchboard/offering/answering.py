"""What a volunteer does with a call: accept, decline, end, be ready again."""

from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from hark.contacts.service import hand_over as hand_over_record
from hark.contacts.service import let_in
from hark.switchboard import calls, timers
from hark.switchboard.models import Offer
from hark.switchboard.offering import offers
from hark.switchboard.offering.board import tell_board
from hark.switchboard.offering.wrapping import finish
from hark.switchboard.touched import touch
from hark.switchboard.transferring import leaving
from hark.switchboard.transferring.parties import IN_CALL, present_call, talking_member
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict, NotFound
from infra.prepared import Prepared, table, word
from infra.realtime import announce
from tenants.audit import record
from tenants.flows.engine import events as on

OVER = "This call is no longer ringing: somebody else took it, or the caller hung up."


_OFFER = table(Offer).c
_OWN = Prepared(
    select(_OFFER.call_id, _OFFER.kind).where(_OFFER.id == bindparam("key"), _OFFER.member_id == bindparam("member"))
)
_TAKE = (
    update(table(Offer))
    .where(_OFFER.id == bindparam("key"), _OFFER.state == word("ringing"), _OFFER.expires_at > bindparam("at"))
    .returning(_OFFER.id)
)
_JOINED = Prepared(_TAKE.values(state="consulting"))
_WON = Prepared(_TAKE.values(state="talking", answered_at=bindparam("at")))


async def accept(session: Session, member: UUID, key: UUID) -> UUID:
    """Take the call that an offer is for; the first to accept wins. Returns the call.

    Raises NotFound for somebody else's offer, Conflict when it is over: answered by another, hung up, or too late.
    """
    row = await _OWN.first(session, key=key, member=member)
    if row is None:
        raise NotFound
    await calls.lock(session, row.call_id)
    await offers.lock(session)
    consults = row.kind == "consult"
    if row.kind == "handover":
        await leaving.let_go(session, row.call_id, reason="handed_over")
    if await (_JOINED if consults else _WON).value(session, key=key, at=now()) is None:
        raise Conflict(OVER)
    await timers.disarm(session, key, "offer")
    if consults:
        await _join(session, row.call_id, member)
    else:
        event = on.HandedOver if row.kind == "handover" else on.Answered
        state = await calls.handle(session, row.call_id, event(at=now(), member=str(member)))
        if state.phase != "talking" or state.member != str(member):
            raise Conflict(OVER)
        await offers.close(session, "cancelled", call=row.call_id, reason="answered")
        await hand_over_record(session, row.call_id, member)
    await leaving.watch(session, row.call_id, key)
    record(session, "call.answer", member=member, subject=row.call_id)
    announce(session, offers.member_channel(member), {"type": "resync"})
    call: UUID = row.call_id
    return call


async def _join(session: Session, call: UUID, member: UUID) -> None:
    """A colleague who was asked first talks with whoever asked, and may read the record."""
    asking = await talking_member(session, call)
    if asking is None:
        raise Conflict(OVER)
    await let_in(session, call, member)
    touch(session, call)
    announce(session, offers.member_channel(asking), {"type": "resync"})
    await tell_board(session)


async def decline(session: Session, member: UUID, key: UUID) -> None:
    """Not now: the next in order is rung at once. Declining what is over changes nothing."""
    await offers.lock(session)
    await _own_offer(session, member, key)
    await offers.close(session, "declined", key=key)
    await offers.dispatch(session)


async def _own_offer(session: Session, member: UUID, key: UUID) -> UUID:
    row = await _OWN.first(session, key=key, member=member)
    if row is None:
        raise NotFound
    call: UUID = row.call_id
    return call


async def end(session: Session, member: UUID) -> None:
    """A member ends the call they are in, or leaves it to whoever else talks with the caller; ending what is over
    changes nothing."""
    call = await present_call(session, member)
    if call is None:
        return
    await calls.lock(session, call)
    await offers.lock(session)
    found = select(col(Offer.id), col(Offer.state)).where(
        col(Offer.call_id) == call, col(Offer.member_id) == member, col(Offer.state).in_(IN_CALL)
    )
    own = (await session.execute(found)).one_or_none()
    if own is not None and own.state == "consulting":
        await leaving.gone(session, own.id)
    elif own is not None and not await leaving.succeed(session, call):
        await calls.handle(session, call, on.OperatorEnded(at=now()))


async def leave(session: Session, member: UUID, key: UUID) -> None:
    """A member who is in a call beside the one who has it can't be reached there; anybody else stays where they are."""
    await offers.lock(session)
    found = select(col(Offer.id)).where(col(Offer.id) == key, col(Offer.state) == "consulting")
    if (await session.execute(found.where(col(Offer.member_id) == member))).scalar() is not None:
        await leaving.gone(session, key)


async def lose(session: Session, call: UUID) -> None:
    """Whoever has the call is gone without a word: it goes on with whoever else talks with the caller, or else the
    caller goes back to the front of the line."""
    await calls.lock(session, call)
    await offers.lock(session)
    if await talking_member(session, call) is None or await leaving.succeed(session, call):
        return
    await offers.close(session, "cancelled", call=call)
    found = select(Offer).where(col(Offer.call_id) == call, col(Offer.state).in_(IN_CALL))
    for row in (await session.execute(found)).scalars():
        row.state, row.closed_at = "done", now()
        await timers.disarm(session, row.id)
        news = {"type": "call_ended", "call_id": str(call), "reason": "lost", "wrap_until": None}
        announce(session, offers.member_channel(row.member_id), news)
    await session.flush()
    await calls.handle(session, call, on.OperatorLost(at=now()))


async def ready(session: Session, member: UUID) -> None:
    """Wrap-up is over before its time."""
    await offers.lock(session)
    found = select(col(Offer.id)).where(col(Offer.member_id) == member, col(Offer.state) == "wrapping")
    for key in (await session.execute(found)).scalars().all():
        await finish(session, key)
    await offers.dispatch(session)
