"""The pool hands out living connections only: after the database ended ours, or fell silent."""

import asyncio

import asyncpg
import pytest
from sqlalchemy import text

from infra import database
from infra.database import engine, unit_of_work

ENDED = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'hark'"


async def _asks() -> int:
    async with unit_of_work() as session:
        return int((await session.execute(text("SELECT pg_backend_pid()"))).scalar_one())


async def _fill_the_pool() -> None:
    assert len(set(await asyncio.gather(*(_asks() for _ in range(8))))) > 1


async def test_connections_that_the_database_ended_are_replaced(superuser: asyncpg.Connection) -> None:
    await _fill_the_pool()
    assert await superuser.fetchval(ENDED) > 1
    await asyncio.sleep(0.1)  # the news has to arrive
    for _ in range(20):
        assert await _asks()


async def test_a_connection_long_idle_is_asked_before_it_is_trusted(
    ground: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _fill_the_pool()
    asked = []
    monkeypatch.setattr(engine().sync_engine.dialect, "do_ping", lambda _connection: asked.append(1))
    await _asks()
    assert asked == []
    monkeypatch.setattr(database, "IDLE_SECONDS", -1)
    await _asks()
    assert asked == [1]

    def dead(_connection: object) -> None:
        raise asyncpg.ConnectionDoesNotExistError

    monkeypatch.setattr(engine().sync_engine.dialect, "do_ping", dead)
    assert await _asks()
