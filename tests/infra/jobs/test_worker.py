"""Real workers, killed and robbed of Redis while they hold a job: what was owed is done all the same."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
import pytest

from infra.database import unit_of_work
from infra.jobs import enqueue
from infra.jobs.relay import LEASE_SECONDS, POLL_SECONDS
from infra.mail import send
from infra.realtime import hub
from infra.scope import no_scope, tenant_scope
from infra.services.throwaway import Throwaway
from infra.settings import settings
from tests.infra.post import PostOffice, post_office
from tests.world import World

Process = asyncio.subprocess.Process


@asynccontextmanager
async def worker(office: PostOffice) -> AsyncIterator[Process]:
    """A worker of its own process, at work, ended with the block."""
    before = await hub.redis().smembers("rq:workers")
    environment = os.environ | {"HARK_MAIL": f"smtp://127.0.0.1:{office.port}"}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "hark.cli", "worker", env=environment)
    try:
        async with asyncio.timeout(30):
            while await hub.redis().smembers("rq:workers") <= before:
                assert process.returncode is None
                await asyncio.sleep(0.05)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.fixture
async def office(ground: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PostOffice]:
    """Where letters arrive; handing one over is the work that these workers do."""
    async with post_office() as open_office:
        monkeypatch.setattr(settings(), "mail", f"smtp://127.0.0.1:{open_office.port}")
        yield open_office


async def _write(subject: str) -> None:
    with no_scope():
        async with unit_of_work() as session:
            await send(session, to="li@example.org", subject=subject, text="…")


async def _arrived(office: PostOffice, *subjects: str, within: float) -> None:
    """All these letters are there in time, each once; letters of others may be on their way as well."""
    began = time.monotonic()
    while not set(subjects) <= {letter["Subject"] for letter in office.letters}:
        assert time.monotonic() - began < within, [letter["Subject"] for letter in office.letters]
        await asyncio.sleep(0.02)
    ours = [letter["Subject"] for letter in office.letters if letter["Subject"] in subjects]
    assert sorted(ours) == sorted(subjects)


async def test_a_round_through_every_hotline_keeps_no_letter_waiting(
    office: PostOffice, world: World, superuser: asyncpg.Connection
) -> None:
    """Four hundred sweeps are owed before the letter is; it arrives when most of them are still owed."""
    with tenant_scope(world.first.tenant):
        async with unit_of_work() as session:
            for _ in range(400):
                await enqueue(session, "retention.sweep")
    await _write("a code")
    async with worker(office):
        await _arrived(office, "a code", within=20)
        owed = await superuser.fetchval(
            "SELECT count(*) FROM outbox WHERE name = 'retention.sweep' AND done_at IS NULL AND failed_at IS NULL"
        )
    assert owed > 200


async def test_a_killed_worker_a_flushed_redis_and_a_lost_redis_lose_no_job(
    office: PostOffice, services: Throwaway
) -> None:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(worker(office))
        office.open.clear()
        await _write("held")
        await asyncio.wait_for(office.handing_over.wait(), 20)
        second = await stack.enter_async_context(worker(office))
        first.send_signal(signal.SIGKILL)
        await first.wait()
        office.open.set()
        await _arrived(office, "held", within=LEASE_SECONDS + POLL_SECONDS + 2)

        # Redis forgets everything, the letters' places in the queue among it, while the one worker is busy
        office.open.clear()
        office.handing_over.clear()
        await _write("one")
        await asyncio.wait_for(office.handing_over.wait(), 10)
        for subject in ("two", "three"):
            await _write(subject)
        await asyncio.sleep(0.3)
        await hub.redis().flushall()
        office.open.set()
        await _arrived(office, "one", "two", "three", within=15)

        # Redis goes away and comes back
        redis = services.services.keepers[-1]
        await redis.stop()
        await _write("in the dark")
        await asyncio.sleep(0.5)
        await redis.start()
        await _arrived(office, "in the dark", within=20)
        assert second.returncode is None
