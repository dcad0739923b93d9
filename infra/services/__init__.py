"""PostgreSQL and Redis for an installation that has none of its own: started, kept and stopped inside a data folder.

    async with running(data_dir) as services: services.endpoints …

Both are real (the programs come as Python wheels), speak on private unix sockets only and end with this process,
however it ends. `endpoints(data_dir)` gives the addresses of the pair that another process keeps.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from infra.services import postgres, redis
from infra.services.home import Home, claim, settle, socket_folder
from infra.services.processes.keeper import Keeper, Say, silent, together
from infra.services.trouble import CannotStartError, InUseError, explained

__all__ = ["CannotStartError", "Endpoints", "InUseError", "Services", "endpoints", "hold", "running"]


@dataclass(frozen=True)
class Endpoints:
    """Where the two are reached."""

    database_url: str
    redis_url: str

    @classmethod
    def at(cls, sockets: Path, database: str = "hark") -> "Endpoints":
        """The addresses behind a folder of sockets, whose path needs no quoting."""
        return cls(f"postgresql+asyncpg://hark_owner@/{database}?host={sockets}", f"unix://{sockets / redis.SOCKET}")


class Services:
    """The pair (or the one of them that is wanted) in a data folder that we hold; `stop` lets go of the folder."""

    def __init__(self, home: Home, keepers: list[Keeper], locks: list[int]) -> None:
        self.home = home
        self.keepers = keepers
        self.endpoints = Endpoints.at(home.sockets)
        self._locks = locks

    async def start(self) -> None:
        """Start both and return once they serve. Raises CannotStartError."""
        await together(self.keepers)

    async def stop(self) -> None:
        """Stop Redis, then PostgreSQL, then let go of the folder."""
        for keeper in reversed(self.keepers):
            await keeper.stop()
        if self.home.sockets.parent != self.home.folder:
            with suppress(OSError):
                self.home.sockets.rmdir()
        _let_go(self._locks)


def hold(
    data_dir: Path, say: Say = silent, *, with_postgres: bool = True, with_redis: bool = True, disposable: bool = False
) -> Services:
    """Claim the data folder for what is wanted in it, to be started next.

    Raises CannotStartError where the folder can't be used, InUseError while another Hark holds it.
    """
    locks: list[int] = []
    try:
        locks.append(claim(data_dir))
        home = settle(data_dir)
        if data_dir.resolve() not in home.folder.parents:
            locks.append(claim(home.folder))
            say(f"the data folder leads to {home.folder} for PostgreSQL and Redis, which don't run as root")
    except OSError as error:
        _let_go(locks)
        raise explained(error, data_dir) from error
    except CannotStartError:
        _let_go(locks)
        raise
    keepers = [Keeper(postgres.program(home, say, disposable=disposable), say)] if with_postgres else []
    if with_redis:
        keepers.append(Keeper(redis.program(home, disposable=disposable), say))
    return Services(home, keepers, locks)


def endpoints(data_dir: Path) -> Endpoints:
    """The addresses of the pair in a data folder that another process keeps running."""
    return Endpoints.at(socket_folder((data_dir / "services").resolve()))


def _let_go(locks: list[int]) -> None:
    while locks:
        os.close(locks.pop())


@asynccontextmanager
async def running(data_dir: Path, say: Say = silent, *, disposable: bool = False) -> AsyncIterator[Services]:
    """Both, for as long as the block lasts."""
    services = hold(data_dir, say, disposable=disposable)
    try:
        await services.start()
        yield services
    finally:
        await services.stop()
