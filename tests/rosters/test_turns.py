"""Weekly shifts by the local clock, and the holes that they leave."""

from datetime import date, timedelta
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from tenants.rosters.hours import Span, holes, merge, on_shift, spans, turns
from tests.rosters.building import SHANGHAI, calendar, local

BERLIN = "Europe/Berlin"


class Weekly(NamedTuple):
    member: str
    weekday: int
    starts: int
    ends: int


NIGHT = Weekly("bob", 4, 22 * 60, 6 * 60)


def test_a_friday_night_shift_is_on_at_two_on_saturday() -> None:  # llamenos shifts.ts, yap#210
    for zone in (SHANGHAI, BERLIN, "America/Los_Angeles"):
        assert on_shift(zone, [NIGHT], local("2026-03-07T02:00", zone)) == [NIGHT]
        assert on_shift(zone, [NIGHT], local("2026-03-07T06:00", zone)) == []
        assert on_shift(zone, [NIGHT], local("2026-03-06T02:00", zone)) == []


def test_a_turn_belongs_to_the_day_on_which_it_begins() -> None:
    (turn,) = turns(SHANGHAI, [NIGHT], local("2026-03-07T00:00"), local("2026-03-08T00:00"))
    assert (turn.of, turn.day) == (NIGHT, date(2026, 3, 6))
    assert (turn.start, turn.end) == (local("2026-03-06T22:00"), local("2026-03-07T06:00"))


def test_turns_come_in_order_and_only_where_they_touch() -> None:
    day = Weekly("alice", 5, 6 * 60, 14 * 60)
    found = turns(SHANGHAI, [day, NIGHT], local("2026-03-06T00:00"), local("2026-03-13T00:00"))
    assert [turn.of.member for turn in found] == ["bob", "alice"]
    assert turns(SHANGHAI, [day, NIGHT], local("2026-03-07T14:00"), local("2026-03-13T22:00")) == []


def test_the_night_of_the_clock_change_is_paid_by_its_real_length() -> None:
    saturday = Weekly("bob", 5, 22 * 60, 6 * 60)
    (spring,) = turns(BERLIN, [saturday], local("2026-03-28T12:00", BERLIN), local("2026-03-29T12:00", BERLIN))
    assert spring.end - spring.start == timedelta(hours=7)


def test_what_is_open_and_has_nobody_on_is_a_hole() -> None:
    week = local("2026-03-02T00:00"), local("2026-03-09T00:00")
    needed = spans(calendar(mon="09:00-18:00", tue="09:00-12:00"), *week)
    crew = [
        Weekly("alice", 0, 8 * 60, 11 * 60),
        Weekly("bob", 0, 10 * 60, 14 * 60),
        Weekly("carol", 0, 16 * 60, 17 * 60),
    ]
    covered = [Span(turn.start, turn.end) for turn in turns(SHANGHAI, crew, *week)]
    assert holes(needed, covered) == [
        Span(local("2026-03-02T14:00"), local("2026-03-02T16:00")),
        Span(local("2026-03-02T17:00"), local("2026-03-02T18:00")),
        Span(local("2026-03-03T09:00"), local("2026-03-03T12:00")),
    ]


START = local("2026-03-02T00:00")
stretches = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 12)).map(
        lambda pair: Span(START + timedelta(hours=pair[0]), START + timedelta(hours=sum(pair)))
    ),
    max_size=8,
)


@given(stretches, stretches)
def test_every_needed_hour_is_either_covered_or_a_hole(needed: list[Span], covered: list[Span]) -> None:
    def inside(found: list[Span], hour: int) -> bool:
        at = START + timedelta(hours=hour, minutes=30)
        return any(span.start <= at < span.end for span in found)

    gaps = holes(needed, covered)
    assert merge(gaps) == gaps
    for hour in range(73):
        assert inside(gaps, hour) == (inside(needed, hour) and not inside(covered, hour))
