"""The gate before a flow: how a telephone caller is let in, perhaps after a key that a robot wouldn't press."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import col

from hark.callers import refusing
from hark.callers.policy import KeyFirst
from hark.phone import rows
from hark.phone.rows import LegRow
from hark.public.callers import facts
from hark.switchboard import calls, clock, timers
from hark.switchboard.models import Call
from hark.switchboard.touched import touch
from infra.clock import now
from infra.database import Session
from infra.prepared import Prepared, table
from infra.scope import current_tenant
from tenants.flows.engine import events as on
from tenants.lines.models import Line
from tenants.rosters.hours import Calendar, is_open
from tenants.rosters.models import CalendarRow

TIMER = "gate"
_HOURS = Prepared(select(table(CalendarRow).c.name, table(CalendarRow).c.document))


async def arrived(
    session: Session,
    line: Line,
    caller: UUID | None,
    language: str | None,
    hours: dict[str, Any],
    refusal: dict[str, str] | None = None,
) -> on.Arrived:
    """What begins the flow. `caller`: somebody known from before. `hours`: the hotline's calendars as they are kept.
    `refusal`: what the caller is told instead, which otherwise follows from who they are."""
    at = now()
    return on.Arrived(
        at=at,
        calendars={name: is_open(Calendar.model_validate(kept), at) for name, kept in hours.items()},
        caller=await facts(session, caller),
        language=language,
        refusal=await refusing.refusal(session, caller, line) if refusal is None else refusal,
    )


async def let_in(session: Session, call: UUID, *, refusal: dict[str, str] | None = None) -> None:
    """Begin the flow of a caller who has waited for it."""
    found = select(col(Call.line_id), col(Call.caller_id)).where(col(Call.id) == call)
    line_id, caller = (await session.execute(found)).one()
    line = await session.get_one(Line, (current_tenant(), line_id))
    leg = (await rows.living(session, call))[0]
    hours: dict[str, Any] = dict(await _HOURS.all(session))
    language = leg.notes.get("language")
    await calls.handle(session, call, await arrived(session, line, caller, language, hours, refusal))


async def ask(session: Session, leg: LegRow, key: KeyFirst) -> None:
    """Ask for a key first; settling says the words."""
    gate = {"asked": 0, "tries": key.tries, "seconds": key.seconds}
    await rows.note(session, leg, notes={**leg.notes, "gate": gate})


async def pressed(session: Session, leg: LegRow) -> None:
    """Any key opens it."""
    await rows.note(session, leg, notes={name: value for name, value in leg.notes.items() if name != "gate"})
    await timers.disarm(session, leg.call_id, TIMER)
    await let_in(session, leg.call_id)


async def asked(session: Session, leg: LegRow) -> None:
    """The words were heard: now there is a moment to press."""
    until = now() + timedelta(seconds=int(leg.notes["gate"]["seconds"]))
    await timers.arm(session, TIMER, leg.call_id, until)


async def missed(session: Session, call: UUID) -> None:
    """Nothing was pressed: the words are said again, and after the last time a goodbye."""
    leg = next((leg for leg in await rows.living(session, call) if "gate" in leg.notes), None)
    if leg is None:
        return
    gate: dict[str, Any] = {**leg.notes["gate"], "asked": int(leg.notes["gate"]["asked"]) + 1}
    touch(session, call)
    if gate["asked"] < int(gate["tries"]):
        await rows.note(session, leg, notes={**leg.notes, "gate": gate})
        return
    await rows.note(session, leg, notes={name: value for name, value in leg.notes.items() if name != "gate"})
    row = await rows.locked(session, call)
    languages = row.flow.languages if row else ()
    await let_in(session, call, refusal=refusing.no_key_words(languages))
    ended = (col(Call.id) == call, col(Call.phase) == "ended")
    await session.execute(update(Call).where(*ended).values(outcome=refusing.NO_KEY))


clock.OF_A_CALL[TIMER] = missed
