"""The hub: publishes to Redis and fans out what arrives to this process's subscribers.

A message is a hint, never the only copy: whoever was cut off or fell behind gets `{"type": "resync"}` and reads the
state again from the database.
"""

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from infra.database import Session, after_commit
from infra.settings import settings

log = logging.getLogger(__name__)
RESYNC = {"type": "resync"}
QUEUE_LIMIT = 100
Message = dict[str, Any]


class Hub:
    """Channels are names such as `call:<tenant>:<id>`; whoever subscribes has checked access before."""

    def __init__(self) -> None:
        self._queues: dict[str, set[asyncio.Queue[Message]]] = defaultdict(set)
        self._redis: Redis | None = None
        self._listener: asyncio.Task[None] | None = None

    def redis(self) -> Redis:
        """This process's Redis client."""
        if self._redis is None:
            self._redis = Redis.from_url(settings().redis_url or "")
        return self._redis

    async def start(self) -> None:
        """Listen to Redis until `stop`."""
        self._listener = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        """Let go of Redis."""
        if self._listener:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener
        if self._redis:
            await self._redis.aclose()
            self._redis = None

    async def publish(self, channel: str, message: Message) -> None:
        """Tell every process. A lost Redis loses the hint, not the fact; subscribers resync when it is back."""
        try:
            await self.redis().publish(f"hark:{channel}", json.dumps(message))
        except (RedisError, OSError) as error:
            log.warning("not published to %s: %s", channel, error)
            self.deliver(channel, message)

    def deliver(self, channel: str, message: Message) -> None:
        """Put a message into this process's queues; a full queue is emptied into one resync."""
        for queue in self._queues.get(channel, ()):
            behind = queue.full()
            while behind and not queue.empty():
                queue.get_nowait()
            queue.put_nowait(RESYNC if behind else message)

    @asynccontextmanager
    async def subscribe(self, *channels: str) -> AsyncIterator[asyncio.Queue[Message]]:
        """A bounded queue of what arrives on these channels."""
        queue: asyncio.Queue[Message] = asyncio.Queue(QUEUE_LIMIT)
        for channel in channels:
            self._queues[channel].add(queue)
        try:
            yield queue
        finally:
            for channel in channels:
                self._queues[channel].discard(queue)
                if not self._queues[channel]:
                    del self._queues[channel]

    async def _listen(self) -> None:
        while True:
            try:
                async with self.redis().pubsub() as pubsub:
                    await pubsub.psubscribe("hark:*")
                    for channel in list(self._queues):
                        self.deliver(channel, RESYNC)
                    async for item in pubsub.listen():
                        if item["type"] == "pmessage":
                            self.deliver(item["channel"].decode()[5:], json.loads(item["data"]))
            except (RedisError, OSError) as error:
                log.warning("the hub lost Redis: %s", error)
                await asyncio.sleep(0.3)


hub = Hub()


def announce(session: Session, channel: str, message: Message) -> None:
    """Publish once this unit of work is committed: nobody hears of what didn't happen."""

    async def tell() -> None:
        await hub.publish(channel, message)

    after_commit(session, tell)
