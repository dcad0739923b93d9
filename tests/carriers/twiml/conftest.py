"""Each vendor in turn: a stand-in for it, the carrier's adapter, and a desk in place of the shell."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import delete

from hark.phone.carriers import webhooks
from hark.phone.carriers.voices import voices
from infra.carriers.twiml import api, jobs
from infra.carriers.twiml.models import VendorLeg
from infra.carriers.twiml.voice import Twiml
from infra.database import unit_of_work
from infra.settings import settings
from infra.web import problems
from tests.carriers.twiml.fake.desk import Desk
from tests.carriers.twiml.fake.vendor import FakeVendor

assert jobs.again, "it registers as it is imported"


def our_side() -> FastAPI:
    """The webhooks alone, as an app."""
    app = FastAPI()
    problems.install(app)
    app.include_router(webhooks.router)
    return app


async def serve(vendor: FakeVendor) -> tuple[uvicorn.Server, asyncio.Task[None]]:
    """The vendor's API behind a real server; its account learns the address."""
    config = uvicorn.Config(vendor.api(), port=0, lifespan="off", log_level="warning")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())  # `serve` would take the test run's signal handlers away
    while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
        await asyncio.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    vendor.account = vendor.account.model_copy(update={"api": f"http://{host}:{port}"})
    return server, task


@pytest.fixture(params=["twilio", "signalwire", "telnyx"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Every vendor's name."""
    return str(request.param)


@pytest.fixture
async def vendor(ground: None, dialect: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeVendor]:
    """The stand-in for this vendor, with our number pointed at us."""
    world = httpx.AsyncClient(transport=httpx.ASGITransport(our_side(), raise_app_exceptions=False))
    made = FakeVendor(dialect, world)
    server, task = await serve(made)
    monkeypatch.setattr(settings(), "twiml", (made.account,))
    yield made
    await made.settle()
    server.should_exit = True
    await task
    await world.aclose()


@pytest.fixture
async def desk(vendor: FakeVendor, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """The desk that hears this vendor, through the real adapter, which remembers nothing of other tests."""
    async with unit_of_work() as session:
        await session.execute(delete(VendorLeg))
    monkeypatch.setattr("infra.carriers.twiml.voice.BREATH", 0.01)
    monkeypatch.setattr(api, "PATIENCE", httpx.Timeout(2))
    made = Desk()
    voice = Twiml(made.hear, made.doing)
    made.voice = voice
    monkeypatch.setitem(voices, webhooks.CARRIER, voice)
    vendor.quiet = voice.idle
    yield made
    await voice.close()
