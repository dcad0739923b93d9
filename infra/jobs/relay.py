"""The relay: claims owed jobs under a lease and hands their ids on. Killed anywhere, the lease runs out and the next
claim hands them on again."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

import asyncpg
from redis.exceptions import RedisError

from infra.clock import now
from infra.database import APP_ROLE, dsn
from infra.jobs.outbox import CHANNEL

log = logging.getLogger(__name__)
LEASE_SECONDS = 5
BATCH = 100
POLL_SECONDS = 2.0

HandOn = Callable[[UUID, str], None]
"""What is done with a claimed job, told its id and its name."""

CLAIM = """
UPDATE outbox SET leased_until = $1::timestamptz + make_interval(secs => $2)
WHERE id IN (
  SELECT id FROM outbox
  WHERE done_at IS NULL AND failed_at IS NULL AND due_at <= $1 AND (leased_until IS NULL OR leased_until < $1)
  ORDER BY due_at FOR UPDATE SKIP LOCKED LIMIT $3
) RETURNING id, name
"""


async def claim(connection: asyncpg.Connection) -> dict[UUID, str]:
    """The jobs owed now, leased to us: id → name, at most a batch. A row that a running job holds locked is passed
    over."""
    return {row["id"]: row["name"] for row in await connection.fetch(CLAIM, now(), LEASE_SECONDS, BATCH)}


async def _serve(connection: asyncpg.Connection, hand_on: HandOn, stop: asyncio.Event) -> None:
    nudge = asyncio.Event()
    await connection.add_listener(CHANNEL, lambda *_: nudge.set())
    while not stop.is_set():
        nudge.clear()
        claimed = await claim(connection)
        for key, name in claimed.items():
            hand_on(key, name)
        if len(claimed) == BATCH:  # what is urgent may stand behind what isn't
            continue
        with suppress(TimeoutError):
            await asyncio.wait_for(nudge.wait(), POLL_SECONDS)


async def relay(hand_on: HandOn, stop: asyncio.Event) -> None:
    """Claim and hand on until `stop`: at once when a job is committed (NOTIFY), else every two seconds.

    Outlives a restarted database and a restarted Redis.
    """
    while not stop.is_set():
        try:
            connection = await asyncpg.connect(dsn(), server_settings={"role": APP_ROLE})
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await asyncio.sleep(1)
            continue
        try:
            await _serve(connection, hand_on, stop)
        except RedisError as error:  # what was claimed is claimed again when its lease is over
            log.warning("the relay lost Redis: %s", error)
            await asyncio.sleep(0.5)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("the relay lost the database: %s", error)
            await asyncio.sleep(0.5)
        finally:
            connection.terminate()  # waits for nothing, so a dead server can't hold us
