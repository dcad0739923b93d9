"""A job that is owed is done, once, in its own tenant; one that never came about is never done."""

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from redis.exceptions import ConnectionError as RedisLost
from sqlalchemy import text
from sqlmodel import select

from infra import clock
from infra.database import dsn, engine, unit_of_work
from infra.ids import new_id
from infra.jobs import Job, enqueue, outbox, run_job
from infra.jobs.relay import LEASE_SECONDS, claim, relay
from infra.jobs.run import MAX_ATTEMPTS
from infra.scope import no_scope, tenant_scope
from tests.infra.jobs.conftest import Ledger, owe, row


async def test_many_carriers_of_one_job_do_it_once(ground: None, ledger: Ledger) -> None:
    mark = new_id().hex
    key = await owe("test.note", mark)
    outcomes = await asyncio.gather(*(run_job(key) for _ in range(12)))
    assert sorted(outcomes) == [False] * 11 + [True]
    assert len(ledger.done[mark]) == 1
    assert not await run_job(key)
    assert len(ledger.done[mark]) == 1


async def test_many_relays_hand_a_job_on_once_until_its_lease_is_over(ground: None, ledger: Ledger) -> None:
    key = await owe("test.note", new_id().hex)
    relays = [await asyncpg.connect(dsn()) for _ in range(4)]
    try:
        claimed = [found for each in await asyncio.gather(*(claim(one) for one in relays)) for found in each]
        assert claimed.count(key) == 1
        assert key not in await claim(relays[0])
        with clock.travel(by=timedelta(seconds=LEASE_SECONDS + 1)):
            assert key in await claim(relays[1])
            await run_job(key)
        with clock.travel(by=timedelta(hours=1)):
            assert key not in await claim(relays[2])
    finally:
        for each in relays:
            await each.close()


async def test_a_running_job_isnt_handed_on_however_long_it_takes(
    ground: None, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_session: object, mark: str) -> None:
        begun.set()
        await go_on.wait()

    monkeypatch.setitem(outbox.HANDLERS, "test.slow", slow)
    key = await owe("test.slow", "x")
    running = asyncio.create_task(run_job(key))
    await begun.wait()
    connection = await asyncpg.connect(dsn())
    try:
        with clock.travel(by=timedelta(hours=1)):
            assert key not in await claim(connection)
        go_on.set()
        assert await running
    finally:
        await connection.close()


async def test_what_is_rolled_back_was_never_owed(ground: None, ledger: Ledger) -> None:
    mark = new_id().hex
    async with unit_of_work() as session:
        key = await enqueue(session, "test.note", {"mark": mark})
        await session.rollback()
    assert not await run_job(key)
    assert ledger.done[mark] == []


async def test_a_job_carries_its_tenant_and_a_platforms_job_has_none(ground: None, ledger: Ledger) -> None:
    tenant, theirs, ours = new_id(), new_id().hex, new_id().hex
    with tenant_scope(tenant):
        first = await owe("test.note", theirs)
    with no_scope():
        second = await owe("test.note", ours)
    with tenant_scope(new_id()):  # whoever carries it
        assert await run_job(first)
        assert await run_job(second)
    assert ledger.done[theirs] == [tenant]
    assert ledger.done[ours] == [None]


async def test_a_job_isnt_done_before_it_is_due(ground: None, ledger: Ledger) -> None:
    mark = new_id().hex
    key = await owe("test.note", mark, due=clock.now() + timedelta(hours=1))
    assert not await run_job(key)
    with clock.travel(by=timedelta(hours=2)):
        assert await run_job(key)
    assert len(ledger.done[mark]) == 1


async def test_a_failing_job_undoes_its_work_and_is_tried_again_later_and_later(ground: None, ledger: Ledger) -> None:
    mark = new_id().hex
    key = await owe("test.fail", mark)
    ledger.failures = 3
    waits = []
    for _ in range(3):
        due = (await row(key)).due_at
        with clock.travel(due + timedelta(seconds=1)):
            assert not await run_job(key)
            assert not await run_job(key)  # a second carrier of the same id doesn't hurry it
            found = await row(key)
            waits.append((found.due_at - clock.now()).total_seconds())
            assert found.error == "LookupError: not yet"
    assert waits == sorted(waits)
    assert waits[2] > 2 * waits[0] > 0
    assert (await row(key)).attempts == 3
    with clock.travel((await row(key)).due_at + timedelta(seconds=1)):
        assert await run_job(key)
    async with unit_of_work() as session:
        found = (await session.exec(select(Job).where(Job.name == "never"))).all()
    assert [each.payload for each in found if each.payload["left by"] == mark] == [{"left by": mark}]
    assert (await row(key)).error is None


async def _tried_out(key: UUID) -> timedelta:
    at = begun = (await row(key)).due_at
    while (found := await row(key)).failed_at is None and found.done_at is None:
        at = max(at, found.due_at) + timedelta(seconds=1)
        with clock.travel(at):
            await run_job(key)
    return at - begun


async def test_a_job_that_never_works_is_tried_for_a_day_and_stays_as_failed_with_its_error(
    ground: None, ledger: Ledger
) -> None:
    key = await owe("test.fail", "x")
    ledger.failures = MAX_ATTEMPTS * 2
    assert timedelta(hours=16) < await _tried_out(key) < timedelta(hours=48)
    found = await row(key)
    assert found.failed_at is not None
    assert found.error == "LookupError: not yet"
    with clock.travel(by=timedelta(days=30)):
        assert not await run_job(key)
    assert ledger.failures == MAX_ATTEMPTS


async def test_a_job_that_nobody_knows_stays_as_failed(ground: None) -> None:
    key = await owe("test.of a version to come", "x")
    await _tried_out(key)
    assert "KeyError" in ((await row(key)).error or "")


async def test_a_job_that_kills_every_worker_is_given_up(ground: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        """As far as the row can tell."""

    async def deadly(_session: object, mark: str) -> None:
        raise Killed

    monkeypatch.setitem(outbox.HANDLERS, "test.deadly", deadly)
    key = await owe("test.deadly", "x")
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(Killed):
            await run_job(key)
    assert not await run_job(key)
    assert (await row(key)).error == "every worker that took it was lost"


async def test_a_keyed_job_is_owed_once_until_it_is_done(ground: None, ledger: Ledger) -> None:
    mark = new_id().hex
    keys = await asyncio.gather(*(owe("test.note", mark, key=f"k:{mark}") for _ in range(8)))
    assert len(set(keys)) == 1
    assert await run_job(keys[0])
    later = await owe("test.note", mark, key=f"k:{mark}")
    assert later != keys[0]
    assert await run_job(later)
    assert len(ledger.done[mark]) == 2


async def test_the_relay_outlives_a_lost_redis_and_a_lost_database(
    ground: None, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Handing on fails at first, then the relay's own connection is ended: the job is handed on all the same."""
    monkeypatch.setattr("infra.jobs.relay.LEASE_SECONDS", 0.5)
    monkeypatch.setattr("infra.jobs.relay.POLL_SECONDS", 0.1)
    handed: asyncio.Queue[UUID] = asyncio.Queue()
    trouble = [RedisLost("gone")]

    def hand_on(key: UUID, _name: str) -> None:
        if trouble:
            raise trouble.pop()
        handed.put_nowait(key)

    async def reaches(key: UUID) -> bool:
        async with asyncio.timeout(10):
            while await handed.get() != key:
                pass
        return True

    stop = asyncio.Event()
    relaying = asyncio.create_task(relay(hand_on, stop))
    try:
        assert await reaches(await owe("test.note", "after Redis"))
        async with engine().connect() as connection:
            await connection.execute(text("RESET ROLE"))
            await connection.execute(text("SET ROLE hark_owner"))
            ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%UPDATE outbox%SKIP%'"
            await connection.execute(text(ended + " AND pid <> pg_backend_pid()"))
            await connection.rollback()
        assert await reaches(await owe("test.note", "after the database"))
        assert not relaying.done()
    finally:
        stop.set()
        relaying.cancel()
        await asyncio.gather(relaying, return_exceptions=True)
