"""A first week for a new hotline: its opening hours cut into shifts that somebody can bear, all still to be taken."""

from collections.abc import Iterator
from itertools import pairwise
from uuid import UUID

from sqlmodel import select

from infra.database import Session
from tenants.rosters.hours import WEEKDAYS, Calendar
from tenants.rosters.models import CalendarRow, Shift

LONGEST = 6 * 60
STEP = 30
DAY = 24 * 60


async def keep_calendar(session: Session, name: str, calendar: Calendar) -> CalendarRow:
    """Make the calendar of this name, or write it anew."""
    row = (await session.exec(select(CalendarRow).where(CalendarRow.name == name))).one_or_none()
    row = row or CalendarRow(name=name)
    row.document = calendar.model_dump(mode="json")
    session.add(row)
    await session.flush()
    return row


def plan(calendar: Calendar) -> Iterator[tuple[int, int, int]]:
    """The week's shifts as (weekday, starts, ends), each at most six hours, cut at half hours."""
    for weekday, name in enumerate(WEEKDAYS):
        for opens, closes in calendar.weekly.get(name, ()):
            start, end = _minutes(opens), _minutes(closes)
            end += DAY if end <= start else 0
            for since, until in _cut(start, end):
                yield (weekday + since // DAY) % 7, since % DAY, until % DAY


def _cut(start: int, end: int) -> Iterator[tuple[int, int]]:
    parts = -(-(end - start) // LONGEST)
    borders = [start + round((end - start) * n / parts / STEP) * STEP for n in range(parts)] + [end]
    yield from pairwise(borders)


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


async def plan_week(session: Session, team: UUID, calendar: Calendar) -> list[Shift]:
    """Give a team the week's shifts as holes, unless it has any."""
    found = list(await session.exec(select(Shift).where(Shift.team_id == team)))
    if found:
        return found
    made = [Shift(team_id=team, weekday=day, starts=starts, ends=ends) for day, starts, ends in plan(calendar)]
    session.add_all(made)
    await session.flush()
    return made
