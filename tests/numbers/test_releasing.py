"""A number that was given up rests, can be taken back, and is then given back to its carrier once."""

from datetime import timedelta

import pytest

from infra import clock
from infra.database import unit_of_work
from infra.errors import Conflict, NotFound
from infra.scope import no_scope, tenant_scope
from provisioning.numbers.failover import go_round
from provisioning.numbers.porting import PortForm, ask, ports
from provisioning.numbers.releasing import release_one, resting, take_back
from provisioning.numbers.service import claim as claim_first
from provisioning.numbers.service import release, take_again
from tenants.directory.service import number_dialled, tenant_by_id
from tests.numbers.conftest import claim, claimed, do, number, owed
from tests.numbers.fake import FakeCompany
from tests.world import Hotline, World, open_hotline


async def give_up(hotline: Hotline, e164: str) -> None:
    row = await number(e164)
    assert row
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            await release_one(session, hotline.tenant, row.id, member=None)


async def test_it_rests_ninety_days_and_is_given_back_by_itself(world: World, company: FakeCompany) -> None:
    await claimed(world.first, "+862150000070")
    await give_up(world.first, "+862150000070")
    row = await number("+862150000070")
    assert row
    assert (row.status, row.tenant, row.line) == ("resting", None, None)
    async with unit_of_work() as session:
        assert await number_dialled(session, "+862150000070") is None
    for hotline in (world.first, world.second):
        with pytest.raises(Conflict):
            await claim(hotline, "+862150000070")
    with clock.travel(by=timedelta(days=89)):
        assert await do("numbers.give_back", number=str(row.id)) == 0
    assert company.bill == ["buy +862150000070"]
    with clock.travel(by=timedelta(days=90, minutes=1)):
        assert await do("numbers.give_back", number=str(row.id)) == 1
    assert company.bill == ["buy +862150000070", "release +862150000070"]
    assert await number("+862150000070") is None


async def test_it_can_be_taken_back_and_then_nothing_ends(world: World, company: FakeCompany) -> None:
    key = await claimed(world.first, "+862150000071")
    await give_up(world.first, "+862150000071")
    with tenant_scope(world.first.tenant):
        async with unit_of_work() as session:
            assert [row.id for row in await resting(session, world.first.tenant)] == [key]
            await take_back(session, world.first.tenant, key, world.first.line, member=None)
    with clock.travel(by=timedelta(days=91)):
        await do("numbers.give_back", number=str(key))
    row = await number("+862150000071")
    assert row
    assert (row.status, row.tenant) == ("held", world.first.tenant)
    assert company.bill == ["buy +862150000071"]


async def test_nobody_else_takes_it_back(world: World, company: FakeCompany) -> None:
    key = await claimed(world.first, "+862150000072")
    await give_up(world.first, "+862150000072")
    with tenant_scope(world.second.tenant):
        async with unit_of_work() as session:
            assert await resting(session, world.second.tenant) == []
            with pytest.raises(NotFound):
                await take_back(session, world.second.tenant, key, world.second.line, member=None)
    with tenant_scope(world.first.tenant):
        async with unit_of_work() as session:
            with pytest.raises(NotFound):
                await take_back(session, world.first.tenant, key, world.second.line, member=None)
    with tenant_scope(world.second.tenant):
        async with unit_of_work() as session:
            with pytest.raises(NotFound):
                await release_one(session, world.second.tenant, key, member=None)


async def test_a_carrier_out_of_reach_is_asked_until_it_answers(world: World, company: FakeCompany) -> None:
    key = await claimed(world.first, "+862150000073")
    await give_up(world.first, "+862150000073")
    company.silent = True
    with clock.travel(by=timedelta(days=91)):
        assert await do("numbers.give_back", number=str(key)) == 0
        company.silent = False
    with clock.travel(by=timedelta(days=92)):
        with no_scope():
            async with unit_of_work() as session:
                await go_round(session)
        assert len(await owed("numbers.give_back", number=str(key))) == 1
        assert await do("numbers.give_back", number=str(key)) == 1
    assert company.bill[-1] == "release +862150000073"


async def test_a_simulated_number_that_has_rested_can_be_had_again(world: World) -> None:
    rita, _ = await open_hotline("rita.rests@example.org", "blank", "Rested line", "Rita")
    async with unit_of_work() as session:
        with tenant_scope(rita.tenant):
            row = await claim_first(session, rita.tenant, rita.line)
    e164 = row.e164
    await give_up(rita, e164)
    with clock.travel(by=timedelta(days=91)):
        assert await do("numbers.give_back", number=str(row.id)) == 1
    again = await number(e164)
    assert again
    assert (again.status, again.tenant, again.rests_from) == ("free", None, None)
    async with unit_of_work() as session:
        back = await claim_first(session, rita.tenant, rita.line)
    assert back.status == "held"


async def test_a_hotline_that_closes_leaves_its_numbers_to_rest_and_gets_back_only_what_it_had(
    ground: None, company: FakeCompany
) -> None:
    hotline, _ = await open_hotline("closes@example.org", "blank", "Closes", "Cora")
    key = await claimed(hotline, "+862150000074")
    await claim(hotline, "+862150000075")
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            tenant = await tenant_by_id(session, hotline.tenant)
            form = PortForm(number="+862150000076", company="Old", holder="We", secret="PIN")
            await ask(session, tenant, form, hotline.line, member=None)
        async with unit_of_work() as session:
            kept = await release(session, hotline.tenant)
    assert set(kept) >= {"+862150000074"}
    assert not {"+862150000075", "+862150000076"} & set(kept), "neither was theirs yet"
    assert await number("+862150000076") is None
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            await take_again(session, hotline.tenant, kept)
            (move,) = await ports(session, hotline.tenant)
            assert (move.state, move.sealed) == ("withdrawn", None)
    row = await number("+862150000074")
    assert row
    assert (row.id, row.status, row.tenant, row.line) == (key, "held", hotline.tenant, hotline.line)
