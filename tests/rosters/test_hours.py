"""Opening hours are those of the clock on the hotline's wall: nights, split days, holidays, every zone."""

from typing import Any

import pytest
from pydantic import ValidationError

from tenants.rosters.hours import Calendar, Span, is_open, next_closing, next_opening, spans
from tests.rosters.building import SHANGHAI, calendar, local


@pytest.mark.parametrize(
    ("at", "standing"),
    [
        ("2026-03-06T21:59", "closed"),
        ("2026-03-06T22:00", "open"),
        ("2026-03-06T23:59", "open"),
        ("2026-03-07T00:00", "open"),
        ("2026-03-07T02:00", "open"),
        ("2026-03-07T05:59:59", "open"),
        ("2026-03-07T06:00", "closed"),
        ("2026-03-06T02:00", "closed"),
    ],
)
@pytest.mark.parametrize("zone", [SHANGHAI, "America/Los_Angeles", "Pacific/Kiritimati", "UTC"])
def test_friday_night_is_still_on_at_two_on_saturday_by_the_local_clock(at: str, standing: str, zone: str) -> None:
    # yap#210; llamenos shifts.ts reckoned this in UTC
    assert is_open(calendar(zone, fri="22:00-06:00"), local(at, zone)) == standing


def test_sunday_night_runs_into_monday() -> None:
    assert is_open(calendar(sun="22:00-06:00"), local("2026-03-09T03:00")) == "open"


def test_a_day_may_be_split() -> None:  # chatwoot#5254
    hours = calendar(mon="09:00-12:00 14:00-18:00")
    moments = {
        "08:59": "closed",
        "09:00": "open",
        "12:00": "closed",
        "13:59": "closed",
        "14:00": "open",
        "18:00": "closed",
    }
    for clock, standing in moments.items():
        assert is_open(hours, local(f"2026-03-02T{clock}")) == standing


def test_a_day_may_be_whole() -> None:
    for whole in ("00:00-24:00", "00:00-00:00"):
        hours = calendar(wed=whole)
        assert spans(hours, local("2026-03-01T00:00"), local("2026-03-08T00:00")) == [
            Span(local("2026-03-04T00:00"), local("2026-03-05T00:00"))
        ]


def test_a_holiday_beats_the_weekly_hours() -> None:  # chatwoot#6467
    hours = calendar(mon="09:00-18:00", holidays=[{"date": "2026-03-02", "name": {"en": "Founders' day"}}])
    assert is_open(hours, local("2026-03-02T10:00")) == "holiday"
    assert is_open(hours, local("2026-03-02T20:00")) == "holiday"
    assert is_open(hours, local("2026-03-09T10:00")) == "open"


def test_a_holiday_may_have_hours_of_its_own() -> None:
    short = {"date": "2026-03-02", "spans": [["10:00", "12:00"]]}
    hours = calendar(mon="09:00-18:00", holidays=[short])
    assert is_open(hours, local("2026-03-02T09:30")) == "holiday"
    assert is_open(hours, local("2026-03-02T11:00")) == "open"


def test_the_night_before_a_holiday_stops_at_midnight() -> None:
    hours = calendar(fri="22:00-06:00", holidays=[{"date": "2026-03-07"}])
    assert is_open(hours, local("2026-03-06T23:59")) == "open"
    assert is_open(hours, local("2026-03-07T00:00")) == "holiday"


def test_a_holidays_own_night_runs_on_into_the_next_day() -> None:  # chatwoot#14009
    eve = {"date": "2026-12-31", "spans": [["18:00", "02:00"]]}
    hours = calendar(thu="09:00-12:00", holidays=[eve, {"date": "2027-01-01"}])
    assert is_open(hours, local("2026-12-31T10:00")) == "holiday"
    assert is_open(hours, local("2027-01-01T01:59")) == "open"
    assert is_open(hours, local("2027-01-01T02:00")) == "holiday"


def test_the_next_opening_skips_holidays_and_is_now_when_open() -> None:
    hours = calendar(mon="09:00-18:00", holidays=[{"date": "2026-03-02"}])
    assert next_opening(hours, local("2026-02-28T10:00")) == local("2026-03-09T09:00")
    now = local("2026-03-09T09:30")
    assert next_opening(hours, now) == now


def test_a_line_that_opens_once_a_year_has_a_next_opening_and_one_that_never_does_has_none() -> None:
    once = calendar(holidays=[{"date": "2026-12-31", "spans": [["18:00", "20:00"]]}])
    assert next_opening(once, local("2026-01-01T00:00")) == local("2026-12-31T18:00")
    assert next_opening(once, local("2026-12-31T20:00")) is None
    assert next_opening(calendar(), local("2026-01-01T00:00")) is None


def test_the_closing_is_that_of_the_whole_stretch() -> None:
    hours = calendar(fri="18:00-24:00", sat="00:00-03:00")
    assert next_closing(hours, local("2026-03-06T19:00")) == local("2026-03-07T03:00")
    assert next_closing(hours, local("2026-03-06T17:59")) is None
    always = calendar(**dict.fromkeys(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "00:00-24:00"))
    assert next_closing(always, local("2026-03-06T19:00")) is None


def test_a_leap_day_is_a_day_like_any_other() -> None:
    hours = calendar(thu="22:00-06:00", holidays=[{"date": "2024-03-01"}])
    assert is_open(hours, local("2024-02-29T23:00")) == "open"
    assert is_open(hours, local("2024-03-01T01:00")) == "holiday"
    leap = calendar(thu="09:00-10:00", holidays=[{"date": "2024-02-29"}])
    assert is_open(leap, local("2024-02-29T09:30")) == "holiday"


def test_spans_are_joined_and_cut_to_what_was_asked_for() -> None:
    hours = calendar(mon="09:00-12:00 11:00-14:00 14:00-15:00", tue="09:00-10:00")
    assert spans(hours, local("2026-03-02T10:00"), local("2026-03-03T09:30")) == [
        Span(local("2026-03-02T10:00"), local("2026-03-02T15:00")),
        Span(local("2026-03-03T09:00"), local("2026-03-03T09:30")),
    ]
    assert all(
        str(span.start.tzinfo) == "UTC" for span in spans(hours, local("2026-03-02T10:00"), local("2026-03-03T09:30"))
    )


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ({"zone": "Mars/Olympus"}, "isn't a time zone"),
        ({"zone": "../etc/passwd"}, "isn't a time zone"),
        ({"zone": "UTC", "weekly": {"mon": [["9:00", "12:00"]]}}, "mon"),
        ({"zone": "UTC", "weekly": {"mon": [["09:00", "25:00"]]}}, "mon"),
        ({"zone": "UTC", "weekly": {"monday": []}}, "monday"),
        ({"zone": "UTC", "holidays": [{"date": "2026-02-29"}]}, "date"),
        ({"zone": "UTC", "holidays": [{"date": "2026-03-01"}, {"date": "2026-03-01"}]}, "twice"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(document: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        Calendar.model_validate(document)


def test_a_calendar_survives_being_stored() -> None:
    hours = calendar(fri="22:00-06:00", holidays=[{"date": "2026-03-07", "name": {"en": "A day off"}}])
    assert Calendar.model_validate_json(hours.model_dump_json()) == hours
