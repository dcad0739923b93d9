"""When a way in fails, numbers with a second one are sent there by themselves, and come back when it is well."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from infra import clock
from infra.carriers.numbers import ways_beside
from infra.database import unit_of_work
from infra.scope import no_scope, tenant_scope
from infra.settings import settings
from provisioning.numbers.failover import DOWN_FOR, WELL_FOR, carrier_down, carrier_up, go_round
from tenants.audit import AuditEntry
from tenants.directory.models import Number
from tests.numbers.conftest import claimed, do, number, owed
from tests.numbers.fake import FakeCompany
from tests.world import World

SOON = DOWN_FOR + timedelta(seconds=1)
WELL = WELL_FOR + timedelta(seconds=1)


@pytest.fixture
def other(company: FakeCompany, tmp_path: Path) -> FakeCompany:
    """A second company, through which calls can come as well."""
    return FakeCompany(tmp_path / "other", "otherco", ("east",))


async def two_ways(world: World, e164: str) -> UUID:
    key = await claimed(world.first, e164)
    async with unit_of_work() as session:
        ways = update(Number).where(col(Number.id) == key)
        await session.execute(ways.values(second_carrier="otherco", second_node="east"))
    return key


async def say(word: str, carrier: str = "fakeco", node: str = "main") -> None:
    with no_scope():
        async with unit_of_work() as session:
            await (carrier_down if word == "down" else carrier_up)(session, carrier, node)


async def look() -> None:
    await do("numbers.failover")
    await do("numbers.switch")


def address(company: FakeCompany, e164: str) -> str:
    row = company.bought(e164)
    assert row
    return row["address"]


async def acts(tenant: UUID, key: UUID) -> list[str]:
    with tenant_scope(tenant):
        async with unit_of_work() as session:
            found = select(AuditEntry.action).where(AuditEntry.subject == key).order_by(col(AuditEntry.id))
            return [each for each in await session.exec(found) if each not in ("number.claim", "number.ready")]


async def test_a_number_goes_to_its_second_way_and_comes_back(
    world: World, company: FakeCompany, other: FakeCompany
) -> None:
    e164 = "+862150000080"
    key = await two_ways(world, e164)
    alone = "+862150000081"
    await claimed(world.first, alone)
    await say("down")
    await look()
    assert address(company, e164) == "https://main.fakeco.example", "a restart is shorter than that"
    with clock.travel(by=SOON):
        await look()
        assert address(company, e164) == "https://east.otherco.example"
        row = await number(e164)
        assert row
        assert row.by == "second"
        assert address(company, alone) == "https://main.fakeco.example", "it has no second way"
        await say("up")
        await look()
        assert address(company, e164) == "https://east.otherco.example", "it has to be well for a while"
    with clock.travel(by=SOON + WELL):
        await look()
        assert address(company, e164) == "https://main.fakeco.example"
    assert await acts(world.first.tenant, key) == ["number.switch", "number.return"]


async def test_the_second_way_may_lead_to_an_exchange_of_our_own(
    world: World, company: FakeCompany, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = "http://hark:secret@switch.example.org:8088/ari?name=switch&sip=switch.example.org:5060"
    inside = "http://hark:secret@10.0.0.7:8088/ari?name=inside"
    monkeypatch.setattr(settings(), "asterisk", f"{there} {inside}")
    assert [(way.carrier, way.node) for way in ways_beside("fakeco", "main")] == [("asterisk", "switch")]
    assert ways_beside("asterisk", "switch") == [], "whose trunk it is points it, not we"
    e164 = "+862150000088"
    key = await claimed(world.first, e164)
    async with unit_of_work() as session:
        row = (await session.exec(select(Number).where(Number.id == key))).one()
        row.second_carrier, row.second_node = "asterisk", "switch"
        session.add(row)
    await say("up")
    await say("down")
    with clock.travel(by=SOON):
        await look()
        assert address(company, e164) == "sip:switch.example.org:5060"
        await say("down", "asterisk", "switch")
        await say("up")
    with clock.travel(by=SOON + WELL):
        await look()
    assert address(company, e164) == "https://main.fakeco.example"
    assert await acts(world.first.tenant, key) == ["number.switch", "number.return"]
    await say("up", "asterisk", "switch")


async def test_a_node_that_is_back_in_time_moves_nothing(
    world: World, company: FakeCompany, other: FakeCompany
) -> None:
    e164 = "+862150000082"
    key = await two_ways(world, e164)
    await say("up")
    await say("down")
    await say("down")
    with clock.travel(by=timedelta(seconds=20)):
        await say("up")
    with clock.travel(by=SOON):
        await look()
    assert address(company, e164) == "https://main.fakeco.example"
    assert await acts(world.first.tenant, key) == []


async def test_said_again_the_first_time_it_was_down_counts(
    world: World, company: FakeCompany, other: FakeCompany
) -> None:
    e164 = "+862150000083"
    await two_ways(world, e164)
    await say("up")
    await say("down")
    with clock.travel(by=timedelta(seconds=25)):
        await say("down")
    with clock.travel(by=SOON):
        await look()
        assert address(company, e164) == "https://east.otherco.example"
    await say("up")


async def test_where_both_are_down_it_stays(world: World, company: FakeCompany, other: FakeCompany) -> None:
    e164 = "+862150000084"
    await two_ways(world, e164)
    await say("up")
    await say("down", "otherco", "east")
    await say("down")
    with clock.travel(by=SOON):
        await look()
        assert address(company, e164) == "https://main.fakeco.example"
        await say("up", "otherco", "east")
    with clock.travel(by=SOON + WELL):
        await look()
        assert address(company, e164) == "https://east.otherco.example", "the second way is there again"
    await say("up")


async def test_a_company_out_of_reach_is_asked_again_until_it_answers(
    world: World, company: FakeCompany, other: FakeCompany
) -> None:
    e164 = "+862150000085"
    key = await two_ways(world, e164)
    await say("up")
    await say("down")
    company.silent = True
    with clock.travel(by=SOON):
        await look()
        assert len(await owed("numbers.switch", number=str(key))) == 1
    company.silent = False
    with clock.travel(by=timedelta(minutes=5)):
        await look()
    assert address(company, e164) == "https://east.otherco.example"
    await say("up")


async def test_a_company_that_refuses_is_written_down(world: World, company: FakeCompany, other: FakeCompany) -> None:
    e164 = "+862150000086"
    key = await two_ways(world, e164)
    await say("up")
    await say("down")
    company.refuses_to_point = True
    with clock.travel(by=SOON):
        await look()
    assert await acts(world.first.tenant, key) == ["number.stay"]
    await say("up")


async def test_a_look_that_was_lost_is_made_up_for_by_the_hourly_round(
    world: World, company: FakeCompany, other: FakeCompany
) -> None:
    e164 = "+862150000087"
    await two_ways(world, e164)
    await say("up")
    await say("down")
    with clock.travel(by=timedelta(hours=1)):
        with no_scope():
            async with unit_of_work() as session:
                await go_round(session)
        await do("numbers.switch")
    assert address(company, e164) == "https://east.otherco.example"
    assert await owed("numbers.round"), "and the next round is owed"
    await say("up")
