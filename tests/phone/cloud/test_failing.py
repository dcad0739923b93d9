"""A company whose API is dead, or that doesn't know us any more, counts as down; numbers with a second way leave it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from sqlmodel import col, select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hark.phone.carriers import webhooks
from hark.phone.carriers.voices import voices
from infra import clock
from infra.carriers.numbers import _SIDES
from infra.carriers.twiml.health import FAILURES, Health
from infra.carriers.twiml.voice import Twiml
from infra.database import unit_of_work
from infra.scope import no_scope, tenant_scope
from provisioning.numbers.failover import DOWN_FOR, WELL_FOR, switch
from provisioning.numbers.models import CarrierNode
from tenants.directory.models import Number
from tests.carriers.twiml.fake.vendor import FakeVendor, Trouble
from tests.numbers.fake import FakeCompany
from tests.phone.cloud.conftest import ready
from tests.phone.conftest import Open
from tests.switchboard.conftest import RING, Hotline


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[tuple[FakeCompany, FakeCompany]]:
    """Where numbers are pointed: at the company itself, and at another one."""
    before = dict(_SIDES)
    yield FakeCompany(tmp_path / "home", webhooks.CARRIER), FakeCompany(tmp_path / "other", "otherco", ("east",))
    _SIDES.clear()
    _SIDES.update(before)


@pytest.fixture(autouse=True)
async def nothing_known(ground: None) -> None:
    """No node was ever down."""
    async with unit_of_work() as session:
        await session.execute(delete(CarrierNode))


async def state() -> str | None:
    """What is kept of the company."""
    with no_scope():
        async with unit_of_work() as session:
            found = select(CarrierNode.state).where(CarrierNode.carrier == webhooks.CARRIER)
            return (await session.exec(found)).one_or_none()


async def rounds(vendor: FakeVendor, many: int) -> None:
    """So many times is looked after the company, as happens every quarter of a minute."""
    voice = voices[webhooks.CARRIER]
    assert isinstance(voice, Twiml)
    for _ in range(many):
        await voice.look()
        await vendor.settle()


async def dead(_request: Request) -> Response:
    return Response(status_code=503)


async def strangers(_request: Request) -> Response:
    return JSONResponse({"code": 20003, "message": "Authenticate"}, 401)


async def busy(_request: Request) -> Response:
    return Response(status_code=429)


async def way_of(hotline: Hotline) -> str:
    """By which way the hotline's number is sent now, once that was looked at."""
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            key = (await session.exec(select(Number.id).where(Number.tenant == hotline.tenant))).one()
            await switch(session, str(key))
        async with unit_of_work() as session:
            return (await session.exec(select(Number.by).where(Number.tenant == hotline.tenant))).one()


@pytest.mark.parametrize("trouble", [dead, strangers])
async def test_a_number_leaves_a_company_that_is_dead_and_comes_back(
    open_hotline: Open,
    vendor: FakeVendor,
    sides: tuple[FakeCompany, FakeCompany],
    trouble: Trouble,
) -> None:
    hotline, e164 = await ready(open_hotline, RING)
    held = await sides[0].buy("main", e164, "k")
    with no_scope():
        async with unit_of_work() as session:
            second = {"second_carrier": "otherco", "second_node": "east", "ref": held.ref}
            await session.execute(update(Number).where(col(Number.e164) == e164).values(second))
    await rounds(vendor, 1)
    assert await state() == "up"
    vendor.trouble = trouble
    await rounds(vendor, FAILURES - 1)
    assert await state() == "up", "one request may be lost on any network"
    await rounds(vendor, 1)
    assert await state() == "down"
    assert await way_of(hotline) == "first", "a restart is shorter than that"
    with clock.travel(by=DOWN_FOR + timedelta(seconds=1)):
        assert await way_of(hotline) == "second"
        vendor.trouble = None
        await rounds(vendor, 1)
        assert await state() == "up"
        assert await way_of(hotline) == "second"
    with clock.travel(by=DOWN_FOR + WELL_FOR + timedelta(seconds=2)):
        assert await way_of(hotline) == "first"


async def test_requests_of_calls_are_evidence_too(open_hotline: Open, vendor: FakeVendor) -> None:
    _, e164 = await ready(open_hotline, RING, ann="+447400123451", ben="+447400123452")
    await rounds(vendor, 1)
    vendor.trouble = dead
    await vendor.dial(e164)
    await vendor.settle()
    assert await state() == "down"


async def test_being_asked_to_slow_down_is_no_outage(open_hotline: Open, vendor: FakeVendor) -> None:
    await rounds(vendor, 1)
    vendor.trouble = busy
    await rounds(vendor, FAILURES + 1)
    assert await state() == "up"


def test_only_failures_in_a_row_count() -> None:
    told: list[bool] = []
    health = Health(told.append)
    for served in (True, *(False,) * (FAILURES - 1), True, *(False,) * FAILURES, False, True, True):
        health.note(served)
    assert told == [True, False, True]
