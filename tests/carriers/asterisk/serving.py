"""A small server for tests, in this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette


@asynccontextmanager
async def serving(app: Starlette, port: int = 0) -> AsyncIterator[str]:
    """Serve on this machine; the address is without its scheme. Connections are cut at the end, not waited for."""
    server = uvicorn.Server(uvicorn.Config(app, port=port, lifespan="off", log_level="error"))
    task = asyncio.create_task(server._serve())  # `serve` would take the test run's signal handlers away
    while not server.started:  # noqa: ASYNC110  # it tells no event
        await asyncio.sleep(0.01)
    try:
        yield "{}:{}".format(*server.servers[0].sockets[0].getsockname()[:2])
    finally:
        server.should_exit = server.force_exit = True
        await task
