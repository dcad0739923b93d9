"""What a volunteer does with a call: accept, decline, end, hand over, be ready again."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import col

from hark.switchboard import calls, timers
from hark.switchboard.models import Call, Duty, Offer
from hark.switchboard.offering import offers, reach
from hark.switchboard.offering.wrapping import finish, release
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict, NotFound
from infra.realtime import announce
from tenants.audit import record
from tenants.flows.engine import events as on
from tenants.members.service import member as member_by_id

HANDOVER_SECONDS = 40


async def accept(session: Session, member: UUID, key: UUID) -> UUID:
    """Take the call that an offer is for; the first to accept wins. Returns the call.

    Raises NotFound for somebody else's offer, Conflict when it is over: answered by another, hung up, or too late.
    """
    found = select(col(Offer.call_id), col(Offer.handover)).where(col(Offer.id) == key, col(Offer.member_id) == member)
    row = (await session.execute(found)).one_or_none()
    if row is None:
        raise NotFound
    await calls.lock(session, row.call_id)
    await offers.lock(session)
    if row.handover:
        await _let_go(session, row.call_id)
    won = await session.execute(
        update(Offer)
        .where(col(Offer.id) == key, col(Offer.state) == "ringing", col(Offer.expires_at) > now())
        .values(state="talking", answered_at=now())
        .returning(col(Offer.id))
    )
    if won.scalar() is None:
        raise Conflict("This call is no longer ringing: somebody else took it, or the caller hung up.")
    await timers.disarm(session, key, "offer")
    event = on.HandedOver if row.handover else on.Answered
    state = await calls.handle(session, row.call_id, event(at=now(), member=str(member)))
    if state.phase != "talking" or state.member != str(member):
        raise Conflict("This call is no longer ringing: somebody else took it, or the caller hung up.")
    device = select(col(Duty.device)).where(col(Duty.id) == member)
    if (await session.execute(device)).scalar() in (None, "browser"):  # a telephone says by itself when it is gone
        await timers.arm(session, "operator", row.call_id, now() + timedelta(seconds=calls.SEEN_SECONDS))
    record(session, "call.answer", member=member, subject=row.call_id)
    announce(session, offers.member_channel(member), {"type": "resync"})
    return UUID(str(row.call_id))


async def _let_go(session: Session, call: UUID) -> None:
    """Whoever talked before hands over: their talk ends as the new one begins, in the same transaction."""
    found = select(col(Offer.id)).where(col(Offer.call_id) == call, col(Offer.state) == "talking")
    for key in (await session.execute(found)).scalars().all():
        await release(session, key, reason="handed_over")


async def decline(session: Session, member: UUID, key: UUID) -> None:
    """Not now: the next in order is rung at once. Declining what is over changes nothing."""
    await offers.lock(session)
    await _own_offer(session, member, key)
    await offers.close(session, "declined", key=key)
    await offers.dispatch(session)


async def _own_offer(session: Session, member: UUID, key: UUID) -> UUID:
    found = select(col(Offer.call_id)).where(col(Offer.id) == key, col(Offer.member_id) == member)
    call = (await session.execute(found)).scalar()
    if call is None:
        raise NotFound
    return UUID(str(call))


async def talking_call(session: Session, member: UUID) -> UUID | None:
    """The call that a member is talking in, if any."""
    found = select(col(Offer.call_id)).where(col(Offer.member_id) == member, col(Offer.state) == "talking")
    return (await session.execute(found)).scalar()


async def talking_member(session: Session, call: UUID) -> UUID | None:
    """Who is talking in a call, if anybody."""
    found = select(col(Offer.member_id)).where(col(Offer.call_id) == call, col(Offer.state) == "talking")
    return (await session.execute(found)).scalar()


async def end(session: Session, member: UUID) -> None:
    """The volunteer ends the call; ending what is over changes nothing."""
    call = await talking_call(session, member)
    if call is not None:
        await calls.handle(session, call, on.OperatorEnded(at=now()))


async def lose(session: Session, call: UUID) -> None:
    """Whoever talks is gone without a word: the caller goes back to the front of the line."""
    await calls.lock(session, call)
    await offers.lock(session)
    found = select(Offer).where(col(Offer.call_id) == call, col(Offer.state) == "talking")
    for row in (await session.execute(found)).scalars():
        row.state, row.closed_at = "done", now()
        news = {"type": "call_ended", "call_id": str(call), "reason": "lost", "wrap_until": None}
        announce(session, offers.member_channel(row.member_id), news)
    await session.flush()
    await calls.handle(session, call, on.OperatorLost(at=now()))


async def hand_over(session: Session, member: UUID, to: UUID) -> None:
    """Ring a colleague for the call that one is in; it stays with oneself until they accept.

    Raises Conflict when one is in no call, or the colleague isn't free.
    """
    call = await talking_call(session, member)
    if call is None:
        raise Conflict("You are not in a call, so there is nothing to hand over.")
    colleague = await member_by_id(session, to)
    await offers.lock(session)
    carrier = (await session.execute(select(col(Call.carrier)).where(col(Call.id) == call))).scalar()
    real = select(col(Call.id)).where(col(Call.id) == call, col(Call.simulated).is_(False))
    on_duty = select(col(Duty.id)).where(
        col(Duty.id) == colleague.id, col(Duty.status) == "on", col(Duty.seen_until) > now(),
        col(Duty.device).in_(reach.devices(carrier)), ~(col(Duty.simulated) & real.exists()),
    )  # fmt: skip
    until = now() + timedelta(seconds=HANDOVER_SECONDS)
    asks = (await member_by_id(session, member)).name
    there = (await session.execute(on_duty)).scalar() is not None
    if not there or await offers.offer(session, call, colleague.id, until, handed_by=asks) is None:
        raise Conflict("%(name)s is not free just now. The call is still with you.", name=colleague.name)
    record(session, "call.hand_over", member=member, subject=call, to=str(to))


async def ready(session: Session, member: UUID) -> None:
    """Wrap-up is over before its time."""
    await offers.lock(session)
    found = select(col(Offer.id)).where(col(Offer.member_id) == member, col(Offer.state) == "wrapping")
    for key in (await session.execute(found)).scalars().all():
        await finish(session, key)
    await offers.dispatch(session)


async def keep(session: Session, member: UUID) -> None:
    """Stay with the caller after all: the colleague who was asked stops ringing."""
    call = await talking_call(session, member)
    if call is not None:
        await offers.lock(session)
        await offers.close(session, "cancelled", call=call)
        await offers.dispatch(session)
