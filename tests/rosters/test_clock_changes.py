"""Nights on which the clock is put forward or back: nobody is left with a hole, nothing lasts a day."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.rosters.hours import WEEKDAYS, Calendar, Span, is_open, moment, spans
from tests.rosters.building import calendar, local

BERLIN = "Europe/Berlin"
HOUR = timedelta(hours=1)


def opened(weekly: dict[str, str], begin: str, end: str, zone: str = BERLIN) -> list[Span]:
    return spans(calendar(zone, **weekly), local(begin, zone), local(end, zone))


def test_the_night_of_the_jump_is_an_hour_shorter_and_that_of_the_return_an_hour_longer() -> None:
    (spring,) = opened({"sat": "22:00-06:00"}, "2026-03-28T12:00", "2026-03-29T12:00")
    (autumn,) = opened({"sat": "22:00-06:00"}, "2026-10-24T12:00", "2026-10-25T12:00")
    assert spring.end - spring.start == 7 * HOUR
    assert autumn.end - autumn.start == 9 * HOUR


def test_a_time_that_the_clock_skips_is_the_moment_of_the_jump() -> None:
    jump = datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert opened({"sun": "02:30-05:00"}, "2026-03-29T00:00", "2026-03-30T00:00")[0].start == jump
    assert opened({"sun": "00:00-02:30"}, "2026-03-29T00:00", "2026-03-30T00:00")[0].end == jump
    assert opened({"sun": "02:10-02:50"}, "2026-03-29T00:00", "2026-03-30T00:00") == []


def test_a_time_that_comes_twice_opens_at_the_first_and_closes_at_the_second() -> None:
    (early,) = opened({"sun": "02:30-05:00"}, "2026-10-25T00:00", "2026-10-26T00:00")
    (late,) = opened({"sun": "00:00-02:30"}, "2026-10-25T00:00", "2026-10-26T00:00")
    assert early.start == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert late.end == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_two_shifts_that_meet_in_the_doubled_hour_leave_no_hole() -> None:
    assert len(opened({"sat": "22:00-02:30", "sun": "02:30-08:00"}, "2026-10-24T12:00", "2026-10-25T12:00")) == 1


def test_midnight_itself_may_be_skipped() -> None:
    cairo = "Africa/Cairo"  # 2026-04-24: from 00:00 to 01:00
    (span,) = opened({"fri": "00:00-06:00"}, "2026-04-23T12:00", "2026-04-24T12:00", cairo)
    assert span.end - span.start == 5 * HOUR
    holiday = calendar(cairo, thu="20:00-04:00", holidays=[{"date": "2026-04-24"}])
    (evening,) = spans(holiday, local("2026-04-23T12:00", cairo), local("2026-04-24T12:00", cairo))
    assert evening.end == span.start


def test_half_hour_changes_and_a_day_that_never_was() -> None:
    (span,) = opened({"sun": "00:00-06:00"}, "2026-10-04T00:00", "2026-10-05T00:00", "Australia/Lord_Howe")
    assert span.end - span.start == timedelta(hours=5, minutes=30)
    assert opened({"fri": "09:00-17:00"}, "2011-12-29T12:00", "2012-01-01T00:00", "Pacific/Apia") == []


clocks = st.integers(0, 47).map(lambda half: f"{half // 2:02}:{half % 2 * 30:02}")
calendars = st.builds(
    lambda zone, weekly, days: Calendar.model_validate(
        {"zone": zone, "weekly": weekly, "holidays": [{"date": f"2026-{day}"} for day in days]}
    ),
    st.sampled_from(["UTC", "Asia/Shanghai", BERLIN, "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"]),
    st.dictionaries(st.sampled_from(WEEKDAYS), st.lists(st.tuples(clocks, clocks), max_size=3)),
    st.sets(st.sampled_from(["03-08", "03-29", "04-05", "04-24", "10-04", "10-25", "11-01"])),
)
near_changes = st.builds(
    lambda day, minutes: datetime.fromisoformat(f"2026-{day}T00:00+00:00") + timedelta(minutes=minutes),
    st.sampled_from(["03-08", "03-28", "04-05", "04-24", "10-03", "10-25", "10-30", "11-01", "07-01"]),
    st.integers(-2 * 24 * 60, 2 * 24 * 60),
)


def by_the_wall(hours: Calendar, at: datetime) -> bool:
    """Whether the clock on the wall says so: the plain reading, which an opening may only exceed."""
    wall = at.astimezone(ZoneInfo(hours.zone)).replace(tzinfo=None)
    for back in (0, 1):
        day = wall.date() - timedelta(days=back)
        if hours.holiday(day) or (back and hours.holiday(wall.date())):
            continue
        for opens, closes in hours.weekly.get(WEEKDAYS[day.weekday()], ()):
            start, end = (datetime.fromisoformat(f"{day}T{clock}") for clock in (opens, closes))
            end += timedelta(days=end <= start)
            if start <= wall < end:
                return True
    return False


@settings(max_examples=400, deadline=None)
@given(calendars, near_changes)
def test_it_is_open_whenever_the_clock_on_the_wall_says_so(hours: Calendar, at: datetime) -> None:
    zone = ZoneInfo(hours.zone)
    offsets = {(at + timedelta(hours=shift)).astimezone(zone).utcoffset() for shift in range(-27, 28, 3)}
    if by_the_wall(hours, at):
        assert is_open(hours, at) == "open"
    elif len(offsets) == 1:
        assert is_open(hours, at) != "open"


@settings(max_examples=200, deadline=None)
@given(calendars, near_changes, st.integers(1, 5 * 24))
def test_spans_agree_with_being_open_at_every_half_hour(hours: Calendar, begin: datetime, length: int) -> None:
    found = spans(hours, begin, begin + length * HOUR)
    assert found == sorted(found)
    assert all(first.end < second.start for first, second in pairwise(found))
    for half in range(0, 2 * length, 5):
        at = begin + half * HOUR / 2
        inside = any(span.start <= at < span.end for span in found)
        assert inside == (is_open(hours, at) == "open")


@pytest.mark.parametrize("zone", [BERLIN, "America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "Asia/Shanghai"])
def test_the_clock_on_the_wall_never_runs_backwards(zone: str) -> None:
    where, day = ZoneInfo(zone), date(2026, 1, 1)
    while day < date(2027, 1, 1):
        moments = [moment(where, day, minutes) for minutes in range(0, 1441, 30)]
        assert moments == sorted(moments)
        assert moments[-1] == moment(where, day + timedelta(days=1))
        day += timedelta(days=1)
