"""A tiny origin for tests of pages and modules: real templates, static files and headers, nothing behind them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from infra.web.pages import add_templates, environment
from infra.web.security import Security
from infra.web.static import Static
from themes.icons import icon

ROOT = Path(__file__).parents[2]
PAGES = Path(__file__).with_name("pages")
TENANT = SimpleNamespace(slug="dawn", name="Dawn Line", zone="UTC")


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # Ctrl-C belongs to the test run


def dress() -> None:
    """Let templates be found; what is found already stays."""
    for folder in (ROOT / "themes" / "templates", *sorted(ROOT.glob("platform/hark/*/templates"))):
        add_templates(folder)
    environment.globals.setdefault("icon", icon)


@contextlib.asynccontextmanager
async def stage(routes: Sequence[BaseRoute] = (), *, strict: bool = False) -> AsyncIterator[str]:
    """Serve until the block ends; yields the origin, on localhost so that the microphone may be asked for.

    `strict` puts the real security headers before it, which the bare pages with their inline scripts can't bear.
    """
    dress()
    bare = [
        Mount("/modules", StaticFiles(directory=ROOT / "themes" / "static" / "js")),
        Mount("/pages", StaticFiles(directory=PAGES, html=True)),
    ]
    app = Starlette(
        routes=[*routes, Mount("/static", Static()), *([] if strict else bare)],
        middleware=[Middleware(Security)] if strict else [],
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
