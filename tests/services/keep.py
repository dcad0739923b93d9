"""Keeps a pair running until it is killed: a supervisor for tests to be cruel to. Says "ready" once it serves."""

import asyncio
import sys
from pathlib import Path

from infra.services import running


async def main() -> None:
    async with running(Path(sys.argv[1])):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


asyncio.run(main())
