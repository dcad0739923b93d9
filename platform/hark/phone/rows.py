"""A telephone call as the rows have it: read under the call's lock, and written back with what was ordered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import col

from hark.callers.refusing import key_words
from hark.console.carrier import carrier as carrying_tab
from hark.phone.directing import LegNow, NewLeg, OfferNow, View
from hark.phone.directing import dialogue as booking
from hark.phone.directing.words import position, question, spoken
from hark.phone.models import Carried, Leg
from hark.phone.voices import records
from hark.recordings import service as recordings
from hark.switchboard.models import Call, Duty, Offer
from hark.switchboard.published import flow_of
from infra.carriers.protocol import Command, Prompt, Ring
from infra.carriers.wire import dump
from infra.clock import now
from infra.database import Session
from infra.scope import current_tenant
from infra.vault import unseal
from tenants.devices.models import Device
from tenants.devices.names import desk_account, tab_account
from tenants.flows.document import Flow
from tenants.flows.engine import State, describe, load_state
from tenants.flows.engine.screen import Screen
from tenants.prompts.heard import heard
from tenants.texts import say

LIVING = ("ringing", "talking", "consulting")
RING_AGAIN = 25
"""Seconds that somebody is rung who is in the call already: their tab was reloaded, or they look on."""


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
    found = select(
        col(Call.state),
        col(Call.flow_version_id),
        col(Call.carrier),
        col(Call.node),
        col(Call.dialled),
        col(Call.line_id),
    ).where(col(Call.id) == call)  # fmt: skip
    row = (await session.execute(found.with_for_update(key_share=True))).one_or_none()
    if row is None:
        return None
    return CallRow(call, load_state(row[0]), await flow_of(session, row[1]), row[2], row[3], row[4], row[5])


async def living(session: Session, call: UUID) -> list[Leg]:
    """The call's legs that aren't over."""
    found = select(Leg).where(col(Leg.call_id) == call, col(Leg.state) != "over").order_by(col(Leg.made_at))
    return list((await session.execute(found)).scalars())


async def view(session: Session, call: CallRow, legs: list[Leg]) -> View:
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
    return View(
        call=call.id,
        screen=screen,
        round=state.serial,
        words=(*words, *position(state.position if screen.kind == "queue" else None, screen.language)),
        legs=tuple([await _leg_now(session, leg) for leg in legs]),
        offers=tuple(await _offers(session, call.id)),
        ours=spoken(screen.language),
        ours_shown=call.dialled or "",
        records=told is not None,
        consent=_one(told, screen.language, call.flow),
        gate=_gate(caller, call.flow),
        held=await _held(session, call.id),
        question=(*(words if said.turn == 0 else ()), *question(said, screen.language)) if said else (),
        answers=said.keys if said else "",
        step=said.key if said else "",
    )


def _gate(caller: Leg | None, flow: Flow) -> tuple[str, tuple[Prompt, ...]]:
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


def dialogue(caller: Leg | None, visit: int, screen: Screen) -> booking.Dialogue | None:
    """The call-back's dialogue at this visit, begun anew with each; None where none is held."""
    if caller is None or screen.kind != "callback":
        return None
    kept = caller.notes.get("dialogue", {})
    return booking.load(kept) if kept.get("visit") == visit else booking.begin(screen.ask, own=bool(caller.sealed))


async def _held(session: Session, call: UUID) -> int:
    """0, or a number that differs from one hold to the next."""
    found = select(col(Offer.held_at)).where(col(Offer.call_id) == call, col(Offer.state) == "talking")
    at = (await session.execute(found)).scalar()
    return round(at.timestamp() * 1000) if at else 0


async def _leg_now(session: Session, leg: Leg) -> LegNow:
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


async def _offers(session: Session, call: UUID) -> list[OfferNow]:
    found = (
        select(
            col(Offer.id), col(Offer.member_id), col(Offer.state), col(Offer.expires_at),
            col(Duty.device), col(Duty.device_id), col(Device.sealed), col(Device.verified_at), col(Offer.how),
        )
        .outerjoin(Duty, (col(Duty.tenant_id) == col(Offer.tenant_id)) & (col(Duty.id) == col(Offer.member_id)))
        .outerjoin(Device, (col(Device.tenant_id) == col(Duty.tenant_id)) & (col(Device.id) == col(Duty.device_id)))
        .where(col(Offer.call_id) == call, col(Offer.state).in_(LIVING))
    )  # fmt: skip
    offers = []
    for key, member, state, until, device, device_id, sealed, verified, how in (await session.execute(found)).all():
        talking = state != "ringing"
        where, to, attempt = device or "browser", "", ""
        if where == "browser" and talking:
            attempt = await carrying_tab(call, member) or ""
            to = f"member:{tab_account(member, attempt)}" if attempt and not await _tried(session, key, attempt) else ""
        elif where == "desk" and verified and device_id:
            to = f"member:{desk_account(device_id)}"
        elif where == "mobile" and verified:
            to = f"number:{(await unseal(session, sealed)).decode()}"
        elif where == "sip" and verified:
            to = (await unseal(session, sealed)).decode()
        seconds = RING_AGAIN if talking else _seconds(until)
        offers.append(OfferNow(key, member, talking, where, to, attempt, seconds, state == "talking", how))  # type: ignore[arg-type]  # as above
    return offers


async def _tried(session: Session, offer: UUID, attempt: str) -> bool:
    """Whether this try is over: the softphone was reached and isn't any more, or couldn't be. Its tab says hello again,
    under another name, when it can be."""
    found = select(col(Leg.id)).where(col(Leg.offer_id) == offer, col(Leg.attempt) == attempt, col(Leg.state) == "over")
    return (await session.execute(found)).first() is not None


def _seconds(until: datetime) -> int:
    return max(1, round((until - now()).total_seconds()))


async def order(session: Session, leg: Leg, command: Command) -> bool:
    """Write down what a leg is told; False when it is doing that already."""
    if leg.doing.get("id") == command.id:
        return False
    await note(session, leg, doing=dump(command))
    return True


async def note(session: Session, leg: Leg, **values: Any) -> None:
    """Write these columns of a leg, now and once."""
    mine = update(Leg).where(col(Leg.tenant_id) == leg.tenant_id, col(Leg.id) == leg.id)
    await session.execute(mine.values(**values).execution_options(synchronize_session=False))
    for key, value in values.items():
        set_committed_value(leg, key, value)


async def add_caller(
    session: Session, call: UUID, key: UUID, *, ref: str, sealed: bytes | None, language: str | None = None
) -> None:
    """The leg of somebody who calls us."""
    await session.execute(
        insert(Leg).values(
            _columns(call, key, ref)
            | {"role": "caller", "state": "answered", "talks": True, "sealed": sealed}
            | {"notes": {"language": language}}
        )
    )


async def add_called(session: Session, call: UUID, key: UUID, carrier: str, node: str, sealed: bytes) -> None:
    """The leg of somebody whom we call back; rung once a volunteer is there."""
    values = _columns(call, key, str(key)) | {"role": "caller", "sealed": sealed, "talks": True}
    await session.execute(insert(Leg).values(values))
    await name(session, key, carrier, node, str(key), call)


async def add_rung(session: Session, call: CallRow, new: NewLeg, key: UUID, **more: Any) -> Ring:
    """A leg that we ring, known by its id; the command that rings it."""
    ring = Ring(str(key), "ring", new.to, call.dialled or "", new.seconds)
    await session.execute(
        insert(Leg).values(
            _columns(call.id, key, str(key))
            | {
                "role": "operator",
                "offer_id": new.offer,
                "member_id": new.member,
                "device": new.device,
                "attempt": new.attempt,
                "talks": new.device in ("browser", "desk"),
                "doing": {"type": "Ring", "id": "ring"},
            }
            | more
        )
    )
    await name(session, key, call.carrier or "", call.node or "", str(key), call.id)
    return ring


def _columns(call: UUID, key: UUID, ref: str) -> dict[str, Any]:
    return {
        "tenant_id": current_tenant(), "id": key, "call_id": call, "ref": ref, "role": "operator", "device": "trunk",
        "attempt": "", "state": "wanted", "talks": False, "doing": {}, "heard": "", "notes": {}, "made_at": now(),
        "offer_id": None, "member_id": None, "sealed": None,
    }  # fmt: skip


async def name(session: Session, key: UUID, carrier: str, node: str, ref: str, call: UUID, *, errand: str = "") -> bool:
    """Note whose leg a carrier's name is; False when it was known."""
    made = await session.execute(
        upsert(Carried)
        .values(
            id=key, carrier=carrier, node=node, ref=ref, tenant=current_tenant(), call=call, errand=errand, since=now()
        )
        .on_conflict_do_nothing()
        .returning(col(Carried.id))
    )
    return made.scalar() is not None
