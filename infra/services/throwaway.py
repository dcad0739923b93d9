"""A pair for one test run: fast because it forgets, alone in a temporary folder, gone afterwards."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import mkdtemp

from infra.services import Endpoints, Services, running
from infra.services.processes.keeper import Say, silent


class Throwaway:
    """A running pair that makes further databases in a blink."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.endpoints = services.endpoints

    async def new_database(self, name: str, template: str = "template1") -> Endpoints:
        """A further database owned like the first; `template` copies another one, to which nobody may be connected."""
        await self.psql(f'CREATE DATABASE "{name}" OWNER hark_owner TEMPLATE "{template}" STRATEGY FILE_COPY')
        return Endpoints.at(self.services.home.sockets, name)

    async def drop_database(self, name: str) -> None:
        """Remove one again, ending whoever still uses it."""
        await self.psql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def psql(self, statement: str, database: str = "postgres") -> str:
        """Run a statement as PostgreSQL's superuser and return what it prints, bare."""
        process = await asyncio.create_subprocess_exec(
            self.services.home.engine.postgres("psql"), "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1",
            "-h", str(self.services.home.sockets), "-U", "postgres", "-d", database, "-c", statement,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        said, complaint = await process.communicate()
        if process.returncode:
            raise RuntimeError(complaint.decode().strip())
        return said.decode().strip()


@asynccontextmanager
async def throwaway(say: Say = silent) -> AsyncIterator[Throwaway]:
    """A pair in a folder of its own, removed with everything in it when the block ends."""
    folder = Path(mkdtemp(prefix="hark-"))
    folder.chmod(0o711)  # root's services pass through as another user
    try:
        async with running(folder, say, disposable=True) as services:
            yield Throwaway(services)
        shutil.rmtree(services.home.folder, ignore_errors=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
