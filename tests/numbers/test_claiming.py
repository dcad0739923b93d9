"""A number is claimed once, paid for once, and given back when anything fails on the way."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from infra import clock
from infra.database import unit_of_work
from infra.errors import Conflict, NotFound
from infra.scope import tenant_scope
from provisioning.numbers import claiming
from provisioning.numbers.claiming import run_of
from provisioning.numbers.service import release
from provisioning.steps.run import TRIES, carry_out, finished, steps_of, taken_back
from tenants.allowance.models import Allowance
from tenants.audit import AuditEntry
from tenants.directory.models import Number
from tests.numbers.conftest import claim, claimed, do, number
from tests.numbers.fake import FakeCompany
from tests.world import World, open_hotline


async def acts(tenant: UUID, key: UUID) -> list[str]:
    with tenant_scope(tenant):
        async with unit_of_work() as session:
            found = select(AuditEntry.action).where(AuditEntry.subject == key).order_by(col(AuditEntry.id))
            return list(await session.exec(found))


async def test_a_claimed_number_is_bought_pointed_at_us_and_leads_to_the_line(
    world: World, company: FakeCompany
) -> None:
    key = await claimed(world.first, "+862150000001")
    row = await number("+862150000001")
    assert row
    assert (row.status, row.tenant, row.line) == ("held", world.first.tenant, world.first.line)
    assert (row.country, row.area, row.monthly, row.currency) == ("CN", "Shanghai", 300, "USD")
    assert company.bill == ["buy +862150000001"]
    held = company.bought("+862150000001")
    assert held
    assert (held["key"], held["address"]) == (str(key), "https://main.fakeco.example")
    assert row.verified_at is None, "there was nothing to call it with, and nobody says that it works"
    assert await acts(world.first.tenant, key) == ["number.claim", "number.ready"]


@pytest.mark.parametrize(("answered", "verified"), [(True, True), (False, False)])
async def test_a_trial_call_says_whether_it_works(
    world: World, company: FakeCompany, *, answered: bool, verified: bool
) -> None:
    rung: list[tuple[UUID, str, str]] = []

    async def call(tenant: UUID, e164: str) -> bool:
        row = await number(e164)
        assert row
        async with asyncio.timeout(2):  # whoever rings it finds its row free to be read and marked
            async with unit_of_work() as session:
                await session.execute(update(Number).where(col(Number.id) == row.id).values(label="rung"))
        rung.append((tenant, e164, row.status))
        return answered

    claiming.call_with(call)
    e164 = f"+86215000001{int(answered)}"
    await claimed(world.first, e164)
    row = await number(e164)
    assert row
    assert rung == [(world.first.tenant, e164, "reserved")]
    assert row.status == "held"
    assert (row.verified_at is not None) == verified


async def test_two_hotlines_claim_one_number_at_once_and_one_gets_it(world: World, company: FakeCompany) -> None:
    hotlines = (world.first, world.second)
    for turn in range(5):
        e164 = f"+8621500001{turn:02d}"
        said = await asyncio.gather(*(claim(each, e164) for each in hotlines), return_exceptions=True)
        got = [each for each in said if isinstance(each, UUID)]
        assert len(got) == 1
        assert [type(each) for each in said if not isinstance(each, UUID)] == [Conflict]
        row = await number(e164)
        assert row
        assert row.tenant == hotlines[said.index(got[0])].tenant
        await carry_out(run_of(got[0]), row.tenant)
        async with unit_of_work() as session:
            await session.execute(update(Number).where(col(Number.id) == got[0]).values(tenant=None, status="free"))
    assert company.bill == [f"buy +8621500001{turn:02d}" for turn in range(5)]


async def test_an_answer_that_got_lost_is_not_paid_for_twice(world: World, company: FakeCompany) -> None:
    company.silent_after_buying = 1
    key = await claim(world.first, "+862150000020")
    with pytest.raises(Exception, match="lost"):
        await carry_out(run_of(key), world.first.tenant)
    await carry_out(run_of(key), world.first.tenant)
    row = await number("+862150000020")
    assert row
    assert row.status == "held"
    assert company.bill == ["buy +862150000020"]


async def test_what_was_bought_by_a_claim_that_fails_is_given_back(world: World, company: FakeCompany) -> None:
    company.refuses_to_point = True
    key = await claimed(world.first, "+862150000021")
    assert company.bill == ["buy +862150000021", "release +862150000021"]
    assert await number("+862150000021") is None
    assert await acts(world.first.tenant, key) == ["number.claim", "number.fail"]


async def test_a_purchase_nobody_heard_of_is_given_back_when_the_claim_is_given_up(
    world: World, company: FakeCompany, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The company sells it but never answers, not even when it is asked what it has."""
    key = await claim(world.first, "+862150000022")
    company.silent_after_buying = 1
    for _ in range(TRIES):
        with pytest.raises(Exception, match=r"lost|fakeco"):
            await carry_out(run_of(key), world.first.tenant)
        company.silent = True
    assert company.bought("+862150000022"), "nobody could be asked to take it back yet"
    row = await number("+862150000022")
    assert row
    assert row.status == "reserved", "and until then nobody else may have it"
    company.silent = False
    await carry_out(run_of(key), world.first.tenant)
    assert company.bill == ["buy +862150000022", "release +862150000022"]
    assert await number("+862150000022") is None


@pytest.mark.parametrize("reason", ["taken", "papers", "money"])
async def test_a_refusal_is_final_and_is_said(world: World, company: FakeCompany, reason: str) -> None:
    company.refuses = reason  # type: ignore[assignment]  # one of the refusals
    key = await claimed(world.first, f"+86215000003{len(reason)}")
    async with unit_of_work() as session:
        rows = await steps_of(session, run_of(key), world.first.tenant)
    assert taken_back(rows)
    words = {"taken": claiming.GONE, "papers": claiming.PAPERS, "money": claiming.MONEY}[reason]
    assert next(row.error for row in rows if row.state == "failed") == words
    assert company.bill == []


async def test_a_number_that_the_account_has_under_another_key_is_left_alone(
    world: World, company: FakeCompany
) -> None:
    company.give("+862150000041", "somebody else's")
    key = await claimed(world.first, "+862150000041")
    assert company.bought("+862150000041")
    async with unit_of_work() as session:
        assert not finished(await steps_of(session, run_of(key), world.first.tenant))


async def test_two_carriers_of_one_claim_pay_once(world: World, company: FakeCompany) -> None:
    key = await claim(world.first, "+862150000042")
    await asyncio.gather(*(carry_out(run_of(key), world.first.tenant) for _ in range(3)))
    assert company.bill == ["buy +862150000042"]


async def test_nobody_claims_for_a_line_of_another_hotline(world: World, company: FakeCompany) -> None:
    foreign = type(world.first)(world.first.tenant, world.first.slug, world.second.line, world.first.application)
    with pytest.raises(NotFound):
        await claim(foreign, "+862150000043")
    assert await number("+862150000043") is None


async def test_a_hotline_gets_no_more_numbers_than_it_may_have_also_when_it_asks_for_two_at_once(
    ground: None, company: FakeCompany
) -> None:
    hotline, _ = await open_hotline("many@example.org", "blank", "Many numbers", "Mia")
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            session.add(Allowance(id=hotline.tenant, numbers=2))
    said = await asyncio.gather(*(claim(hotline, f"+86215000005{n}") for n in range(4)), return_exceptions=True)
    assert sum(isinstance(each, UUID) for each in said) == 1, "it opened with one"
    assert sum(isinstance(each, Conflict) for each in said) == 3


async def test_a_hotline_that_closes_while_it_claims_leaves_nothing_behind(ground: None, company: FakeCompany) -> None:
    hotline, _ = await open_hotline("closing-claim@example.org", "blank", "Closing claim", "Cleo")
    key = await claim(hotline, "+862150000060")
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            await release(session, hotline.tenant)
    await carry_out(run_of(key), hotline.tenant)
    assert company.bill == []
    row = await number("+862150000060")
    assert row
    assert (row.status, row.tenant) == ("resting", None)
    with clock.travel(by=timedelta(days=91)):
        assert await do("numbers.give_back", number=str(row.id)) == 1
    assert await number("+862150000060") is None
