"""What a status page and the home page say of each line: how it stands now, and how its last ninety days were."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlmodel import col, select

from hark.watch import verdict
from hark.watch.models import LineCheck, LineDay, LineTrouble
from infra.clock import now
from infra.database import Session
from tenants.lines.models import Line
from tenants.lines.settings import LineSetting, settings_of_all

DAYS = 90
CHECKS_KEPT = timedelta(days=14)
HISTORY_KEPT = timedelta(days=400)
FORGOTTEN = timedelta(minutes=10)
"""So long after two intervals without a check nobody knows any more how a line stands."""
State = Literal["good", "bad", "unknown"]


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a line: good, some or all checks bad, or nobody looked. `minutes` of trouble."""

    day: date
    state: State
    minutes: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How a line stands now. `checked`: when it was last called; `since`: since when it has trouble."""

    line: Line
    state: State
    checked: datetime | None
    since: datetime | None
    days: list[Day]


async def watched(session: Session) -> bool:
    """Whether any line is checked at all."""
    found = select(LineSetting.id).where(col(LineSetting.check_minutes).is_not(None)).limit(1)
    return (await session.exec(found)).first() is not None


async def standings(session: Session, zone: str, *, days: int = DAYS) -> list[Standing]:
    """Every line that is checked, by name; `days` of its history, the oldest first."""
    found = []
    for line, setting in await settings_of_all(session):
        if setting.check_minutes is None:
            continue
        check, trouble = await verdict.last(session, line.id), await verdict.trouble(session, line.id)
        stale = timedelta(minutes=2 * setting.check_minutes) + FORGOTTEN
        state: State = "bad" if trouble else "good" if check and check.at > now() - stale else "unknown"
        past = await _days(session, line.id, zone, days) if days else []
        found.append(Standing(line, state, check.at if check else None, trouble.since if trouble else None, past))
    return found


async def _days(session: Session, line: UUID, zone: str, days: int) -> list[Day]:
    where = ZoneInfo(zone)
    today = now().astimezone(where).date()
    first = today - timedelta(days=days - 1)
    counted = {
        row.day: row
        for row in await session.exec(select(LineDay).where(LineDay.line_id == line, col(LineDay.day) >= first))
    }
    begun = datetime.combine(first, datetime.min.time(), where)
    troubles = select(LineTrouble).where(
        LineTrouble.line_id == line, (col(LineTrouble.over_at) > begun) | col(LineTrouble.over_at).is_(None)
    )
    minutes = minutes_of(((max(row.since, begun), row.over_at or now()) for row in await session.exec(troubles)), where)
    found = []
    for ahead in range(days):
        day = first + timedelta(days=ahead)
        row = counted.get(day)
        state: State = "bad" if minutes.get(day) else "good" if row and row.good else "unknown"
        found.append(Day(day, state, minutes.get(day, 0)))
    return found


def minutes_of(stretches: Iterable[tuple[datetime, datetime]], zone: ZoneInfo) -> dict[date, int]:
    """Each local day's share of these stretches, in minutes, at least one where there was any."""
    sums: dict[date, float] = defaultdict(float)
    for start, end in stretches:
        at = start.astimezone(zone)
        while at < end:
            midnight = datetime.combine(at.date() + timedelta(days=1), datetime.min.time(), zone)
            until = min(midnight, end)
            sums[at.date()] += (until.timestamp() - at.timestamp()) / 60
            at = until.astimezone(zone)
    return {day: max(1, round(minutes)) for day, minutes in sums.items()}


async def sweep(session: Session) -> None:
    """Forget checks after a fortnight and the history after a little more than a year; nobody is named in either."""
    at = now()
    await session.execute(
        delete(LineCheck).where(col(LineCheck.at) < at - CHECKS_KEPT, col(LineCheck.state) != "running")
    )
    await session.execute(delete(LineTrouble).where(col(LineTrouble.over_at) < at - HISTORY_KEPT))
    await session.execute(delete(LineDay).where(col(LineDay.day) < (at - HISTORY_KEPT).date()))
