"""The web app: every slice's routes, one error handler, and what must run beside them."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from fastapi import FastAPI, Response
from sqlalchemy import text

from billing.openness.counting import counts
from hark import models
from hark.jobs import JOBS
from hark.metering.answered import answered
from hark.phone.carriers import exchange
from hark.routes import ROUTERS
from hark.switchboard import clock
from infra.database import engine, refuse_unsafe_role
from infra.realtime import hub
from infra.vault import warm
from infra.web import i18n, problems
from infra.web.pages import add_templates, environment
from infra.web.security import Security
from infra.web.static import Static
from themes.icons import icon

ROOT = Path(__file__).parent.parent.parent
log = logging.getLogger(__name__)
assert models.metadata.tables, "the mapper needs every model"
assert JOBS, "a page books payments too: whoever waits for gifts makes itself known as it is imported"


@cache
def dress() -> None:
    """Make templates, icons and translations known, and who counts what was answered, once."""
    for folder in (
        ROOT / "themes" / "templates",
        *sorted(ROOT.glob("*/*/templates")),
        *sorted(ROOT.glob("platform/hark/*/templates")),
    ):
        add_templates(folder)
    environment.globals.update(icon=icon)
    counts(answered)
    i18n.load(ROOT / "themes" / "locale")


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Check the ground, then listen: the hub for news, the clock for deadlines."""
    await refuse_unsafe_role()
    await warm()
    await hub.start()
    ticking = asyncio.create_task(clock.run())
    async with exchange.connected():
        yield
    ticking.cancel()
    await asyncio.gather(ticking, return_exceptions=True)
    await hub.stop()
    await engine().dispose()


def make() -> FastAPI:
    """A new app."""
    dress()
    app = FastAPI(title="Hark", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    problems.install(app)
    app.add_middleware(Security)
    app.mount("/static", Static(), name="static")

    @app.get("/health")
    async def health() -> Response:
        """Answers once the database does."""
        async with engine().connect() as connection:
            await connection.execute(text("SELECT 1"))
        await hub.redis().ping()
        return Response("ok", media_type="text/plain")

    for router in ROUTERS:
        app.include_router(router)
    return app


app = make()
