"""A telephone company for each test, and a hotline that claims from it."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import col, select

from infra.carriers import numbers as market
from infra.carriers.numbers import Found
from infra.database import unit_of_work
from infra.jobs import run_job
from infra.jobs.outbox import Job
from infra.scope import tenant_scope
from provisioning.numbers import claiming
from provisioning.numbers.claiming import reserve, run_of
from provisioning.numbers.searching import Choice
from provisioning.steps.run import carry_out
from tenants.allowance.models import Allowance
from tenants.directory.models import Number
from tests.numbers.fake import NAME, FakeCompany
from tests.world import Hotline, World, build

BOOKS = "HARK_TEST_BOOKS"


@pytest.fixture(scope="session")
async def world(ground: None) -> World:
    """Two hotlines that may have as many numbers as the tests need."""
    made = await build()
    for hotline in (made.first, made.second):
        with tenant_scope(hotline.tenant):
            async with unit_of_work() as session:
                session.add(Allowance(id=hotline.tenant, numbers=1000))
    return made


@pytest.fixture
def company(tmp_path: Path, ground: None, monkeypatch: pytest.MonkeyPatch) -> FakeCompany:
    """The company, the only one that sells numbers besides the simulated network; no trial calls."""
    monkeypatch.setenv(BOOKS, str(tmp_path / "books"))
    monkeypatch.setattr(market, "_SIDES", dict(market._SIDES))
    monkeypatch.setattr(claiming, "_caller", [])
    return FakeCompany(tmp_path / "books")


def offered(e164: str, **more: object) -> Choice:
    """What the company's shop window says about a number."""
    return Choice(Found(e164, "CN", "local", "Shanghai", monthly=300, **more), NAME, "main")  # type: ignore[arg-type]  # a test's own


async def claim(hotline: Hotline, e164: str) -> UUID:
    """Reserve a number for a hotline; returns its id."""
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            return await reserve(session, hotline.tenant, hotline.line, offered(e164), member=None)


async def claimed(hotline: Hotline, e164: str) -> UUID:
    """Claim a number here and now; returns its id."""
    key = await claim(hotline, e164)
    await carry_out(run_of(key), hotline.tenant)
    return key


async def number(e164: str) -> Number | None:
    """The number as the directory has it."""
    async with unit_of_work() as session:
        return (await session.exec(select(Number).where(Number.e164 == e164))).one_or_none()


async def owed(name: str, **payload: str) -> list[UUID]:
    """The undone jobs of this name, the oldest first."""
    async with unit_of_work() as session:
        found = select(Job).where(Job.name == name, col(Job.done_at).is_(None), col(Job.failed_at).is_(None))
        rows = await session.exec(found.order_by(col(Job.id)))
        return [row.id for row in rows if payload.items() <= row.payload.items()]


async def do(name: str, **payload: str) -> int:
    """Do what is owed of this name and due; how many were done."""
    return sum([await run_job(key) for key in await owed(name, **payload)])
