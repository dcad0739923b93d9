"""When a line is open and who is on shift: weekly times of the wall clock turned into moments. Pure.

Times are those of the clock on the tenant's wall:

- A span that ends at or before its start ends the next day, so 22:00–06:00 on Friday is on at 02:00 on Saturday.
  00:00–24:00 is the whole day.
- A holiday beats the weekly hours on its whole date: it has its own spans or none, and what the night before would
  have run into it stops at midnight. A holiday's own span past midnight was written for that night and stays.
- Where the clock jumps forward, a time that doesn't exist is the moment of the jump. Where it is set back, a time
  that comes twice opens at the first and closes at the second: rather an hour too long than a hole.
- Moments given out are aware and in UTC; intervals include their start and not their end.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Generic, Literal, NamedTuple, Protocol, Self, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from tenants.documents import Part
from tenants.texts import Text

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Opening = Literal["open", "closed", "holiday"]

_DAY = timedelta(days=1)
_HORIZON = timedelta(days=400)
"""How far ahead an opening is looked for: past every yearly holiday."""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"“{name}” isn't a time zone; use a name such as Asia/Shanghai.") from error
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]
Clock = Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
Hours = tuple[Clock, Clock]
"""From and to, as ("09:00", "12:00")."""


class Holiday(Part):
    """A date with hours of its own: none, or other ones than usual."""

    date: date
    name: Text = Field(default_factory=dict)
    spans: tuple[Hours, ...] = ()


class Calendar(Part):
    """When something is open: a zone, the hours of each weekday, and the dates that differ."""

    zone: Zone
    weekly: dict[Weekday, tuple[Hours, ...]] = Field(default_factory=dict)
    holidays: tuple[Holiday, ...] = ()

    @model_validator(mode="after")
    def _each_date_once(self) -> Self:
        dates = [holiday.date for holiday in self.holidays]
        for day in sorted({day for day in dates if dates.count(day) > 1}):
            raise ValueError(f"{day} is there twice; keep one.")
        return self

    def holiday(self, day: date) -> Holiday | None:
        """The holiday on this date."""
        return next((holiday for holiday in self.holidays if holiday.date == day), None)


class Span(NamedTuple):
    """A stretch of time, aware and in UTC."""

    start: datetime
    end: datetime


class WeeklyTime(Protocol):
    """A time of every week: `weekday` 0 is Monday, the rest minutes after midnight; see the top of this file."""

    @property
    def weekday(self) -> int: ...
    @property
    def starts(self) -> int: ...
    @property
    def ends(self) -> int: ...


W = TypeVar("W", bound=WeeklyTime)


@dataclass(frozen=True, slots=True)
class Turn(Generic[W]):
    """One occurrence of a weekly time: the local date it begins on, and its moments."""

    of: W
    day: date
    start: datetime
    end: datetime


# Calendars


def is_open(calendar: Calendar, at: datetime) -> Opening:
    """How the calendar stands at this moment; on a holiday outside its own hours it is "holiday"."""
    if spans(calendar, at, at + timedelta(microseconds=1)):
        return "open"
    return "holiday" if calendar.holiday(at.astimezone(ZoneInfo(calendar.zone)).date()) else "closed"


def spans(calendar: Calendar, start: datetime, end: datetime) -> list[Span]:
    """When it is open between two moments: in order, joined where they touch, cut to what was asked for."""
    zone = ZoneInfo(calendar.zone)
    return clip(merge(_opened(calendar, zone, _days(zone, start, end))), start, end)


def next_opening(calendar: Calendar, at: datetime) -> datetime | None:
    """The first moment from `at` on at which it is open (`at` itself if it is); None if none within 400 days."""
    found = _first(calendar, at)
    return max(found.start, at) if found else None


def next_closing(calendar: Calendar, at: datetime) -> datetime | None:
    """When it closes, if it is open at `at`; None if it isn't, or doesn't close within eight days."""
    for span in spans(calendar, at, at + 8 * _DAY):
        if span.start <= at:
            return span.end if span.end < at + 8 * _DAY else None
    return None


def _first(calendar: Calendar, at: datetime) -> Span | None:
    """The first span that isn't over; a fortnight at a time, since most lines open again soon."""
    ahead = timedelta()
    while ahead < _HORIZON:
        if found := spans(calendar, at + ahead, at + ahead + 14 * _DAY):
            return found[0]
        ahead += 14 * _DAY
    return None


def _opened(calendar: Calendar, zone: ZoneInfo, days: Iterable[date]) -> Iterator[Span]:
    special = {holiday.date: holiday.spans for holiday in calendar.holidays}
    for day in days:
        for opens, closes in special.get(day, calendar.weekly.get(WEEKDAYS[day.weekday()], ())):
            span = _moments(zone, day, _minutes(opens), _minutes(closes))
            if day not in special and day + _DAY in special:
                span = Span(span.start, min(span.end, moment(zone, day + _DAY)))
            if span.start < span.end:
                yield span


# Weekly shifts


def turns(zone: str, weekly: Iterable[W], start: datetime, end: datetime) -> list[Turn[W]]:
    """Every occurrence of these weekly times that touches the stretch from `start` to `end`, in order, uncut."""
    where, times = ZoneInfo(zone), list(weekly)
    found = [
        Turn(of, day, *_moments(where, day, of.starts, of.ends))
        for day in _days(where, start, end)
        for of in times
        if of.weekday == day.weekday()
    ]
    touching = [turn for turn in found if max(turn.start, start) < min(turn.end, end)]
    return sorted(touching, key=lambda turn: (turn.start, turn.end))


def on_shift(zone: str, weekly: Iterable[W], at: datetime) -> list[W]:
    """Those of these weekly times that are on at this moment."""
    return [turn.of for turn in turns(zone, weekly, at, at + timedelta(microseconds=1))]


# Spans


def merge(found: Iterable[Span]) -> list[Span]:
    """The same time, in order and without overlaps."""
    joined: list[Span] = []
    for span in sorted(found):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def clip(found: Iterable[Span], start: datetime, end: datetime) -> list[Span]:
    """What of these lies between two moments."""
    cut = (Span(max(span.start, start), min(span.end, end)) for span in found)
    return [Span(span.start.astimezone(UTC), span.end.astimezone(UTC)) for span in cut if span.start < span.end]


def holes(needed: Iterable[Span], covered: Iterable[Span]) -> list[Span]:
    """What is needed and not covered: the red in the roster."""
    left: list[Span] = []
    covers = merge(covered)
    for need in merge(needed):
        since = need.start
        for cover in covers:
            if cover.end <= since or cover.start >= need.end:
                continue
            if cover.start > since:
                left.append(Span(since, cover.start))
            since = max(since, cover.end)
        if since < need.end:
            left.append(Span(since, need.end))
    return left


# The clock on the wall


def moment(zone: ZoneInfo, day: date, minutes: int = 0, *, closing: bool = False) -> datetime:
    """The moment at which the wall clock shows so many minutes after midnight of that day (1440: the next).

    For a time that the clock skips: the jump. For one that it shows twice: the first, or when closing the second.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:
        return second if closing else first
    return _jump(zone, second, first)


def _jump(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second at which the zone's offset changes between two moments."""
    offset, low, high = before.astimezone(zone).utcoffset(), int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def _moments(zone: ZoneInfo, day: date, starts: int, ends: int) -> Span:
    if ends <= starts:
        ends += 24 * 60
    return Span(moment(zone, day, starts), moment(zone, day, ends, closing=True))


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _days(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[date]:
    """The local dates on which a span could begin that touches this stretch."""
    day, last = start.astimezone(zone).date() - 2 * _DAY, end.astimezone(zone).date()
    while day <= last:
        yield day
        day += _DAY
