"""Going out of a call: what was two or three goes on with whoever stays, and no caller is left with nobody.

Whoever calls these holds the call's lock and the dispatch lock, in that order.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from hark.contacts.service import hand_over as hand_over_record
from hark.switchboard import calls, timers
from hark.switchboard.models import Duty, Offer
from hark.switchboard.offering import offers
from hark.switchboard.offering.board import tell_board
from hark.switchboard.offering.wrapping import depart, release
from hark.switchboard.transferring.parties import beside, guest_talks, successor
from infra.clock import now
from infra.database import Session
from infra.errors import NotFound
from infra.prepared import Prepared, table, word
from infra.realtime import announce
from tenants.allowance.service import LONGEST
from tenants.flows.engine import events as on

_OFFER, _DUTY = table(Offer).c, table(Duty).c
_TALKS = Prepared(select(_OFFER.id).where(_OFFER.call_id == bindparam("call"), _OFFER.state == word("talking")))
_WHERE = Prepared(
    select(_DUTY.device, _OFFER.state)
    .join_from(
        table(Offer),
        table(Duty),
        (_DUTY.tenant_id == _OFFER.tenant_id) & (_DUTY.id == _OFFER.member_id),
        isouter=True,
    )
    .where(_OFFER.id == bindparam("key"))
)


async def succeed(session: Session, call: UUID) -> bool:
    """Whoever has the call leaves it to those who stay: to the colleague they talked with, to a supervisor who talks
    along, or to the number outside that has answered. False when there is nobody; then nothing has changed."""
    heir = await successor(session, call)
    if heir is None and not await guest_talks(session, call):
        return False
    await offers.close(session, "cancelled", call=call)
    await let_go(session, call, reason="handed_over")
    if heir is not None:
        await promote(session, call, *heir)
        return True
    await timers.arm(session, "alone", call, now() + LONGEST)
    for row in await beside(session, call):  # who listened in on the volunteer has nobody to look after any more
        await depart(session, row.id, reason="handed_over")
    await offers.dispatch(session)
    return True


async def too_long(session: Session, call: UUID) -> None:
    """Nobody of ours is in the call, and it has cost the hotline's money for as long as anything may."""
    await calls.handle(session, call, on.OperatorEnded(at=now()))


async def let_go(session: Session, call: UUID, *, reason: str) -> None:
    """Whoever has the call goes on to write up."""
    for [key] in await _TALKS.all(session, call=call):
        await release(session, key, reason=reason)


async def promote(session: Session, call: UUID, key: UUID, member: UUID) -> None:
    """Somebody who was in the call has it from now on, with its record. Nobody else may have it."""
    await session.execute(
        update(Offer)
        .where(col(Offer.id) == key, col(Offer.state) == "consulting")
        .values(state="talking", how="talk", answered_at=now())
    )
    await timers.disarm(session, key)
    await calls.handle(session, call, on.HandedOver(at=now(), member=str(member)))
    await watch(session, call, key)
    await hand_over_record(session, call, member)
    announce(session, offers.member_channel(member), {"type": "resync"})
    await tell_board(session)


async def watch(session: Session, call: UUID, key: UUID) -> None:
    """Somebody in the browser counts as gone once their console isn't seen; a telephone says so by itself."""
    row = await _WHERE.first(session, key=key)
    if row is None:
        raise NotFound
    if row[0] not in (None, "browser"):
        return
    until = now() + timedelta(seconds=calls.SEEN_SECONDS)
    if row[1] == "talking":
        await timers.arm(session, "operator", call, until)
    elif row[1] == "consulting":
        await timers.arm(session, "party", key, until)


async def gone(session: Session, key: UUID) -> None:
    """The console of somebody who was beside another in a call isn't open any more."""
    await depart(session, key, reason="left")
    await offers.dispatch(session)
