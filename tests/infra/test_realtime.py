"""News reaches whoever listens, never floods them, and what was missed is read again from the database."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from infra.database import unit_of_work
from infra.ids import new_id
from infra.realtime.hub import QUEUE_LIMIT, RESYNC, Hub, announce, hub
from infra.scope import no_scope
from infra.services.throwaway import Throwaway


async def _next(queue: asyncio.Queue[dict[str, Any]], seconds: float = 5) -> dict[str, Any]:
    return await asyncio.wait_for(queue.get(), seconds)


async def _settled(queue: asyncio.Queue[dict[str, Any]], channel: str) -> None:
    """Wait until what is published comes back, then forget what came."""
    while True:
        await hub.publish(channel, {"type": "there?"})
        try:
            await _next(queue, 0.2)
        except TimeoutError:
            continue
        await asyncio.sleep(0.05)
        while not queue.empty():
            queue.get_nowait()
        return


@pytest.fixture
async def other(ground: None) -> AsyncIterator[Hub]:
    """The hub of another process, as far as Redis can tell."""
    second = Hub()
    await second.start()
    yield second
    await second.stop()


async def test_news_fans_out_to_every_process_and_every_listener(other: Hub) -> None:
    channel = f"call:{new_id()}"
    async with hub.subscribe(channel) as one, hub.subscribe(channel) as two, other.subscribe(channel) as three:
        for queue in (one, three):
            await _settled(queue, channel)
        for queue in (one, two, three):
            while not queue.empty():
                queue.get_nowait()
        await hub.publish(channel, {"type": "screen", "text": "你好"})
        for queue in (one, two, three):
            assert await _next(queue) == {"type": "screen", "text": "你好"}


async def test_news_of_one_channel_stays_in_it(ground: None) -> None:
    mine, theirs = f"member:{new_id()}", f"member:{new_id()}"
    async with hub.subscribe(mine) as here, hub.subscribe(theirs) as there:
        await _settled(here, mine)
        while not there.empty():
            there.get_nowait()
        await hub.publish(theirs, {"type": "offer"})
        assert await _next(there) == {"type": "offer"}
        assert here.empty()


async def test_a_listener_who_falls_behind_is_told_to_read_again_and_others_miss_nothing(ground: None) -> None:
    channel = f"call:{new_id()}"
    async with hub.subscribe(channel) as slow, hub.subscribe(channel) as quick:
        heard = []
        for turn in range(QUEUE_LIMIT + 5):
            hub.deliver(channel, {"type": "peer", "turn": turn})
            heard.append(quick.get_nowait())
        assert [message.get("turn") for message in heard] == list(range(QUEUE_LIMIT + 5))
        assert slow.qsize() <= QUEUE_LIMIT
        assert await _next(slow) == RESYNC
        assert [slow.get_nowait()["turn"] for _ in range(slow.qsize())] == list(range(QUEUE_LIMIT + 1, QUEUE_LIMIT + 5))


async def test_who_has_stopped_listening_is_forgotten(ground: None) -> None:
    channel = f"call:{new_id()}"
    with pytest.raises(LookupError):
        async with hub.subscribe(channel):
            raise LookupError
    assert channel not in hub._queues


async def _fail_after_announcing(channel: str) -> None:
    async with unit_of_work() as session:
        announce(session, channel, {"type": "undone"})
        raise LookupError


async def test_nobody_hears_of_what_didnt_happen(ground: None) -> None:
    channel = f"call:{new_id()}"
    async with hub.subscribe(channel) as queue:
        await _settled(queue, channel)
        with no_scope():
            with pytest.raises(LookupError):
                await _fail_after_announcing(channel)
            async with unit_of_work() as session:
                announce(session, channel, {"type": "done"})
                await session.flush()
                assert queue.empty()
        assert await _next(queue) == {"type": "done"}


async def test_a_restarted_redis_makes_everybody_read_again_and_news_flows_on(
    ground: None, services: Throwaway
) -> None:
    channel = f"call:{new_id()}"
    redis = services.services.keepers[-1]
    async with hub.subscribe(channel) as queue:
        await _settled(queue, channel)
        await redis.stop()
        await hub.publish(channel, {"type": "in the dark"})  # heard in this process, and no error
        assert await _next(queue) == {"type": "in the dark"}
        await redis.start()
        assert await _next(queue, 10) == RESYNC
        await _settled(queue, channel)
        await hub.publish(channel, {"type": "light"})
        assert await _next(queue) == {"type": "light"}
