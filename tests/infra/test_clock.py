"""The clock can be moved for whoever asks it, and comes back by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from infra import clock

NEW_YEAR = datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)


def _close(one: datetime, other: datetime) -> bool:
    return abs(one - other) < timedelta(seconds=5)


def test_it_says_utc() -> None:
    assert clock.now().tzinfo is UTC
    assert _close(clock.now(), datetime.now(UTC))


def test_travelling_there_it_runs_on_from_that_moment() -> None:
    with clock.travel(NEW_YEAR):
        first = clock.now()
        assert NEW_YEAR <= first < NEW_YEAR + timedelta(seconds=5)
        assert clock.now() > first
    assert _close(clock.now(), datetime.now(UTC))


def test_travels_add_up_and_are_undone_one_by_one() -> None:
    with clock.travel(NEW_YEAR):
        with clock.travel(by=timedelta(hours=1)):
            assert _close(clock.now(), NEW_YEAR + timedelta(hours=1))
            with clock.travel(NEW_YEAR, by=timedelta(days=-1)):
                assert _close(clock.now(), NEW_YEAR - timedelta(days=1))
        assert _close(clock.now(), NEW_YEAR)


def test_it_comes_back_from_a_failure() -> None:
    with pytest.raises(LookupError), clock.travel(NEW_YEAR):
        raise LookupError
    assert _close(clock.now(), datetime.now(UTC))
