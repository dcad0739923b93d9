"""Nobody can be found in what is laid open: not in a figure, not in a difference of two, not by looking again later."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from billing.openness import reckoning
from billing.openness.opening import opened
from billing.openness.pages.view import program
from billing.openness.periods import Period, laid_open, lay_open, periods
from billing.openness.reckoning import FEW, People
from infra.clock import travel
from infra.database import unit_of_work
from tests.billing.ledger.ledger_world import new_books
from tests.billing.openness.history import Life, Month, counted_by, histories, start

pytestmark = pytest.mark.usefixtures("ground")


async def _played(life: Life, first_look: datetime = start(0)) -> list[list[Period]]:
    """Live through it; what the page showed in the middle of each month."""
    shown: list[list[Period]] = []
    due = life.due()
    end = max([start(len(life.history) + 2), *due]) + timedelta(days=1)
    looks = [start(place) + timedelta(days=16) for place in range(len(life.history) + 4)]
    costs = [start(place) + timedelta(days=2) for place in range(len(life.history))]
    for moment in sorted({*looks, *due, *costs, end}):
        with travel(moment):
            async with unit_of_work() as session:
                if moment in costs:
                    await life.spend(session, costs.index(moment))
                for at, who, minor in due.get(moment, []):
                    await life.give(session, moment, at, who, minor)
                if moment in looks and moment > first_look:
                    await lay_open(session, "UTC", "EUR")
                    shown.append(await periods(session, await laid_open(session), "UTC"))
    return shown


@settings(max_examples=8, deadline=None)
@given(history=histories)
async def test_every_difference_of_two_figures_is_about_five_people_or_nobody(history: list[Month]) -> None:
    life = Life(history)
    with new_books(), counted_by(life):
        shown = await _played(life)
        async with unit_of_work() as session:
            laid = await laid_open(session)
    for earlier, later in pairwise(shown):
        assert later[: len(earlier)] == earlier, "what was laid open stays as it is"
    for place, row in enumerate(laid.rows):
        for other in laid.rows[:place]:
            assert other.until <= row.since
            assert other.booked_before <= row.booked_before
    ends = [(datetime.combine(row.until, time(), UTC), row.booked_before) for row in laid.rows]
    begin = [(datetime.combine(laid.rows[0].since, time(), UTC), laid.rows[0].booked_before)] if ends else []
    cuts = [*begin, *ends]
    for place, cut in enumerate(cuts):
        for before in [None, *cuts[:place]]:
            within = [each for each in life.booked if _told(each, cut) and not (before and _told(each, before))]
            givers = {who for _at, _on, who, _minor in within}
            assert not givers or len(givers) >= FEW or (before is None and place == 0)
            if before is not None and cut is cuts[place] and before == cuts[place - 1]:
                told = shown[-1][place - 1].lines.get("gifts", 0)
                assert told == sum(minor for *_rest, minor in within)
    for row in laid.rows:
        called = [each for place, month in enumerate(history) for each in month.callers
                  if row.since <= start(place).date() < row.until]  # fmt: skip
        telephoned = {who for who, phone in called if phone}
        assert len({who for who, _phone in called}) >= FEW
        assert not telephoned or len(telephoned) >= FEW
        assert row.answered % FEW == 0
        assert abs(row.answered - len(called)) <= FEW // 2


def _told(each: tuple[datetime, date, int, int], cut: tuple[datetime, date]) -> bool:
    return each[0] < cut[0] and each[1] < cut[1]


def _month(callers: int = 8, givers: int = 6, *, cost: int = 100, late: int = 0, phones: int = 0) -> Month:
    return Month(
        [(who, who < phones) for who in range(callers)], [(who, 100 + who, late) for who in range(givers)], cost
    )


async def test_quiet_months_wait_for_the_next_ones() -> None:
    life = Life([_month(), _month(callers=2), _month(givers=3), _month(phones=2), _month(phones=6), _month()])
    with new_books(), counted_by(life):
        (*_earlier, shown) = await _played(life)
    assert [(each.since.month, each.until.month, each.answered) for each in shown] == [
        (11, 12, 10), (12, 2, 10), (2, 4, 15), (4, 5, 10),
    ]  # fmt: skip
    assert [each.lines["gifts"] for each in shown] == [615, 918, 1230, 615]


async def test_what_would_be_few_before_the_first_period_is_part_of_it() -> None:
    """Else what there is to live on, less what came in, would be the one gift of whoever gave before."""
    quiet = Month([], [], 1)
    life = Life([Month([], [(1, 7777, 0)], 1), *[quiet] * 12, _month(), _month()])
    with new_books(), counted_by(life):
        (*_earlier, shown) = await _played(life, first_look=start(15))
    assert shown[0].since == start(0).date()
    assert shown[0].lines["gifts"] == 7777 + 615


async def test_lines_about_people_open_into_no_single_entry_and_others_into_each() -> None:
    life = Life([_month(), _month()])
    with new_books(), counted_by(life):
        (*_earlier, shown) = await _played(life)
        async with unit_of_work() as session:
            laid = await laid_open(session)
            assert await opened(session, laid, "UTC", 0, "gifts") == []
            assert [each.minor for each in await opened(session, laid, "UTC", 0, "people")] == [100]
    told = program("line", shown)
    assert told["periods"][0] == {
        "since": "2025-11", "until": "2025-11", "answered": 10, "in": {"gifts": 615}, "cost": {"people": 100},
        "cost_per_answered": 10, "spendable_at_end": 515,
    }  # fmt: skip


async def test_the_database_keeps_what_was_laid_open() -> None:
    life = Life([_month(), _month()])
    with new_books(), counted_by(life):
        await _played(life)
        for change in ("UPDATE open_period SET answered = 50", "DELETE FROM open_period"):
            with pytest.raises((IntegrityError, DBAPIError), match="only ever added to"):
                await _do(change)


async def _do(change: str) -> None:
    async with unit_of_work() as session:
        await session.execute(text(change))


counts = st.integers(0, 40)


@given(counts, counts, counts)
def test_fewer_than_five_people_are_never_enough(callers: int, telephoned: int, givers: int) -> None:
    enough = People(callers, telephoned, givers).enough
    assert enough == (callers >= 5 and telephoned not in range(1, 5) and givers not in range(1, 5))


@given(st.integers(5, 10**6))
def test_contacts_are_told_to_the_nearest_five(count: int) -> None:
    assert reckoning.rounded(count) % 5 == 0
    assert abs(reckoning.rounded(count) - count) <= 2


money = st.integers(-(10**9), 10**9)
stretches = st.lists(st.tuples(money, st.integers(1, 9)), max_size=8)


@given(money, stretches, st.integers(0, 10**9))
def test_a_runway_is_pure_grows_with_money_and_shrinks_with_costs(
    there: int, costs: list[tuple[int, int]], more: int
) -> None:
    found = reckoning.runway(there, costs)
    assert reckoning.runway(there, costs) == found
    richer = reckoning.runway(there + more, costs)
    if found is None:
        assert richer is None
        assert sum(length for _minor, length in costs) < 6 or any(minor <= 0 for minor, _length in costs)
        return
    assert found >= 0
    assert richer is not None
    assert richer >= found
    dearer = reckoning.runway(there, [*costs[:-1], (costs[-1][0] + more, costs[-1][1])])
    assert dearer is not None
    assert dearer <= found
    spent = months = 0
    for minor, length in reversed(costs):
        spent, months = spent + minor, months + length
        if months >= 6:
            break
    if there > 0:
        assert found * spent <= there * months < (found + 1) * spent


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_promises_of_others_are_no_money_yet(liquid: int, owed_to_us: int, owed: int) -> None:
    left = reckoning.spendable(liquid, owed_to_us, owed)
    assert left <= liquid
    assert left >= liquid - owed
    assert reckoning.spendable(liquid, owed, owed) == liquid
