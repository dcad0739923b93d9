"""One call: takes an event, steps the flow under the call's lock, stores what follows, tells who must know.

Everything happens in the caller's unit of work: the event, the new state, timers and offers are kept together or not
at all, and news go out only afterwards. Lock order is always the call, then the tenant's dispatch, then timers.
"""

import hashlib
import secrets
from collections import deque
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from hark.switchboard import timers
from hark.switchboard.models import Call, CallEvent, Offer
from hark.switchboard.offering import offers
from hark.switchboard.offering.board import tell_board
from hark.switchboard.offering.reach import by_page
from hark.switchboard.offering.wrapping import depart, release
from hark.switchboard.published import flow_of, published_version
from hark.switchboard.screens import caller_channel, screen
from hark.switchboard.touched import touch
from infra.clock import now
from infra.database import Session
from infra.errors import NotFound
from infra.ids import new_id
from infra.prepared import Batch, Prepared, add, change, table, word, words
from infra.realtime import announce
from tenants.flows.engine import NEW, Command, Event, State, dump_event, dump_state, load_state, step
from tenants.flows.engine import commands as do
from tenants.flows.engine import events as on
from tenants.lines.models import Line

SEEN_SECONDS = 40
CLOSED_SECONDS = 4
FRONT = 1_000_000

_CALL, _OFFER = table(Call).c, table(Offer).c
_ITS = select(
    _CALL.id, _CALL.flow_version_id, _CALL.state, _CALL.phase, _CALL.answered_at, _CALL.microphone, _CALL.carrier
).where(_CALL.id == bindparam("id"))
_AS_IT_IS, _LOCKED = Prepared(_ITS), Prepared(_ITS.with_for_update(key_share=True))
_PRESENT = Prepared(
    select(_OFFER.id, _OFFER.state).where(
        _OFFER.call_id == bindparam("call"), _OFFER.state.in_(words("talking", "consulting"))
    )
)
_OTHERS = Prepared(select(_CALL.id).where(_CALL.phase == word("waiting"), _CALL.id != bindparam("id")))


async def start(
    session: Session,
    line: Line,
    *,
    language: str,
    caller: UUID | None = None,
    microphone: bool = True,
    simulated: bool = False,
    channel: str = "web",
    carrier: str | None = None,
    node: str | None = None,
    dialled: str | None = None,
) -> tuple[UUID, str]:
    """A new call on a line: its id, and the token that only the caller's browser gets.

    Nobody is rung yet: the flow begins once the caller is `Arrived`, so that a form sent twice rings once. A call on
    the `channel` "phone" came through a `carrier`, by its switch `node`, for our number `dialled`.
    """
    token = secrets.token_urlsafe(32)
    call, at = new_id(), now()
    await add(
        session, Call, id=call, line_id=line.id, flow_version_id=await published_version(session, line),
        caller_id=caller, channel=channel, carrier=carrier, node=node, dialled=dialled,
        token_hash=token_hash(token), started_at=at, microphone=microphone, simulated=simulated,
        **_UNTOUCHED | {"language": language},
    )  # fmt: skip
    if by_page(carrier):  # a page that has to be seen; a telephone says by itself when it is gone
        await timers.arm(session, "caller", call, at + timedelta(seconds=SEEN_SECONDS))
    return call, token


_UNTOUCHED: dict[str, Any] = {"state": dump_state(NEW), "phase": "flow", "ring": {}, "priority": 0}


async def arrive(
    session: Session, batch: Batch, call: UUID, version: UUID, arrived: on.Arrived | None, **values: Any
) -> State:
    """A new call by telephone, in one go with what the batch holds already: its row (`values` are its other columns)
    and the flow's first step, or none yet without `arrived`. Returns its state."""
    state, commands = NEW, list[Command]()
    row: dict[str, Any] = {
        "id": call,
        "flow_version_id": version,
        "channel": "phone",
        "token_hash": token_hash(secrets.token_urlsafe(32)),
    }
    row |= values | _UNTOUCHED
    if arrived is not None:
        state, commands = step(await flow_of(session, version), NEW, arrived)
        row |= columns(state, commands, None, arrived.at)
        batch.add(CallEvent, id=new_id(), call_id=call, at=arrived.at, event=dump_event(arrived))
    batch.add(Call, started_at=arrived.at if arrived else now(), **row)
    for command in commands:
        if isinstance(command, do.StartTimer):
            timers.begin(session, batch, "step", call, command.due)
    await batch.write(session)
    if arrived is None:
        return state
    rest: list[Command] = [command for command in commands if not isinstance(command, do.StartTimer)]
    follow = await _carry_out(session, call, state, rest, arrived, heard=bool(values["microphone"]), fresh=True)
    return await handle(session, call, *follow) if follow else state


def token_hash(token: str) -> bytes:
    """What is kept of a call's token."""
    return hashlib.sha256(token.encode()).digest()


async def lock(session: Session, call: UUID) -> State:
    """Be the only one who changes this call until the transaction ends. Raises NotFound."""
    row = await _LOCKED.first(session, id=call)
    if row is None:
        raise NotFound
    return load_state(row.state)


async def handle(session: Session, call: UUID, *events: Event) -> State:
    """Let events happen to a call, in order, and carry out what they cause. Events that don't fit change nothing."""
    row = await _LOCKED.first(session, id=call)
    if row is None:
        raise NotFound
    flow = await flow_of(session, row.flow_version_id)
    before = state = load_state(row.state)
    pending = deque(events)
    while pending:
        event = pending.popleft()
        after, commands = step(flow, state, event)
        if after == state and not commands:
            continue
        state = after
        await add(session, CallEvent, id=new_id(), call_id=call, at=event.at, event=dump_event(event))
        await _store(session, call, state, commands, row.answered_at, event.at)
        pending.extend(await _carry_out(session, call, state, commands, event, heard=row.microphone))
    if state != before:
        touch(session, call)
        if by_page(row.carrier):  # nobody looks at a telephone
            announce(session, caller_channel(call), screen(flow, state, now(), row.answered_at or now()))
    return state


async def unreached(session: Session, call: UUID) -> None:
    """Somebody whom we called back didn't pick up: nobody was talked with, whatever the flow says."""
    values = {"outcome": "unreached", "answered_at": None}
    await session.execute(update(Call).where(col(Call.id) == call, col(Call.phase) == "ended").values(values))


async def shown(session: Session, call: UUID) -> dict[str, Any]:
    """The screen that the caller has in front of them now."""
    row = await _AS_IT_IS.first(session, id=call)
    if row is None:
        raise NotFound
    return screen(await flow_of(session, row.flow_version_id), load_state(row.state), now(), row.answered_at)


async def _store(
    session: Session, call: UUID, state: State, commands: list[Command], answered_at: datetime | None, at: datetime
) -> None:
    await change(session, Call, call, **columns(state, commands, answered_at, at))


def columns(state: State, commands: list[Command], answered_at: datetime | None, at: datetime) -> dict[str, Any]:
    """What a step at this moment writes to a call's row: the state, and beside it the columns that queries need."""
    waits = None
    for command in commands:
        if isinstance(command, do.Ring | do.Enqueue):
            waits = command
        elif isinstance(command, do.StopRinging | do.Dequeue):
            waits = None
    values: dict[str, Any] = {"state": dump_state(state), "language": state.language or "en"}
    if waits is not None:
        front = FRONT if waits.front else 0
        values |= {
            "phase": "waiting",
            "team": waits.team,
            "ring": {
                "strategy": waits.strategy,
                "seconds_each": getattr(waits, "seconds_each", None),
                "language": waits.language,
                "wanted": list(waits.wanted),
                "queue": isinstance(waits, do.Enqueue),
            },
            "priority": front + getattr(waits, "priority", 0),
            "waiting_since": at,
        }
    elif state.phase == "ended":
        values |= {"phase": "ended", "team": None, "outcome": state.outcome, "ended_at": at}
    elif state.phase == "talking":
        values |= {"phase": "talking", "team": None, "answered_at": answered_at or at}
    elif any(isinstance(command, do.StopRinging | do.Dequeue) for command in commands):
        values |= {"phase": "flow", "team": None}
    return values


async def _carry_out(
    session: Session,
    call: UUID,
    state: State,
    commands: list[Command],
    event: Event,
    *,
    heard: bool,
    fresh: bool = False,
) -> list[Event]:
    """Do what the engine asks that the stored state doesn't already say; returns events that follow at once. `fresh`:
    the call has only begun, so nothing is armed."""
    follow: list[Event] = []
    at = event.at
    if state.due is None and not fresh:
        await timers.disarm(session, call, "step")
    for command in commands:
        match command:
            case do.StartTimer():
                await timers.arm(session, "step", call, command.due)
            case do.Ring() | do.Enqueue() if not heard:
                follow.append(on.NoneOnDuty(at=at, visit=command.visit))
            case do.Ring() | do.Enqueue():
                await offers.lock(session)
                stranded = await offers.dispatch(session)
                if call in stranded:
                    follow.append(on.NoneOnDuty(at=at, visit=command.visit))
                elif isinstance(command, do.Enqueue):
                    follow += await _position(session, call, at)
                await tell_board(session)
            case do.StopRinging() | do.Dequeue():
                await offers.lock(session)
                reason = "answered" if command.keep else "caller" if state.phase == "ended" else "cancelled"
                await offers.close(session, "cancelled", call=call, keep=command.keep, reason=reason)
                await _others_move_up(session, call, at)
                await tell_board(session)
            case do.End():
                await _end(session, call, "operator" if isinstance(event, on.OperatorEnded) else "caller")
    return follow


async def _end(session: Session, call: UUID, reason: str) -> None:
    """Nothing of an ended call keeps anybody: offers close, the volunteer goes on to wrap up, timers fall."""
    await offers.lock(session)
    await offers.close(session, "cancelled", call=call)
    await timers.disarm(session, call)
    for key, state in await _PRESENT.all(session, call=call):
        await (release if state == "talking" else depart)(session, key, reason=reason)
    await offers.dispatch(session)


async def _position(session: Session, call: UUID, at: datetime) -> list[Event]:
    """Where the call stands in its team's queue."""
    own = select(col(Call.team)).where(col(Call.id) == call).scalar_subquery()
    queue = (
        await session.execute(
            select(col(Call.id))
            .where(col(Call.phase) == "waiting", col(Call.team) == own)
            .order_by(col(Call.priority).desc(), col(Call.waiting_since), col(Call.id))
        )
    ).scalars()
    for position, waiting in enumerate(queue, 1):
        if waiting == call:
            return [on.PositionChanged(at=at, position=position)]
    return []


async def position(session: Session, call: UUID) -> None:
    """Tell a waiting caller where they stand now."""
    await lock(session, call)
    if moved := await _position(session, call, now()):
        await handle(session, call, *moved)


async def _others_move_up(session: Session, call: UUID, at: datetime) -> None:
    """Everybody else in a queue may have moved: each is told in a transaction of its own, by a timer due now."""
    for [waiting] in await _OTHERS.all(session, id=call):
        await timers.arm(session, "position", waiting, at)


async def seen(session: Session, call: UUID, *, closing: bool = False) -> None:
    """The caller's page is there (or says that it is closing): how long until it counts as gone."""
    seconds = CLOSED_SECONDS if closing else SEEN_SECONDS
    phase = (await session.execute(select(col(Call.phase)).where(col(Call.id) == call))).scalar()
    if phase not in (None, "ended"):
        await timers.arm(session, "caller", call, now() + timedelta(seconds=seconds))
