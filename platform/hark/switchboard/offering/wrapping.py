"""After a call: the volunteer has time to write and breathe before the next one can be offered."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import col

from hark.switchboard import timers
from hark.switchboard.models import Offer
from hark.switchboard.offering import offers
from hark.switchboard.offering.board import tell_board
from hark.switchboard.touched import touch
from infra.clock import now
from infra.database import Session
from infra.realtime import announce
from tenants.profile.models import Profile

WRAP_UP_SECONDS = 120


async def release(session: Session, key: UUID, *, reason: str) -> None:
    """End a talk: its offer wraps up for as long as the hotline allows, or is done at once where that is nothing.

    The caller holds the dispatch lock.
    """
    defaults = (await session.execute(select(col(Profile.defaults)))).scalar() or {}
    seconds = int(defaults.get("wrap_up_seconds", WRAP_UP_SECONDS))
    until = now() + timedelta(seconds=seconds)
    state = "wrapping" if seconds > 0 else "done"
    done = await session.execute(
        update(Offer)
        .where(col(Offer.id) == key, col(Offer.state) == "talking")
        .values(state=state, closed_at=now(), expires_at=until)
        .returning(col(Offer.member_id), col(Offer.call_id))
    )
    row = done.one_or_none()
    if row is None:
        return
    await timers.disarm(session, key)
    await timers.disarm(session, row.call_id, "operator")
    touch(session, row.call_id)
    if seconds > 0:
        await timers.arm(session, "wrap", key, until)
    wrap = until.isoformat() if seconds > 0 else None
    news = {"type": "call_ended", "call_id": str(row.call_id), "reason": reason, "wrap_until": wrap}
    announce(session, offers.member_channel(row.member_id), news)
    await tell_board(session)


async def depart(session: Session, key: UUID, *, reason: str) -> None:
    """Somebody who was in a call beside the one who has it goes out, and is free: there is nothing to write up."""
    done = await session.execute(
        update(Offer)
        .where(col(Offer.id) == key, col(Offer.state) == "consulting")
        .values(state="done", closed_at=now())
        .returning(col(Offer.member_id), col(Offer.call_id))
    )
    row = done.one_or_none()
    if row is None:
        return
    await timers.disarm(session, key)
    touch(session, row.call_id)
    news = {"type": "call_ended", "call_id": str(row.call_id), "reason": reason, "wrap_until": None}
    announce(session, offers.member_channel(row.member_id), news)
    has_it = select(col(Offer.member_id)).where(col(Offer.call_id) == row.call_id, col(Offer.state) == "talking")
    for member in (await session.execute(has_it)).scalars():
        announce(session, offers.member_channel(member), {"type": "resync"})
    await tell_board(session)


async def finish(session: Session, key: UUID) -> UUID | None:
    """Wrapping up is over: the member can be offered calls again. Returns the member, None when it was over before.

    The caller holds the dispatch lock.
    """
    done = await session.execute(
        update(Offer)
        .where(col(Offer.id) == key, col(Offer.state) == "wrapping")
        .values(state="done")
        .returning(col(Offer.member_id))
    )
    member = done.scalar()
    if member is not None:
        await timers.disarm(session, key)
        announce(session, offers.member_channel(member), {"type": "resync"})
        await tell_board(session)
    return member
