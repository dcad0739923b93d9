"""What a carrier tells of a leg, in one unit of work: the leg's row, then what it means to the flow."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import bindparam, select

from hark.phone import naming, rows
from hark.phone.arriving import gate
from hark.phone.directing import dialogue as booking
from hark.phone.directing.direct import CONFIRM, CONSENT
from hark.phone.outside import happening as outside
from hark.phone.rows import LegRow
from hark.switchboard import calls, left
from hark.switchboard.models import Offer
from hark.switchboard.offering import answering
from hark.switchboard.transferring import supervising
from infra.carriers.protocol import Answered, Digit, Heard, Over, Recorded, Ringing, Signal
from infra.carriers.reading import e164
from infra.clock import now
from infra.database import Session
from infra.errors import HarkError
from infra.prepared import Prepared, table
from infra.scope import current_tenant
from infra.vault import unseal
from tenants.allowance import service as allowance
from tenants.directory.service import tenant_by_id
from tenants.flows.engine import events as on
from tenants.flows.engine.screen import describe

_OFFER = table(Offer).c
_OFFER_NOW = Prepared(select(_OFFER.state, _OFFER.kind).where(_OFFER.id == bindparam("id")))


async def happen(session: Session, leg: LegRow, signal: Signal) -> None:
    """Let one signal happen to a living leg, under its call's lock."""
    act = _ACTS.get((leg.role == "caller", type(signal)))
    if act is not None:
        await act(session, leg, signal)


def _visit(leg: LegRow) -> int | None:
    """The visit that a caller's order belongs to: what its id begins with."""
    first = str(leg.doing.get("id", "")).split(".", 1)[0]
    return int(first) if first.isdigit() else None


# The caller


async def _caller_presses(session: Session, leg: LegRow, signal: Digit) -> None:
    if "gate" in leg.notes:
        await gate.pressed(session, leg)
        return
    call = await rows.locked(session, leg.call_id)
    if call is None:
        return
    screen = describe(call.flow, call.state, at=now())
    said = rows.dialogue(leg, call.state.visit, screen)
    if said is None:
        await calls.handle(session, leg.call_id, on.Key(at=now(), key=signal.key))
        return
    said = booking.press(said, signal.key)
    await rows.note(session, leg, notes={**leg.notes, "dialogue": booking.dump(said, call.state.visit)})
    if said.step == "declined":
        await calls.handle(session, leg.call_id, on.CallbackDeclined(at=now(), visit=call.state.visit))
    elif said.step == "booked":
        own = (await unseal(session, leg.sealed)).decode() if leg.sealed else ""
        await left.book_callback(
            session,
            leg.call_id,
            reach={
                "reach": await _meant(session, said.typed) or own,
                "wording": "neutral" if said.discreet else "",
                "email": "",
            },
            window=booking.WINDOWS[said.window],
            voicemail_ok=said.machine,
        )


async def _meant(session: Session, typed: str) -> str:
    """A typed number in E.164, as it would be dialled in the hotline's country; else just what was typed."""
    home = (await tenant_by_id(session, current_tenant())).country
    return e164(typed, home) or typed


async def _caller_heard(session: Session, leg: LegRow, signal: Heard) -> None:
    if "gate" in leg.notes and signal.id == leg.doing.get("id"):
        await gate.asked(session, leg)
        return
    if signal.id == CONSENT:
        await rows.note(session, leg, heard=CONSENT)
        return
    if leg.doing.get("id") == signal.id and leg.doing.get("then") == "report":
        await calls.handle(session, leg.call_id, on.PromptDone(at=now(), visit=_visit(leg)))


async def _caller_recorded(session: Session, leg: LegRow, signal: Recorded) -> None:
    """The sound itself was kept before (`left.keep_whole`). Nothing said is no message: whoever is still there is led
    on, and whoever hung up in silence has left us, whichever of the two their carrier tells first."""
    visit = str(signal.id).split(".", 1)[0]
    if signal.seconds == 0 and visit.isdigit() and not signal.hung_up:
        await calls.handle(session, leg.call_id, on.VoicemailUnavailable(at=now(), visit=int(visit)))


async def _caller_over(session: Session, leg: LegRow, signal: Over) -> None:
    reached = leg.state == "answered"
    await _end(session, leg, signal)
    await calls.handle(session, leg.call_id, on.CallerGone(at=now()))
    if not reached:
        await calls.unreached(session, leg.call_id)


# Somebody whom we ring


async def _rings(session: Session, leg: LegRow, _signal: Ringing) -> None:
    if leg.state == "wanted":
        await rows.note(session, leg, state="ringing")


async def _picked_up(session: Session, leg: LegRow, _signal: Answered) -> None:
    if leg.state == "answered":
        return
    await rows.note(session, leg, state="answered", answered_at=now())
    if leg.role == "outside":
        await outside.answered(session, leg)
    if leg.role == "operator" and leg.talks:
        await _accept(session, leg)


async def _confirms(session: Session, leg: LegRow, signal: Digit) -> None:
    if leg.device in ("mobile", "sip") and not leg.talks and signal.key == CONFIRM:
        await rows.note(session, leg, talks=True)
        await _accept(session, leg)


async def _accept(session: Session, leg: LegRow) -> None:
    """Whoever is there takes the call. When it is over by now, their offer is too, and the leg ends with it."""
    if leg.offer_id is None or leg.member_id is None:
        return
    offer = await _OFFER_NOW.first(session, id=leg.offer_id)
    if offer is None:
        return
    if offer.kind == "take_over":
        await supervising.arrived(session, leg.call_id, leg.offer_id)
    elif offer.state == "ringing":
        with suppress(HarkError):
            async with session.begin_nested():
                await answering.accept(session, leg.member_id, leg.offer_id)


async def _heard_by_us(session: Session, leg: LegRow, signal: Heard) -> None:
    if leg.doing.get("id") == signal.id:
        await rows.note(session, leg, heard=signal.id)


async def _rung_over(session: Session, leg: LegRow, signal: Over) -> None:
    """The volunteer's telephone is down. A browser that lost its connection may come back: its console says when it
    is gone for good."""
    reached = leg.state == "answered"
    await _end(session, leg, signal)
    if leg.role == "outside":
        await outside.over(session, leg, reached=reached)
    if leg.device == "browser" or leg.member_id is None or leg.offer_id is None:
        return
    row = await _OFFER_NOW.first(session, id=leg.offer_id)
    if row is None:
        return
    if row.state == "ringing":
        await answering.decline(session, leg.member_id, leg.offer_id)
    elif row.state == "talking" and signal.reason == "lost":
        await answering.lose(session, leg.call_id)
    elif row.state in ("talking", "consulting"):
        await answering.end(session, leg.member_id)


async def _end(session: Session, leg: LegRow, signal: Over) -> None:
    talked = int((now() - leg.answered_at).total_seconds()) if leg.answered_at else 0
    if _cost(leg):
        await allowance.give_back(session, leg.id, talked)
    await rows.note(session, leg, state="over", over_at=now(), reason=signal.reason)
    if leg.doing.get("type") != "Record" and leg.heard != CONSENT:  # what was recorded may be told of later
        await naming.drop(session, leg.id)


def _cost(leg: LegRow) -> bool:
    """Whether we rang a number for it, which the hotline pays for."""
    return leg.role == "outside" or leg.device == "mobile" or (leg.role == "caller" and leg.ref == str(leg.id))


Act = Callable[[Session, LegRow, Any], Awaitable[None]]
_ACTS: dict[tuple[bool, type], Act] = {
    (True, Ringing): _rings,
    (True, Answered): _picked_up,
    (True, Digit): _caller_presses,
    (True, Heard): _caller_heard,
    (True, Recorded): _caller_recorded,
    (True, Over): _caller_over,
    (False, Ringing): _rings,
    (False, Answered): _picked_up,
    (False, Digit): _confirms,
    (False, Heard): _heard_by_us,
    (False, Over): _rung_over,
}
"""What is done, by whether it is the caller's leg."""
