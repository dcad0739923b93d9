"""A telephone call as the rows have it: read under the call's lock, and written back with what was ordered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from hark.callers.refusing import key_words
from hark.console.carrier import carrier as carrying_tab
from hark.phone import naming
from hark.phone.carriers.voices import records
from hark.phone.directing import LegNow, NewLeg, OfferNow, View
from hark.phone.directing import dialogue as booking
from hark.phone.directing.view import Device as Where
from hark.phone.directing.words import position, question, spoken
from hark.phone.models import Leg
from hark.recordings import service as recordings
from hark.switchboard.models import Call, Duty, Offer
from hark.switchboard.published import flow_of
from infra.carriers.protocol import Command, Prompt, Ring
from infra.carriers.wire import dump
from infra.clock import now
from infra.database import Session
from infra.prepared import Batch, Prepared, Row, add, change, table, word, words
from infra.vault import unseal
from tenants.devices.models import Device
from tenants.devices.names import desk_account, tab_account
from tenants.flows.document import Flow
from tenants.flows.engine import State, describe, load_state
from tenants.flows.engine.screen import Screen
from tenants.prompts.heard import heard
from tenants.texts import say

RING_AGAIN = 25
"""Seconds that somebody is rung who is in the call already: their tab was reloaded, or they look on."""


_CALL, _LEG, _OFFER, _DUTY, _DEVICE = (table(model).c for model in (Call, Leg, Offer, Duty, Device))
_LOCKED = Prepared(
    select(_CALL.state, _CALL.flow_version_id, _CALL.carrier, _CALL.node, _CALL.dialled, _CALL.line_id)
    .where(_CALL.id == bindparam("id"))
    .with_for_update(key_share=True)
)
_LEGS = select(
    _LEG.id, _LEG.call_id, _LEG.ref, _LEG.role, _LEG.device, _LEG.state, _LEG.talks, _LEG.offer_id, _LEG.member_id,
    _LEG.attempt, _LEG.sealed, _LEG.doing, _LEG.heard, _LEG.notes, _LEG.answered_at,
).where(_LEG.state != word("over"))  # fmt: skip
_LIVING = Prepared(_LEGS.where(_LEG.call_id == bindparam("call")).order_by(_LEG.made_at))
_ALIVE = Prepared(_LEGS.where(_LEG.id == bindparam("id")))
_OFFERS = Prepared(
    select(
        _OFFER.id, _OFFER.member_id, _OFFER.state, _OFFER.expires_at, _OFFER.held_at, _OFFER.how,
        _DUTY.device, _DUTY.device_id, _DEVICE.sealed, _DEVICE.verified_at,
    )
    .join_from(
        table(Offer),
        table(Duty),
        (_DUTY.tenant_id == _OFFER.tenant_id) & (_DUTY.id == _OFFER.member_id),
        isouter=True,
    )
    .outerjoin(table(Device), (_DEVICE.tenant_id == _DUTY.tenant_id) & (_DEVICE.id == _DUTY.device_id))
    .where(_OFFER.call_id == bindparam("call"), _OFFER.state.in_(words("ringing", "talking", "consulting")))
)  # fmt: skip
_TRIED = Prepared(
    select(_LEG.id).where(
        _LEG.offer_id == bindparam("offer"), _LEG.attempt == bindparam("attempt"), _LEG.state == word("over")
    )
)


@dataclass(slots=True)
class LegRow:
    """What the phone needs of a leg's row; `note` writes it."""

    id: UUID
    call_id: UUID
    ref: str
    role: str
    device: str
    state: str
    talks: bool
    offer_id: UUID | None
    member_id: UUID | None
    attempt: str
    sealed: bytes | None
    doing: dict[str, Any]
    heard: str
    notes: dict[str, Any]
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class CallRow:
    """What the phone needs of a call's row."""

    id: UUID
    state: State
    flow: Flow
    carrier: str | None
    node: str | None
    dialled: str | None
    line: UUID


async def locked(session: Session, call: UUID) -> CallRow | None:
    """The call, ours alone until the transaction ends; None when there is no such call."""
    row = await _LOCKED.first(session, id=call)
    if row is None:
        return None
    return CallRow(call, load_state(row[0]), await flow_of(session, row[1]), row[2], row[3], row[4], row[5])


async def living(session: Session, call: UUID) -> list[LegRow]:
    """The call's legs that aren't over, the first to come first."""
    return [LegRow(*row) for row in await _LIVING.all(session, call=call)]


async def alive(session: Session, key: UUID) -> LegRow | None:
    """A leg, unless it is over."""
    row = await _ALIVE.first(session, id=key)
    return LegRow(*row) if row else None


async def view(session: Session, call: CallRow, legs: list[LegRow]) -> View:
    """Everything that decides what each leg does."""
    state = call.state
    screen = describe(call.flow, state, at=now())
    caller = next((leg for leg in legs if leg.role == "caller"), None)
    said = dialogue(caller, state.visit, screen)
    node = call.flow.nodes.get(state.node)
    words = [Prompt(text, tag) for text, tag in heard(call.flow, node, screen.language)] if node else []
    if state.phase == "ended":
        words = [Prompt(screen.text, screen.language)] if screen.text else []
    told = None
    if state.phase == "talking" and records(call.carrier):
        told = await recordings.consent(session, call.line, call.flow.languages)
    offered = await _OFFERS.all(session, call=call.id)
    return View(
        call=call.id,
        screen=screen,
        round=state.serial,
        words=(*words, *position(state.position if screen.kind == "queue" else None, screen.language)),
        legs=tuple([await _leg_now(session, leg) for leg in legs]),
        offers=tuple([await _offer(session, call.id, row) for row in offered]),
        ours=spoken(screen.language),
        ours_shown=call.dialled or "",
        records=told is not None,
        consent=_one(told, screen.language, call.flow),
        gate=_gate(caller, call.flow),
        held=_held(offered),
        question=(*(words if said.turn == 0 else ()), *question(said, screen.language)) if said else (),
        answers=said.keys if said else "",
        step=said.key if said else "",
    )


def _gate(caller: LegRow | None, flow: Flow) -> tuple[str, tuple[Prompt, ...]]:
    """What is said before the flow to a caller who is to press a key, and which time; ("", ()) for one who is in."""
    if caller is None or "gate" not in caller.notes:
        return "", ()
    told = key_words(flow.languages)
    languages = [caller.notes["language"]] if caller.notes.get("language") in told else list(told)
    return f"key.{caller.notes['gate']['asked']}", tuple(Prompt(told[tag], tag) for tag in languages)


def _one(told: dict[str, str] | None, language: str, flow: Flow) -> tuple[Prompt, ...]:
    """Words in one of several languages: the caller's, else the flow's first."""
    text = say(told or {}, language, flow.languages[0])
    return (Prompt(text, language if language in (told or {}) else flow.languages[0]),) if text else ()


def dialogue(caller: LegRow | None, visit: int, screen: Screen) -> booking.Dialogue | None:
    """The call-back's dialogue at this visit, begun anew with each; None where none is held."""
    if caller is None or screen.kind != "callback":
        return None
    kept = caller.notes.get("dialogue", {})
    return booking.load(kept) if kept.get("visit") == visit else booking.begin(screen.ask, own=bool(caller.sealed))


def _held(offered: list[Row]) -> int:
    """0, or a number that differs from one hold to the next."""
    at = next((row.held_at for row in offered if row.state == "talking"), None)
    return round(at.timestamp() * 1000) if at else 0


async def _leg_now(session: Session, leg: LegRow) -> LegNow:
    called = leg.role != "operator" and leg.state != "answered" and leg.sealed is not None
    return LegNow(
        id=leg.id,
        ref=leg.ref,
        role=leg.role,
        device=leg.device,  # type: ignore[arg-type]  # the column's CHECK says the same
        answered=leg.state == "answered",
        talks=leg.talks,
        offer=leg.offer_id,
        attempt=leg.attempt,
        heard=leg.heard,
        to=f"number:{(await unseal(session, leg.sealed)).decode()}" if called and leg.sealed else "",
        leaves="leave" in leg.notes,
    )


async def _offer(session: Session, call: UUID, row: Row) -> OfferNow:
    talking = row.state != "ringing"
    where: Where = row.device or "browser"
    to = attempt = ""
    if where == "browser" and talking:
        attempt = await carrying_tab(call, row.member_id) or ""
        tried = attempt and await _tried(session, row.id, attempt)
        to = f"member:{tab_account(row.member_id, attempt)}" if attempt and not tried else ""
    elif where == "desk" and row.verified_at and row.device_id:
        to = f"member:{desk_account(row.device_id)}"
    elif where in ("mobile", "sip") and row.verified_at:
        address = (await unseal(session, row.sealed)).decode()
        to = address if where == "sip" else f"number:{address}"
    seconds = RING_AGAIN if talking else _seconds(row.expires_at)
    has = row.state == "talking"
    return OfferNow(row.id, row.member_id, talking, where, to, attempt, seconds, has, row.how)


async def _tried(session: Session, offer: UUID, attempt: str) -> bool:
    """Whether this try is over: the softphone was reached and isn't any more, or couldn't be. Its tab says hello again,
    under another name, when it can be."""
    return await _TRIED.value(session, offer=offer, attempt=attempt) is not None


def _seconds(until: datetime) -> int:
    return max(1, round((until - now()).total_seconds()))


def order(batch: Batch, leg: LegRow, command: Command) -> bool:
    """Write down what a leg is told; False when it is doing that already."""
    if leg.doing.get("id") == command.id:
        return False
    leg.doing = dump(command)
    batch.change(Leg, leg.id, doing=leg.doing)
    return True


async def note(session: Session, leg: LegRow, **values: Any) -> None:
    """Write these columns of a leg, now and once."""
    await change(session, Leg, leg.id, **values)
    for key, value in values.items():
        if key in _KNOWN:
            setattr(leg, key, value)


_KNOWN = frozenset(LegRow.__slots__)


def add_caller(batch: Batch, call: UUID, key: UUID, *, ref: str, sealed: bytes | None, language: str | None) -> LegRow:
    """The leg of somebody who calls us."""
    told = {"state": "answered", "talks": True, "sealed": sealed, "notes": {"language": language}}
    values = _columns(call, key, ref) | {"role": "caller"} | told
    batch.add(Leg, **values)
    row: dict[str, Any] = {name: values.get(name) for name in LegRow.__slots__}
    return LegRow(**row)


async def add_called(session: Session, call: UUID, key: UUID, carrier: str, node: str, sealed: bytes) -> None:
    """The leg of somebody whom we call back; rung once a volunteer is there."""
    await add(session, Leg, **_columns(call, key, str(key)) | {"role": "caller", "sealed": sealed, "talks": True})
    await naming.name(session, key, carrier, node, str(key), call)


def add_rung(batch: Batch, call: CallRow, new: NewLeg, key: UUID) -> Ring:
    """A leg that we ring, known by its id; the command that rings it."""
    ring = Ring(str(key), "ring", new.to, call.dialled or "", new.seconds)
    told = {
        "offer_id": new.offer,
        "member_id": new.member,
        "device": new.device,
        "attempt": new.attempt,
        "talks": new.device in ("browser", "desk"),
        "doing": {"type": "Ring", "id": "ring"},
    }
    batch.add(Leg, **_columns(call.id, key, str(key)) | told)
    naming.ours(batch, key, call.carrier or "", call.node or "", call.id)
    return ring


def _columns(call: UUID, key: UUID, ref: str) -> dict[str, Any]:
    return {
        "id": key, "call_id": call, "ref": ref, "role": "operator", "device": "trunk",
        "attempt": "", "state": "wanted", "talks": False, "doing": {}, "heard": "", "notes": {}, "made_at": now(),
        "offer_id": None, "member_id": None, "sealed": None,
    }  # fmt: skip
