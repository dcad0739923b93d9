"""Whoever tries too often is told when to come back; nobody is kept out because Redis is lost."""

import asyncio
import re

import pytest
from starlette.requests import HTTPConnection

from infra.errors import TooMany
from infra.ids import new_id
from infra.realtime import hub
from infra.services.throwaway import Throwaway
from infra.web import limit
from infra.web.limits import address_of


async def _tries(times: int, who: str, rate: str, what: str = "try") -> None:
    for _ in range(times):
        await limit(what, who, rate)


async def test_the_try_past_the_rate_is_one_too_many_and_says_minutes(ground: None) -> None:
    who = new_id().hex
    await _tries(3, who, "3/hour")
    with pytest.raises(TooMany) as told:
        await limit("try", who, "3/hour")
    minutes = int(re.search(r"in (\d+) minutes", str(told.value))[1])  # type: ignore[index]  # the test is that it is there
    assert 55 <= minutes <= 60
    assert 3300 < told.value.seconds <= 3600


async def test_others_and_other_deeds_are_counted_by_themselves(ground: None) -> None:
    who, other = new_id().hex, new_id().hex
    await _tries(3, who, "3/hour")
    await _tries(3, other, "3/hour")
    await _tries(3, who, "3/hour", what="another deed")
    with pytest.raises(TooMany):
        await limit("try", who, "3/hour")


async def test_the_window_moves_on(ground: None) -> None:
    who = new_id().hex
    await _tries(2, who, "2/second")
    with pytest.raises(TooMany) as told:
        await limit("try", who, "2/second")
    assert "1 minutes" in str(told.value)
    await _come_back(who)


async def _come_back(who: str) -> None:
    for _ in range(200):
        try:
            await limit("try", who, "2/second")
        except TooMany:
            await asyncio.sleep(0.02)  # the window is Redis's, whose clock nobody moves
            continue
        return
    pytest.fail("never let in again")


async def test_who_tries_is_kept_as_a_keyed_hash_only(ground: None) -> None:
    def coming_from(host: str) -> str:
        return address_of(HTTPConnection({"type": "http", "headers": [], "client": (host, 5)}))

    assert coming_from("192.0.2.7") == coming_from("192.0.2.7") != coming_from("192.0.2.8")
    await limit("try", coming_from("192.0.2.7"), "3/hour")
    await limit("try", "li@example.org", "3/hour")
    keys = [key async for key in hub.redis().scan_iter("*")]
    assert not [key for key in keys if b"192.0.2" in key or b"li@" in key]


async def test_a_lost_redis_lets_people_through_and_a_new_one_counts_again(ground: None, services: Throwaway) -> None:
    who = new_id().hex
    await _tries(3, who, "3/hour")
    redis = services.services.keepers[-1]
    await redis.stop()
    try:
        await _tries(5, who, "3/hour")
    finally:
        await redis.start()
    await _tries(3, who, "3/hour")
    with pytest.raises(TooMany):
        await limit("try", who, "3/hour")
