"""The synthetic caller: calls a line through the same switchboard as everybody else, and never rings anybody.

It has no microphone, and so the switchboard offers it to nobody: where a person would be rung the flow is told that
nobody is there. That it came so far is what is to be known.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select

from hark.public.page import calendars
from hark.switchboard import calls, timers
from hark.switchboard.models import Call, CallEvent
from hark.switchboard.published import flow_of, published_version
from hark.watch import verdict
from hark.watch.models import LineCheck
from hark.watch.path import next_key, reached, stuck
from infra.clock import now
from infra.database import Session
from infra.scope import current_tenant
from tenants.directory.service import tenant_by_id
from tenants.flows.engine import Event, load_event, load_state
from tenants.flows.engine import events as on
from tenants.lines.models import Line
from tenants.rosters.hours import is_open

LOOK = timedelta(seconds=15)
"""Looked at as often: a caller of whom nothing is seen for 40 seconds counts as gone."""
SOON = timedelta(seconds=2)
SPARE = timedelta(seconds=5)
"""What a promise is given for our own way of looking."""


async def begin(session: Session, line: Line) -> LineCheck:
    """Call the line; it answers at once, as it does to everybody."""
    tenant, at = await tenant_by_id(session, current_tenant()), now()
    call, _ = await calls.start(session, line, language=tenant.languages[0], microphone=False, simulated=True)
    row = await session.get_one(Call, (current_tenant(), call))
    flow = await flow_of(session, row.flow_version_id)
    check = LineCheck(line_id=line.id, at=at, call_id=call, promise=flow.promise_seconds)
    session.add(check)
    await session.flush()
    open_now = {name: is_open(calendar, at) for name, calendar in (await calendars(session)).items()}
    await calls.handle(session, call, on.Arrived(open_now, {}, None, at=at))
    return check


async def follow(session: Session, check: LineCheck, keys: str) -> datetime | None:
    """See how far the call has come, press the next key, judge it once that can be done. Returns when to look again."""
    call = (await session.exec(select(Call).where(Call.id == check.call_id))).one_or_none()
    if call is None:
        await verdict.bad(session, check.id, "failed")
        return None
    await calls.lock(session, call.id)
    await session.refresh(call)
    flow, state, at = await flow_of(session, call.flow_version_id), load_state(call.state), now()
    events = await _events(session, call.id)
    found = reached(flow, events)
    late = at > check.at + timedelta(seconds=check.promise) + SPARE
    if found is None and not late and not stuck(state, at):
        if key := next_key(flow, state, keys, events):
            state = await calls.handle(session, call.id, on.Key(at=at, visit=state.visit, key=key))
        if call.carrier is None:  # a telephone call says by itself when it is over
            await calls.seen(session, call.id)
        return max(at + SOON, min(at + LOOK, state.due + SOON if state.due else at + LOOK))
    if found is None:
        await verdict.bad(session, check.id, "late" if late else "stuck")
    elif found.good:
        await verdict.good(session, check.id, found.what, found.at)
    else:
        await verdict.bad(session, check.id, found.what)
    await forget(session, call.id)
    return None


async def promise(session: Session, line: Line) -> int:
    """Within how many seconds the line's flow gets every caller somewhere."""
    return (await flow_of(session, await published_version(session, line))).promise_seconds


async def _events(session: Session, call: UUID) -> list[Event]:
    found = select(CallEvent.event).where(CallEvent.call_id == call).order_by(col(CallEvent.id))
    return [load_event(dict(body)) for body in await session.exec(found)]


async def forget(session: Session, call: UUID) -> None:
    """End the call and leave nothing of it: it isn't one that anybody made. A telephone's is kept until the network has
    hung it up, and goes with `clear`."""
    await calls.handle(session, call, on.CallerGone(at=now()))
    await timers.disarm(session, call)
    await session.execute(delete(Call).where(col(Call.id) == call, col(Call.carrier).is_(None)))


async def clear(session: Session, line: UUID) -> None:
    """Delete what is left of a line's last check over the telephone."""
    before = await verdict.last(session, line)
    if before is not None and before.call_id is not None:
        over = (col(Call.phase) == "ended", col(Call.simulated), col(Call.microphone).is_(False))
        await session.execute(delete(Call).where(col(Call.id) == before.call_id, *over))
