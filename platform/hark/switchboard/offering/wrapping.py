"""After a call: the volunteer has time to write and breathe before the next one can be offered."""

from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update

from hark.switchboard import timers
from hark.switchboard.models import Offer
from hark.switchboard.offering import offers
from hark.switchboard.offering.board import tell_board
from hark.switchboard.touched import touch
from infra.clock import now
from infra.database import Session
from infra.prepared import Prepared, table, word
from infra.realtime import announce
from tenants.profile.models import Profile

WRAP_UP_SECONDS = 120

_OFFER = table(Offer).c
_DEFAULTS = Prepared(select(table(Profile).c.defaults))
_HAS_IT = Prepared(select(_OFFER.member_id).where(_OFFER.call_id == bindparam("call"), _OFFER.state == word("talking")))
_FINISHED = Prepared(
    update(table(Offer))
    .where(_OFFER.id == bindparam("key"), _OFFER.state == word("wrapping"))
    .values(state="done")
    .returning(_OFFER.member_id)
)


@cache
def _moved(state: str) -> Prepared:
    """Takes somebody out of a call who was in it in this state; one who talked writes up `until` then."""
    until: dict[str, Any] = {"expires_at": bindparam("until")} if state == "talking" else {}
    return Prepared(
        update(table(Offer))
        .where(_OFFER.id == bindparam("key"), _OFFER.state == word(state))
        .values(state=bindparam("to"), closed_at=bindparam("at"), **until)
        .returning(_OFFER.member_id, _OFFER.call_id)
    )


async def release(session: Session, key: UUID, *, reason: str) -> None:
    """End a talk: its offer wraps up for as long as the hotline allows, or is done at once where that is nothing.

    The caller holds the dispatch lock.
    """
    defaults = await _DEFAULTS.value(session) or {}
    seconds = int(defaults.get("wrap_up_seconds", WRAP_UP_SECONDS))
    until = now() + timedelta(seconds=seconds)
    state = "wrapping" if seconds > 0 else "done"
    row = await _moved("talking").first(session, key=key, to=state, at=now(), until=until)
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
    row = await _moved("consulting").first(session, key=key, to="done", at=now())
    if row is None:
        return
    await timers.disarm(session, key)
    touch(session, row.call_id)
    news = {"type": "call_ended", "call_id": str(row.call_id), "reason": reason, "wrap_until": None}
    announce(session, offers.member_channel(row.member_id), news)
    for [member] in await _HAS_IT.all(session, call=row.call_id):
        announce(session, offers.member_channel(member), {"type": "resync"})
    await tell_board(session)


async def finish(session: Session, key: UUID) -> UUID | None:
    """Wrapping up is over: the member can be offered calls again. Returns the member, None when it was over before.

    The caller holds the dispatch lock.
    """
    member: UUID | None = await _FINISHED.value(session, key=key)
    if member is not None:
        await timers.disarm(session, key)
        announce(session, offers.member_channel(member), {"type": "resync"})
        await tell_board(session)
    return member
