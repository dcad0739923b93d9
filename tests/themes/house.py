"""A small origin for looking at themes: real static files and security headers, the routes a test gives it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount

from infra.web.security import Security
from infra.web.static import Static


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # Ctrl-C belongs to the test run


@contextlib.asynccontextmanager
async def house(routes: Sequence[BaseRoute]) -> AsyncIterator[str]:
    """Serve until the block ends; yields the origin."""
    app = Starlette(routes=[*routes, Mount("/static", Static())], middleware=[Middleware(Security)])
    server = _Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event to wait for
        await asyncio.sleep(0.01)
    try:
        yield f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        server.force_exit = True
        await serving
