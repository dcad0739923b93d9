"""A tiny origin for tests of browser modules: the real static files, bare pages, what a test adds."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

ROOT = Path(__file__).parents[2]
PAGES = Path(__file__).with_name("pages")


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # Ctrl-C belongs to the test run


@contextlib.asynccontextmanager
async def stage(routes: Sequence[BaseRoute] = ()) -> AsyncIterator[str]:
    """Serve until the block ends; yields the origin, on localhost so that the microphone may be asked for."""
    app = Starlette(
        routes=[
            *routes,
            Mount("/static", StaticFiles(directory=ROOT / "themes" / "static")),
            Mount("/npm", StaticFiles(directory=ROOT / "node_modules")),
            Mount("/pages", StaticFiles(directory=PAGES, html=True)),
        ]
    )
    server = _Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event to wait for
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://localhost:{port}"
    finally:
        server.should_exit = True
        server.force_exit = True
        await serving
