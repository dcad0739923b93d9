"""Use is counted once: however often, in whatever order, by however many at once it is told; and killed in between."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.usage.service import Used, count, count_all, forget, used
from infra.clock import travel
from infra.database import unit_of_work
from infra.scope import tenant_scope
from tests.world import World

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SEPTEMBER, NOVEMBER, DECEMBER = date(2026, 9, 1), date(2026, 11, 1), date(2026, 12, 1)


async def _used(kind: str = "minutes", since: date = SEPTEMBER, until: date = DECEMBER) -> int:
    async with unit_of_work() as session:
        return await used(session, kind, since, until)


sources = st.tuples(st.integers(0, 6), st.integers(0, 90))


@settings(max_examples=15, deadline=None)
@given(told=st.lists(st.lists(sources, max_size=6), max_size=5))
async def test_whatever_is_told_again_adds_nothing(world: World, told: list[list[tuple[int, int]]]) -> None:
    quantities: dict[int, int] = {}
    for name, days in (each for batch in told for each in batch):
        quantities.setdefault(name, 10 + days)
    run = uuid4()
    with tenant_scope(world.second.tenant), travel(NOW):
        before = await _used()
        for batch in told:
            each = [Used(f"{run} {name}", quantities[name], NOW - timedelta(days=days / 2)) for name, days in batch]
            async with unit_of_work() as session:
                await count_all(session, "minutes", each)
        assert await _used() - before == sum(quantities.values())


async def test_many_at_once_count_it_once_and_one_who_is_killed_not_at_all(world: World) -> None:
    async def once() -> bool:
        async with unit_of_work() as session:
            return await count(session, "messages", "letter", 1, NOW)

    async def killed() -> None:
        async with unit_of_work() as session:
            assert await count(session, "messages", "letter", 1, NOW)
            raise ConnectionError

    with tenant_scope(world.second.tenant), travel(NOW):
        with pytest.raises(ConnectionError):
            await killed()
        assert await _used("messages") == 0
        assert sum(await asyncio.gather(*(once() for _each in range(6)))) == 1
        assert await _used("messages") == 1


async def test_months_are_the_hotlines_own_and_old_ones_stay_as_they_are(world: World) -> None:
    """Shanghai is eight hours ahead: its November began on 31 October at 16:00 in UTC."""
    with tenant_scope(world.second.tenant), travel(NOW):
        async with unit_of_work() as session:
            assert await count(session, "numbers", "a", 1, datetime(2026, 10, 31, 16, tzinfo=UTC))
            assert await count(session, "numbers", "b", 1, datetime(2026, 10, 31, 15, 59, tzinfo=UTC))
            assert not await count(session, "numbers", "c", 1, datetime(2026, 8, 31, 15, 59, tzinfo=UTC))
        assert await _used("numbers", NOVEMBER) == 1
        assert await _used("numbers") == 2
        with pytest.raises(ValueError, match="whole months"):
            await _used("numbers", date(2026, 11, 2))
    with tenant_scope(world.second.tenant), travel(NOW + timedelta(days=100)):
        async with unit_of_work() as session:
            await forget(session)
            assert not await count(session, "numbers", "a", 1, datetime(2026, 10, 31, 16, tzinfo=UTC))
        assert await _used("numbers") == 2


async def test_what_is_nothing_to_count_is_refused(world: World) -> None:
    with tenant_scope(world.second.tenant):
        async with unit_of_work() as session:
            for kind, quantity in (("calls", 1), ("minutes", -1)):
                with pytest.raises(ValueError, match=r"less than nothing|nothing that is counted"):
                    await count(session, kind, "a", quantity, NOW)
