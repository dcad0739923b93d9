"""The ground under the tests: a real PostgreSQL and Redis of their own, migrated, and clients that carry sessions."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx
import pytest
import uvicorn
from starlette.responses import Response

from hark import migrations
from infra import clock
from infra.database import engine
from infra.realtime import hub
from infra.services.throwaway import Throwaway, throwaway
from infra.settings import settings
from infra.vault import warm
from infra.web.sessions import open_session
from tests.world import World, build


@pytest.fixture(autouse=True)
def clock_put_back() -> Iterator[None]:
    """A test that leaves the clock elsewhere fails by itself, and not whoever comes after it."""
    before = clock._read
    yield
    left, clock._read = clock._read, before
    assert left is before, "the clock was left travelling"


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of this test run, with its master key."""
    folder = tmp_path_factory.mktemp("hark")
    (folder / "keys").mkdir()
    (folder / "keys" / "master.key").write_bytes(os.urandom(32))
    return folder


@pytest.fixture(scope="session")
async def services() -> AsyncIterator[Throwaway]:
    """A pair of services for this process of the test run."""
    async with throwaway() as pair:
        yield pair


@pytest.fixture(scope="session")
async def ground(services: Throwaway, data_dir: Path) -> AsyncIterator[None]:
    """Settings point at the pair, the schema is there, the vault is warm, the hub listens."""
    os.environ |= {
        "HARK_DATA_DIR": str(data_dir),
        "HARK_DATABASE_URL": services.endpoints.database_url,
        "HARK_REDIS_URL": services.endpoints.redis_url,
        "HARK_BASE_URL": "http://hark.test",
    }
    settings.cache_clear()
    engine.cache_clear()
    await asyncio.to_thread(migrations.upgrade, services.endpoints.database_url)
    await warm()
    await hub.start()
    yield
    await hub.stop()
    await engine().dispose()


@pytest.fixture(scope="session")
async def world(ground: None) -> World:
    """Two hotlines and the people in them; a test that changes more than its own rows opens its own hotline."""
    return await build()


@pytest.fixture(scope="session")
async def superuser(services: Throwaway, ground: None) -> AsyncIterator[asyncpg.Connection]:
    """PostgreSQL's own superuser, who sees every tenant's rows: for looking at what really is there."""
    connection = await asyncpg.connect(
        host=str(services.services.home.sockets), user="postgres", database="hark", server_settings={"jit": "off"}
    )
    yield connection
    await connection.close()


async def signed_cookie(account: UUID) -> str:
    """A session of this account, as a browser sends it: `name=token`."""
    response = Response()
    await open_session(response, account)
    return response.headers["set-cookie"].split(";")[0]


Browser = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def browser(ground: None) -> AsyncIterator[Browser]:
    """`await browser(account)` is a client signed in as that account; `await browser()` is a visitor's."""
    from hark.app import app  # the app reads settings as it is made, which `ground` has set by now

    opened: list[httpx.AsyncClient] = []

    async def make(account: UUID | None = None, *, accept: str = "text/html") -> httpx.AsyncClient:
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False),
            base_url="http://hark.test",
            headers={"accept": accept},
        )
        if account is not None:
            client.cookies.set(*(await signed_cookie(account)).split("=", 1))
        opened.append(client)
        return client

    yield make
    for client in opened:
        await client.aclose()


@pytest.fixture(scope="session")
async def server(ground: None) -> AsyncIterator[str]:
    """The app behind a real server in this process; its address without the scheme, for http and websockets."""
    from hark.app import app  # as above

    config = uvicorn.Config(
        app, port=0, lifespan="off", log_level="warning", ws_per_message_deflate=False, server_header=False
    )
    running = uvicorn.Server(config)
    task = asyncio.create_task(running._serve())  # `serve` would take the test run's signal handlers away
    while not running.started:
        await asyncio.sleep(0.01)
    host, port = running.servers[0].sockets[0].getsockname()[:2]
    yield f"{host}:{port}"
    running.should_exit = True
    await task
