"""`hark up`: starts everything Hark is made of, says what it does, keeps it running, ends it in good order."""

import argparse
import asyncio
import gc
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, suppress
from functools import partial
from importlib import import_module
from pkgutil import resolve_name

from hark.running.door import VARIABLE, open_door
from hark.running.embedded import environment, missing_services
from hark.running.keys import ensure_master_key
from infra.services import hold
from infra.services.processes.keeper import Keeper, Say, together
from infra.services.processes.launch import die_with_parent
from infra.services.processes.program import Forked, at_once
from infra.settings import Settings, settings

LOADED = ("hark.app", "hark.jobs", "hark.migrations", "rq", "uvicorn", "uvloop")
"""What web and worker share: loaded once by us, so that a fork of us has it at once and at no cost of memory."""


def main(arguments: list[str]) -> int:
    """Run until a signal ends it. Raises CannotStartError with one line when it can't start."""
    parser = argparse.ArgumentParser(prog="hark up")
    parser.add_argument("--with-parent", action="store_true", help="end when the program that started this ends")
    if parser.parse_args(arguments).with_parent:
        die_with_parent(signal.SIGTERM)
    os.umask(0o077)
    say = speaker()
    return asyncio.run(until_told(_run(settings(), say), say))


def speaker() -> Say:
    """Tells the terminal line by line, each with the seconds since now; after a minute with the time of day."""
    begun = time.monotonic()

    def say(line: str) -> None:
        since = time.monotonic() - begun
        sys.stdout.write(f"{f'{since:.1f} s' if since < 60 else time.strftime('%H:%M:%S'):>8}  {line}\n")
        sys.stdout.flush()

    return say


async def until_told(running: Coroutine[None, None, None], say: Say) -> int:
    """Do this until a signal ends it, in good order; at a second one at once. Returns the exit code."""
    work = asyncio.create_task(running)

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
        own: list[Keeper] = []
        if missing_services():
            services = hold(
                chosen.data_dir, say, with_postgres=not chosen.database_url, with_redis=not chosen.redis_url
            )
            running.push_async_callback(services.stop)
            own = services.keepers
            os.environ.update(environment(services.endpoints))
        ensure_master_key(chosen, say)
        os.environ[VARIABLE] = str(door.fileno())
        settings.cache_clear()
        with ThreadPoolExecutor(1) as beside:
            loading = asyncio.get_running_loop().run_in_executor(beside, _load)
            if own:
                await together(own)
                say(" and ".join(keeper.program.name for keeper in own) + " running")
            await loading
        gc.freeze()  # the collector would touch every shared page, and so copy it
        await _migrate()
        say("database up to date")
        worker = Keeper(_fork("worker", "hark.running.worker:main"), say)
        web = Keeper(_fork("web", "hark.running.web:main", door.fileno(), ready=_answers), say)
        for part in (worker, web):
            running.push_async_callback(part.stop)
        await together((web, worker))
        say(f"ready at {chosen.base_url}")
        if chosen.mail == "local":
            say(f"mail stays here, at {chosen.base_url}/outbox")
        await asyncio.gather(*(part.ended for part in (*own, worker, web) if part.ended))


def _load() -> None:
    gc.disable()  # nothing that is loaded is ever garbage
    for name in LOADED:
        import_module(name)
    gc.enable()


def _fork(name: str, target: str, *inherits: int, ready: Callable[[], Awaitable[None]] = at_once) -> Forked:
    return Forked(name=name, call=partial(_call, target), inherits=inherits, ready=ready)


def _call(target: str) -> object:
    return resolve_name(target)()


async def _migrate() -> None:
    """In a fork, as web and worker are: a connection of ours must never be theirs as well."""
    process = await _fork("upgrade", "hark.running.db:upgrade").spawn()
    if await process.wait():
        raise SystemExit(1)  # it said why


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
