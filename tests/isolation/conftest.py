"""The two hotlines of the world, each with a row in every table, and a browser for each person who may ask."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from sqlmodel import select

from infra.database import Session, unit_of_work
from infra.realtime import hub
from infra.scope import no_scope
from provisioning.signup.models import Application
from tests.conftest import signed_cookie
from tests.isolation.seeds import Seeded, seed
from tests.isolation.state import files, rows
from tests.world import World, account_for, build


@pytest.fixture(scope="session")
async def world(ground: None) -> World:
    """Two hotlines, opened as any other is."""
    return await build()


@pytest.fixture(scope="session")
async def first(world: World) -> Seeded:
    """The hotline that is to be left alone."""
    return await seed(world.first, world.bob.member, world.alice.account, number=7701)


@pytest.fixture(scope="session")
async def second(world: World) -> Seeded:
    """The hotline of the stranger, who is its owner."""
    return await seed(world.second, world.charlie.member, world.charlie.account, number=3)


@pytest.fixture(scope="session")
async def accounts(world: World, first: Seeded) -> dict[str, UUID]:
    """Who asks → their account; a visitor has none."""
    platform = await account_for("platform@example.org")
    with no_scope():
        async with unit_of_work() as session:
            platform.platform_operator = True
            session.add(platform)
            application = select(Application).where(Application.id == first.hotline.application)
            assert (await session.exec(application)).one().account == world.alice.account
    staff = {role: person.account for role, person in world.staff.items()}
    return {**staff, "stranger": world.charlie.account, "platform": platform.id}


Ask = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture(scope="session")
async def client(server: str) -> AsyncIterator[httpx.AsyncClient]:
    """One client for everybody: it keeps no cookies of its own."""
    async with httpx.AsyncClient(base_url=f"http://{server}", timeout=20) as one:
        yield one


@pytest.fixture
def ask(client: httpx.AsyncClient, accounts: dict[str, UUID]) -> Ask:
    """`await ask("auditor", "GET", "/o/…")` asks the running app as one of them, like a browser on its own page."""
    sessions: dict[str, str] = {}

    async def send(who: str, method: str, path: str, cookies: str = "", **more: Any) -> httpx.Response:
        if who in accounts and who not in sessions:
            sessions[who] = await signed_cookie(accounts[who])
        headers = {
            "accept": "text/html",
            "sec-fetch-site": "same-origin",
            "cookie": "; ".join(part for part in (sessions.get(who), cookies) if part),
            **more.pop("headers", {}),
        }
        client.cookies.clear()
        answer = await client.request(method, path, headers=headers, **more)
        if path == "/sign-out":
            sessions.clear()
        return answer

    return send


async def forget_tries() -> None:
    """Nobody has tried anything yet, as far as the rate limits know."""
    async for key in hub.redis().scan_iter("LIMITS*"):
        await hub.redis().delete(key)


@pytest.fixture
async def unlimited(ground: None) -> None:
    """The test begins with no try counted."""
    await forget_tries()


@pytest.fixture
def rehearsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every unit of work is written out and then taken back, so that each person meets the same world."""

    async def take_back(session: Session) -> None:
        await session.flush()
        session.expunge_all()  # what a rollback touches has to be read again, and there is nobody to read it
        await session.rollback()
        session.info.pop("after_commit", None)

    monkeypatch.setattr(Session, "commit", take_back)


@pytest.fixture
async def untouched(
    superuser: asyncpg.Connection, first: Seeded, second: Seeded, data_dir: Path
) -> AsyncIterator[None]:
    """Whatever the test does, not one row and not one file of the first hotline is another afterwards."""
    tenant, application = first.hotline.tenant, first.hotline.application
    before, kept = await rows(superuser, tenant), files(data_dir, tenant, application)
    assert kept
    yield
    assert await rows(superuser, tenant) == before
    assert files(data_dir, tenant, application) == kept
