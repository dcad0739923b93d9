"""The installation's own database and Redis, for a command that is run once by hand."""

import asyncio
import os
import signal
import sys

from hark.running.keys import ensure_master_key
from infra.services import Endpoints, InUseError, endpoints, hold
from infra.services.processes.keeper import silent
from infra.settings import settings


def missing_services() -> bool:
    """Whether this installation keeps its own database or Redis, and no address of them was handed to us."""
    return settings().database_url is None or settings().redis_url is None


def environment(own: Endpoints) -> dict[str, str]:
    """Our environment, in which addresses that nobody set are those of our own pair."""
    return os.environ | {
        "HARK_DATA_DIR": str(settings().data_dir),
        "HARK_DATABASE_URL": settings().database_url or own.database_url,
        "HARK_REDIS_URL": settings().redis_url or own.redis_url,
    }


async def with_services(*arguments: str) -> int:
    """Run a command beside a running `hark up`, or with a pair of its own until it is done. Returns its exit code."""
    for signal_ in (signal.SIGINT, signal.SIGTERM):  # a terminal sends them to the command as well
        asyncio.get_running_loop().add_signal_handler(signal_, lambda: None)
    chosen = settings()
    try:
        services = hold(chosen.data_dir, with_postgres=not chosen.database_url, with_redis=not chosen.redis_url)
    except InUseError:
        return await _run(endpoints(chosen.data_dir), *arguments)
    try:
        ensure_master_key(chosen, silent)
        await services.start()
        return await _run(services.endpoints, "db", "upgrade") or await _run(services.endpoints, *arguments)
    finally:
        await services.stop()


async def _run(own: Endpoints, *arguments: str) -> int:
    command = await asyncio.create_subprocess_exec(sys.executable, "-m", "hark.cli", *arguments, env=environment(own))
    return await command.wait()
