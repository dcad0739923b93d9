"""A running `hark up` for tests to watch and to be cruel to."""

import asyncio
import os
import re
import socket
import sys
from pathlib import Path

import httpx
import psutil


def free_port() -> int:
    """A port that nobody holds at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        return port


class Up:
    """A running `hark up`, and what it has said so far."""

    def __init__(self, folder: Path, port: int, **more: str) -> None:
        self.folder = folder
        self.port = port
        self.more = more
        self.said = ""
        self.process: asyncio.subprocess.Process

    async def start(self) -> "Up":
        bare = {name: value for name, value in os.environ.items() if not name.startswith("HARK_")}
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hark.cli", "up",
            env=bare | {"HARK_DATA_DIR": str(self.folder), "HARK_PORT": str(self.port)} | self.more,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        return self

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"http://localhost:{self.port}"

    async def until(self, words: str) -> str:
        """Read on until a line matches, and return the match."""
        assert self.process.stdout
        async with asyncio.timeout(40):
            while line := (await self.process.stdout.readline()).decode():
                self.said += line
                if found := re.search(words, line):
                    return found[0]
        raise AssertionError(f"it never said {words!r} but:\n{self.said}")

    async def healthy(self) -> bool:
        async with httpx.AsyncClient(timeout=20) as client:
            return (await client.get(f"http://127.0.0.1:{self.port}/health")).status_code == 200

    def children(self) -> list[psutil.Process]:
        """Every process that it started."""
        return psutil.Process(self.process.pid).children(recursive=True)
