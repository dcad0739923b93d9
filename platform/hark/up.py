"""`hark up`: starts everything Hark is made of, says what it does, keeps it running, ends it in good order."""

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress

from hark.door import VARIABLE, open_door
from hark.embedded import environment
from hark.keys import make_master_key
from infra.services import CannotStartError, start
from infra.services.processes.keeper import Keeper, Program, Say, at_once, spawn, together
from infra.services.processes.launch import die_with_parent
from infra.settings import HOME, Settings, settings


def main(arguments: list[str]) -> int:
    """Run until a signal ends it. Raises CannotStartError with one line when it can't start."""
    parser = argparse.ArgumentParser(prog="hark up")
    parser.add_argument("--with-parent", action="store_true", help="end when the program that started this ends")
    if parser.parse_args(arguments).with_parent:
        die_with_parent(signal.SIGTERM)
    os.umask(0o077)
    return asyncio.run(_until_told(settings(), _voice()))


def _voice() -> Say:
    begun = time.monotonic()

    def say(line: str) -> None:
        since = time.monotonic() - begun
        sys.stdout.write(f"{f'{since:.1f} s' if since < 60 else time.strftime('%H:%M:%S'):>8}  {line}\n")
        sys.stdout.flush()

    return say


async def _until_told(chosen: Settings, say: Say) -> int:
    work = asyncio.create_task(_run(chosen, say))

    def stop() -> None:
        if work.cancelling():
            os._exit(1)  # asked twice: the kernel ends every child with us, and the next start recovers
        say("stopping")
        work.cancel()

    for told in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(told, stop)
    with suppress(asyncio.CancelledError):
        await work
    return 0


async def _run(chosen: Settings, say: Say) -> None:
    """Start each part on top of the one before; leaving the block, however it is left, stops them the other way."""
    async with AsyncExitStack() as running:
        door = running.enter_context(open_door())
        services = await start(
            chosen.data_dir,
            say,
            prepare=lambda: _make_keys(chosen, say),
            with_postgres=chosen.database_url is None,
            with_redis=chosen.redis_url is None,
        )
        running.push_async_callback(services.stop)
        say(" and ".join(keeper.program.name for keeper in services.keepers) + " are running")
        known = environment(services.endpoints) | {VARIABLE: str(door.fileno())}
        await _migrate(known)
        say("the database is up to date")
        worker = Keeper(_hark("worker", known), say)
        web = Keeper(_hark("web", known, door=door.fileno(), ready=_answers), say)
        for part in (worker, web):
            running.push_async_callback(part.stop)
        await together((web, worker))
        say(f"ready: {chosen.base_url}")
        if chosen.mail == "local":
            say(f"mail stays here: {chosen.base_url}/outbox")
        await asyncio.gather(*(part.ended for part in (*services.keepers, worker, web) if part.ended))


def _make_keys(chosen: Settings, say: Say) -> None:
    database = chosen.data_dir / "services" / "postgres"
    if not chosen.kms_key and make_master_key(chosen.master_key_path, sealed_already=database.exists()):
        say(f"made the master key: keep a copy of {chosen.master_key_path} in a safe place")


def _hark(
    command: str, known: dict[str, str], door: int | None = None, ready: Callable[[], Awaitable[None]] = at_once
) -> Program:
    return Program(
        name=command.split(maxsplit=1)[0],
        command=[sys.executable, "-m", "hark.cli", *command.split()],
        folder=HOME,
        environment=known,
        inherits=() if door is None else (door,),
        ready=ready,
    )


async def _migrate(known: dict[str, str]) -> None:
    """In a process of its own: what it loads would stay with us for ever."""
    process = await spawn(_hark("db upgrade", known))
    try:
        if await process.wait():
            raise CannotStartError("The database could not be brought up to date; the lines above say why.")
    finally:
        if process.returncode is None:
            process.kill()


async def _answers() -> None:
    """Return once the web server says that it, the database and Redis are well."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings().host, settings().host)  # noqa: S104  # compared only
    while True:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection(host, settings().port)
            try:
                writer.write(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                if b" 200 " in await reader.readline():
                    return
            finally:
                writer.close()
        await asyncio.sleep(0.1)
