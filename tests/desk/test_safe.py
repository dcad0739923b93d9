"""When a caller may be called back: by their own clock and their own wishes, else while the hotline is open."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.desk.messages.safe import verdict
from tenants.rosters.hours import WEEKDAYS, Calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
HERE = "Asia/Shanghai"
WINDOW = {"days": ["mon", "wed"], "from": "14:00", "until": "16:00"}
MONDAY = datetime(2026, 3, 2, 15, tzinfo=SHANGHAI)
TUESDAY = datetime(2026, 3, 3, 15, tzinfo=SHANGHAI)
OURS = Calendar(zone=HERE, weekly={"mon": (("09:00", "12:00"),), "fri": (("20:00", "02:00"),)})


def test_a_window_is_the_callers_wall_clock_and_may_run_past_midnight() -> None:
    assert verdict(WINDOW, HERE, OURS, MONDAY) == (True, datetime(2026, 3, 2, 16, tzinfo=SHANGHAI), "")
    assert verdict(WINDOW, HERE, OURS, TUESDAY) == (False, datetime(2026, 3, 4, 14, tzinfo=SHANGHAI), "theirs")
    night = {"days": ["sat"], "from": "22:00", "until": "01:00"}
    assert verdict(night, HERE, OURS, datetime(2026, 3, 8, 0, 30, tzinfo=SHANGHAI)).now, "Sunday, half past midnight"


def test_the_end_of_the_hours_is_outside_them() -> None:
    assert not verdict(WINDOW, HERE, None, datetime(2026, 3, 2, 16, tzinfo=SHANGHAI)).now


def test_the_hours_are_those_of_the_callers_own_clock_where_it_is_known() -> None:
    """Four in the afternoon in London is past midnight in Shanghai."""
    theirs = {"from": "16:00", "until": "17:00", "zone": "Europe/London"}
    assert not verdict(theirs, HERE, OURS, datetime(2026, 3, 2, 16, 30, tzinfo=SHANGHAI)).now
    assert verdict(theirs, HERE, OURS, datetime(2026, 3, 3, 0, 30, tzinfo=SHANGHAI)).now
    assert verdict({**theirs, "zone": "Nowhere/At all"}, HERE, OURS, MONDAY.replace(hour=16)).now


def test_who_named_no_hours_is_called_while_the_hotline_is_open() -> None:
    nine = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
    assert verdict({"days": []}, HERE, OURS, MONDAY.replace(hour=3)) == (False, nine, "ours")
    assert verdict({}, HERE, OURS, nine).now
    assert verdict({"days": ["fri"]}, HERE, OURS, nine) == (False, datetime(2026, 3, 6, 20, tzinfo=SHANGHAI), "theirs")
    assert verdict({}, HERE, None, MONDAY.replace(hour=3)) == (True, None, ""), "a line that is always open"


def test_never_is_never() -> None:
    assert verdict({"never": True, "from": "00:00", "until": "24:00"}, HERE, None, MONDAY) == (False, None, "never")
    assert verdict({"days": ["tue"]}, HERE, OURS, MONDAY) == (False, None, "theirs"), "we are never open on a Tuesday"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
@given(
    start=st.integers(0, 47), length=st.integers(1, 46), days=st.sets(st.sampled_from(WEEKDAYS), min_size=1),
    minutes=st.integers(0, 366 * 24 * 60),
)  # fmt: skip
def test_the_moment_that_is_named_is_allowed_and_nothing_before_it_is(
    zone: str, start: int, length: int, days: set[str], minutes: int
) -> None:
    """Across a year with both changes of the clock."""

    def clock(half: int) -> str:
        return f"{half % 48 // 2:02}:{half % 2 * 30:02}"

    window = {"days": sorted(days), "from": clock(start), "until": clock(start + length), "zone": zone}
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    found = verdict(window, HERE, OURS, at)
    assert found.turn is not None
    assert found.turn > at
    before = at + (found.turn - at) * 0.99
    assert verdict(window, HERE, OURS, before).now == found.now
    assert verdict(window, HERE, OURS, found.turn).now != found.now or (found.now and window["from"] == window["until"])
