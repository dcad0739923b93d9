"""Redis inside the data folder: every write in its append-only file, on a private socket only."""

import asyncio
from contextlib import suppress
from pathlib import Path

from infra.services.home import Home
from infra.services.processes.program import Launched
from infra.services.processes.survivors import clear

SOCKET = "redis.sock"
PROGRAM = "redis-server"


def program(home: Home, *, disposable: bool) -> Launched:
    """Redis as its keeper runs it. `disposable` keeps everything in memory: for tests only."""
    folder = home.folder / "redis"
    socket = home.sockets / SOCKET
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "save": "",
        "appendonly": "no" if disposable else "yes",
        "appendfsync": "everysec",
        "maxmemory": "128mb",
        "maxmemory-policy": "noeviction",
        "auto-aof-rewrite-min-size": "8mb",
        "loglevel": "warning",
        "proc-title-template": "{title} " + home.tag,
    }

    async def prepare() -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        home.own(folder)
        await clear(PROGRAM, home.tag, socket)

    async def ready() -> None:
        while await _ping(socket) != b"+PONG\r\n":  # while it reads its file it says -LOADING
            await asyncio.sleep(0.01)

    return Launched(
        name="Redis",
        command=[home.engine.redis, *(part for name, value in settings.items() for part in (f"--{name}", value))],
        folder=home.folder,
        environment={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
        account=home.account,
        log=home.folder / "redis.log",
        prepare=prepare,
        ready=ready,
    )


async def _ping(socket: Path) -> bytes:
    with suppress(OSError):
        reader, writer = await asyncio.open_unix_connection(socket)
        try:
            writer.write(b"PING\r\n")
            return await reader.readline()
        finally:
            writer.close()
    return b""
