"""Judges a check: writes it down, and tells the hotline when a line has stopped getting callers through, or does again.

The telephone's own part of a check reports here too, by the check's id.
"""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam
from sqlalchemy import select as core_select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from hark.watch.letters import tell_over, tell_trouble
from hark.watch.models import LineCheck, LineDay, LineTrouble
from infra.clock import now
from infra.database import Session
from infra.ids import new_id
from infra.prepared import Prepared, table
from infra.scope import current_tenant
from tenants.directory.models import Number
from tenants.directory.service import tenant_by_id
from tenants.lines.settings import setting_of

AHEAD = timedelta(seconds=60)
"""So long before two intervals are over it is told, for a letter takes its time."""


_NUMBER = table(Number).c
_OWN = Prepared(core_select(_NUMBER.id).where(_NUMBER.tenant == bindparam("tenant"), _NUMBER.e164 == bindparam("e164")))


async def running(session: Session, line: UUID) -> LineCheck | None:
    """The check of a line that is under way."""
    found = select(LineCheck).where(LineCheck.line_id == line, LineCheck.state == "running")
    return (await session.exec(found)).one_or_none()


async def expected(session: Session, line: UUID, caller: str | None) -> LineCheck | None:
    """The check that has dialled a line and waits to arrive there, if the caller's number is one of ours. Such a call
    is nobody's: it is `simulated`, it has no microphone, and so it rings nobody."""
    if caller is None:
        return None
    if await _OWN.value(session, tenant=current_tenant(), e164=caller) is None:
        return None
    check = await running(session, line)
    return check if check is not None and check.call_id is None else None


async def last(session: Session, line: UUID, *, state: str = "") -> LineCheck | None:
    """The latest check of a line that is over, or the latest that was good or bad."""
    found = select(LineCheck).where(LineCheck.line_id == line, LineCheck.state != "running")
    if state:
        found = found.where(LineCheck.state == state)
    return (await session.exec(found.order_by(col(LineCheck.at).desc()).limit(1))).first()


async def trouble(session: Session, line: UUID) -> LineTrouble | None:
    """The trouble that a line has now."""
    found = select(LineTrouble).where(LineTrouble.line_id == line, col(LineTrouble.over_at).is_(None))
    return (await session.exec(found)).one_or_none()


async def good(session: Session, key: UUID, reached: str, at: datetime) -> None:
    """This check got through to `reached` at this moment; judged before, nothing changes."""
    check = await _held(session, key)
    if check is None:
        return
    check.state, check.reached, check.seconds = "good", reached, max(0.0, (at - check.at).total_seconds())
    await _count(session, check)
    was = await trouble(session, check.line_id)
    if was is not None:
        was.over_at = max(now(), was.since)
        await session.flush()
        await tell_over(session, was)


async def bad(session: Session, key: UUID, reason: str) -> None:
    """This check didn't get through: `stuck`, `late`, `broken`, `no_answer` or `failed`. Told to the hotline once it is
    certain: the check before it was bad as well, or two intervals are nearly over since one was good."""
    check = await _held(session, key)
    if check is None:
        return
    before = await last(session, check.line_id)
    check.state, check.reason = "bad", reason
    await _count(session, check)
    again = before is not None and before.state == "bad"
    if not (again or await _overdue(session, check.line_id)) or await trouble(session, check.line_id) is not None:
        return
    made = LineTrouble(line_id=check.line_id, since=before.at if before and again else check.at, reason=reason)
    session.add(made)
    await session.flush()
    await tell_trouble(session, made)


async def patience(session: Session, line: UUID) -> datetime | None:
    """The moment by which a hotline wants to know that a line got nobody through; None where none ever did."""
    known, setting = await last(session, line, state="good"), await setting_of(session, line)
    return known.at + 2 * timedelta(minutes=setting.check_minutes or 0) - AHEAD if known else None


async def _overdue(session: Session, line: UUID) -> bool:
    moment = await patience(session, line)
    return moment is not None and now() >= moment


async def _held(session: Session, key: UUID) -> LineCheck | None:
    found = select(LineCheck).where(LineCheck.id == key, LineCheck.state == "running").with_for_update()
    return (await session.exec(found)).one_or_none()


async def _count(session: Session, check: LineCheck) -> None:
    """Count the check into its day of the hotline's calendar."""
    await session.flush()
    zone = ZoneInfo((await tenant_by_id(session, current_tenant())).zone)
    was_good = int(check.state == "good")
    counted = insert(LineDay).values(
        tenant_id=current_tenant(), id=new_id(), line_id=check.line_id, day=check.at.astimezone(zone).date(),
        good=was_good, bad=1 - was_good,
    )  # fmt: skip
    sums = {"good": col(LineDay.good) + was_good, "bad": col(LineDay.bad) + 1 - was_good}
    await session.execute(counted.on_conflict_do_update(index_elements=["tenant_id", "line_id", "day"], set_=sums))
