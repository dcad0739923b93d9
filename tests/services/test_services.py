"""The embedded PostgreSQL and Redis: what they promise when started, killed, crowded and badly housed."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis

from infra.services import CannotStartError, Endpoints, InUseError, Services, endpoints, running
from infra.services.processes.survivors import living
from infra.services.throwaway import throwaway
from infra.services.trouble import explained

KEEP = Path(__file__).with_name("keep.py")


@asynccontextmanager
async def connected(to: Endpoints) -> AsyncIterator[tuple[asyncpg.Connection, Redis]]:
    connection = await asyncpg.connect(to.database_url.replace("+asyncpg", ""))
    redis = Redis.from_url(to.redis_url, decode_responses=True)
    try:
        yield connection, redis
    finally:
        await redis.aclose()
        await connection.close()


async def write(to: Endpoints, note: str) -> None:
    async with connected(to) as (connection, redis):
        await connection.execute("CREATE TABLE IF NOT EXISTS note (said text)")
        await connection.execute("INSERT INTO note VALUES ($1)", note)
        await redis.rpush("notes", note)


async def read(to: Endpoints) -> tuple[list[str], list[str]]:
    async with connected(to) as (connection, redis):
        rows = await connection.fetch("SELECT said FROM note")
        return [row["said"] for row in rows], await redis.lrange("notes", 0, -1)


def everyone(services: Services) -> list[int]:
    return living("postgres", services.home.tag) + living("redis-server", services.home.tag)


async def test_a_second_start_finds_what_was_written_and_stopping_leaves_no_process(fresh_dir: Path) -> None:
    async with running(fresh_dir) as first:
        await write(first.endpoints, "kept")
        assert everyone(first)
    assert everyone(first) == []
    async with running(fresh_dir) as second:
        assert await read(second.endpoints) == (["kept"], ["kept"])


async def test_the_app_is_no_superuser_and_nothing_listens_on_tcp(used_dir: Path) -> None:
    async with running(used_dir, disposable=True) as services, connected(services.endpoints) as (connection, redis):
        rights = (
            "SELECT rolname FROM pg_roles WHERE rolname LIKE 'hark%' AND (rolsuper OR rolbypassrls OR rolcreaterole)"
        )
        assert await connection.fetch(rights) == []
        await connection.execute("SET ROLE hark_app")
        assert await connection.fetchval("SHOW listen_addresses") == ""
        assert (await redis.config_get("port"))["port"] == "0"
        assert services.home.sockets.stat().st_mode & 0o077 == 0


async def test_a_second_starter_is_refused_in_one_line_that_names_the_first(used_dir: Path) -> None:
    async with running(used_dir, disposable=True) as services:
        with pytest.raises(InUseError) as refused:
            async with running(used_dir):
                pass
        assert f"in use by another hark (process {os.getpid()})" in str(refused.value)
        assert "\n" not in str(refused.value)
        await write(services.endpoints, "the first is unharmed")
        assert endpoints(used_dir) == services.endpoints


async def test_killing_the_supervisor_leaves_no_process_and_loses_nothing_acknowledged(used_dir: Path) -> None:
    keeper = await asyncio.create_subprocess_exec(sys.executable, KEEP, used_dir, stdout=asyncio.subprocess.PIPE)
    assert keeper.stdout
    assert await keeper.stdout.readline() == b"ready\n"
    await write(endpoints(used_dir), "acknowledged")
    children = Path(f"/proc/{keeper.pid}/task/{keeper.pid}/children").read_text().split()
    assert len(children) == 2
    keeper.kill()
    await keeper.wait()
    async with running(used_dir) as services:  # at once: what is still ending must not be in the way
        assert await read(services.endpoints) == (["acknowledged"], ["acknowledged"])
        assert not set(map(int, children)) & set(everyone(services))
    assert everyone(services) == []


@pytest.mark.parametrize("which", [0, 1], ids=["postgres", "redis"])
async def test_a_killed_service_is_back_with_every_row(used_dir: Path, which: int) -> None:
    said: list[str] = []
    async with running(used_dir, said.append) as services:
        await write(services.endpoints, "before")
        keeper = services.keepers[which]
        assert keeper.pid
        os.kill(keeper.pid, signal.SIGKILL)
        async with asyncio.timeout(10):
            while not said or "is back" not in said[-1]:
                await asyncio.sleep(0.01)
        assert f"{keeper.program.name} was ended by SIGKILL; starting it again" in said
        assert await read(services.endpoints) == (["before"], ["before"])


async def test_stale_locks_of_a_recycled_process_id_are_no_hindrance(used_dir: Path) -> None:
    async with running(used_dir, disposable=True) as services:
        folder, sockets, account = services.home.folder, services.home.sockets, services.home.account
    sleeper = await asyncio.create_subprocess_exec("sleep", "60", user=account.uid if account else None)
    stale = f"{sleeper.pid}\n{folder}/postgres\n0\n5432\n{sockets}\n\n0 0\nready\n"
    (folder / "postgres" / "postmaster.pid").write_text(stale)
    (sockets / ".s.PGSQL.5432.lock").write_text(stale)
    async with running(used_dir, disposable=True) as services:
        await write(services.endpoints, "started")
    sleeper.kill()
    await sleeper.wait()


async def test_a_database_half_made_is_made_anew(fresh_dir: Path) -> None:
    (fresh_dir / "services" / "postgres.new" / "base").mkdir(parents=True)
    async with running(fresh_dir, disposable=True) as services:
        await write(services.endpoints, "whole")


async def test_a_path_too_long_for_a_socket_works_and_is_found_by_others(fresh_dir: Path) -> None:
    deep = fresh_dir / ("long" * 30) / "年度热线"
    async with running(deep, disposable=True) as services:
        assert services.home.sockets.parent == Path("/tmp")
        assert endpoints(deep) == services.endpoints
        await write(endpoints(deep), "found")
    assert not services.home.sockets.exists()


async def test_the_services_never_run_as_root_even_from_a_folder_that_only_root_can_reach(hidden_dir: Path) -> None:
    async with running(hidden_dir, disposable=True) as services:
        owners = {Path(f"/proc/{pid}").stat().st_uid for pid in everyone(services)}
        if os.geteuid() == 0:
            assert 0 not in owners
            assert services.home.folder.parent == Path("/var/lib/hark")
        else:
            assert owners == {os.geteuid()}
            assert services.home.folder.parent == hidden_dir
        await write(services.endpoints, "kept")
        assert hidden_dir.parent.stat().st_mode & 0o777 == 0o700


async def test_a_folder_that_cannot_be_used_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "file" / "var", Path("/proc/nowhere")):
        with pytest.raises(CannotStartError, match="HARK_DATA_DIR") as refused:
            async with running(place):
                pass
        assert "\n" not in str(refused.value)
    assert "full: free some space" in str(explained(OSError(28, "No space left on device"), tmp_path))


async def test_a_throwaway_pair_copies_databases_and_vanishes() -> None:
    async with throwaway() as pair:
        await write(pair.endpoints, "template")
        copy = await pair.new_database("copy", template="hark")
        async with connected(copy) as (connection, _):
            assert await connection.fetchval("SELECT said FROM note") == "template"
        await pair.drop_database("copy")
    assert everyone(pair.services) == []
    assert not pair.services.home.folder.exists()
