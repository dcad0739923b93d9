"""The week as a picture: its shifts day by day, the hours they cover, and the hours that nobody covers. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from tenants.rosters.hours import Calendar, Span, clip, holes, merge, moment, spans, turns
from tenants.rosters.models import Shift


@dataclass(slots=True)
class Slot:
    """Shifts of one team at the same time: each is a place that somebody has or may take."""

    key: UUID
    team: UUID
    starts: int
    ends: int
    places: list[Shift]

    @property
    def when(self) -> str:
        """As "20:00–02:00"."""
        return f"{clock(self.starts)}–{clock(self.ends)}"

    @property
    def taken(self) -> list[UUID]:
        """Who has a place."""
        return [place.member_id for place in self.places if place.member_id]

    @property
    def free(self) -> list[UUID]:
        """The places that nobody has."""
        return [place.id for place in self.places if place.member_id is None]

    def place_of(self, member: UUID) -> UUID | None:
        """The place that a member has."""
        return next((place.id for place in self.places if place.member_id == member), None)


@dataclass(slots=True)
class Bar:
    """A stretch of a day, in hours of the wall clock, covered or a hole."""

    start: float
    end: float
    state: str


@dataclass(slots=True)
class Day:
    """One day of the week. `gaps` are open hours for which no shift is planned at all, `holes` those without people."""

    day: date
    today: bool
    slots: list[Slot] = field(default_factory=list)
    gaps: list[tuple[str, str]] = field(default_factory=list)
    holes: list[tuple[str, str]] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    open: bool = False


def clock(minutes: int) -> str:
    """Minutes after midnight as the wall clock shows them."""
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def week(calendar: Calendar, rows: Sequence[Shift], at: datetime) -> list[Day]:
    """Monday to Sunday of the week that `at` is in, by the calendar's zone."""
    zone = ZoneInfo(calendar.zone)
    today = at.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    days = [Day(monday + timedelta(days=n), monday + timedelta(days=n) == today) for n in range(7)]
    start, end = moment(zone, monday), moment(zone, monday, 7 * 1440)
    needed = spans(calendar, start, end)
    staffed = _occurrences(calendar, [row for row in rows if row.member_id], start, end)
    nobody = holes(needed, staffed)
    unplanned = holes(needed, _occurrences(calendar, rows, start, end))
    for each in days:
        each.slots = _slots(rows, each.day.weekday())
        since, until = moment(zone, each.day), moment(zone, each.day, 1440)
        each.gaps = [_local(zone, gap) for gap in clip(unplanned, since, until)]
        each.holes = [_local(zone, hole) for hole in clip(nobody, since, until)]
        each.open = bool(clip(needed, since, until))
        each.bars = [
            *(_bar(zone, span, "covered") for span in clip(merge(staffed), since, until)),
            *(_bar(zone, span, "hole") for span in clip(nobody, since, until)),
        ]
    return days


def _occurrences(calendar: Calendar, rows: Sequence[Shift], start: datetime, end: datetime) -> list[Span]:
    return clip([Span(turn.start, turn.end) for turn in turns(calendar.zone, rows, start, end)], start, end)


def _slots(rows: Sequence[Shift], weekday: int) -> list[Slot]:
    slots: dict[tuple[int, int, UUID], Slot] = {}
    for row in sorted(rows, key=lambda row: (row.starts, row.ends, row.created_at, row.id)):
        if row.weekday == weekday:
            key = (row.starts, row.ends, row.team_id)
            slots.setdefault(key, Slot(row.id, row.team_id, row.starts, row.ends, [])).places.append(row)
    return list(slots.values())


def _local(zone: ZoneInfo, span: Span) -> tuple[str, str]:
    return f"{span.start.astimezone(zone):%H:%M}", f"{span.end.astimezone(zone):%H:%M}"


def _bar(zone: ZoneInfo, span: Span, state: str) -> Bar:
    start, end = span.start.astimezone(zone), span.end.astimezone(zone)
    last = end.hour + end.minute / 60
    return Bar(start.hour + start.minute / 60, last if end.date() == start.date() else 24, state)
