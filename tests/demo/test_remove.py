"""Taking the examples away leaves nothing of them and everything of everybody else; a killed fill is completed."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func
from sqlmodel import col, select

from billing.processor.models import Payee
from billing.simulated.models import SimulatedObject
from hark.demo import fill as filling
from hark.demo.fill import fill
from hark.demo.invented.cast import DONORS, hotlines
from hark.demo.known import examples
from hark.demo.remove import remove
from infra.database import Session, unit_of_work
from infra.mail.send import Mail
from infra.scope import no_scope, tenant_scope
from infra.services.throwaway import Throwaway
from infra.storage import store
from tenants.directory.models import Number
from tenants.members.models import Account, Member
from tenants.members.service import account_by_email, add_member
from tests.demo.conftest import quiet
from tests.provisioning.census import census
from tests.world import World

EMAILS = [person.email for hotline in hotlines().values() for person in hotline.people]


@pytest.fixture(autouse=True)
async def nothing_before(ground: None) -> AsyncIterator[None]:
    """Each of these tests begins and ends without examples."""
    await remove(quiet)
    yield
    await remove(quiet)


async def present() -> list[str]:
    """The demo's addresses that have an account."""
    async with unit_of_work() as session:
        return [email for email in EMAILS if await account_by_email(session, email)]


async def test_removing_leaves_nothing_and_leaves_every_other_hotline_alone(world: World, services: Throwaway) -> None:
    before = await census(services, world.first.tenant)
    with no_scope():
        async with unit_of_work() as session:
            accounts_before = list(await session.exec(select(SimulatedObject.account)))
    tenants = [tenant.id for tenant in await fill(quiet, 1)]
    with no_scope():
        async with unit_of_work() as session:
            numbers = list(await session.exec(select(Number.e164).where(col(Number.tenant).in_(tenants))))
    assert len(numbers) == 5
    assert [word for tenant in tenants for word in await store().keys(f"voicemail/{tenant}")]
    assert len(await present()) == len(EMAILS)
    assert await remove(quiet) == 5
    for tenant in tenants:
        assert await census(services, tenant) == {}
        assert await store().keys(f"voicemail/{tenant}") == []
    assert await present() == []
    with no_scope():
        async with unit_of_work() as session:
            assert await examples(session) == {}
            states = set(await session.exec(select(Number.status).where(col(Number.e164).in_(numbers))))
            letters = [letter.opened()["to"] for letter in await session.exec(select(Mail))]
            held = list(await session.exec(select(SimulatedObject.account).where(SimulatedObject.account != "")))
            payees = list(await session.exec(select(Payee.tenant)))
    assert not set(tenants) & set(payees)
    assert set(held) <= set(accounts_before)
    assert not [to for to in letters if to.endswith(DONORS)]
    assert states == {"free"}
    assert not set(letters) & set(EMAILS)
    assert await census(services, world.first.tenant) == before
    assert await remove(quiet) == 0


async def test_an_account_that_has_found_a_place_elsewhere_stays(world: World) -> None:
    await fill(quiet, 1)
    email = hotlines()["rainbow"].owner.email
    with tenant_scope(world.second.tenant):
        async with unit_of_work() as session:
            account = await account_by_email(session, email)
            assert account is not None
            member = await add_member(session, account.id, "Aroha", "operator", languages=["en"])
    await remove(quiet)
    assert await present() == [email]
    with tenant_scope(world.second.tenant):
        async with unit_of_work() as session:
            await session.delete(await session.get_one(Member, (world.second.tenant, member.id)))
            await session.delete(await session.get_one(Account, account.id))


class Killed(BaseException):
    """As abrupt as a signal."""


@pytest.mark.parametrize("at", ["carry_out", "move_in", "remember"])
async def test_a_fill_that_was_killed_is_completed_by_the_next(at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = getattr(filling, at), 0

    async def dies(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        done = await real(*arguments)
        if calls == 2:
            raise Killed
        return done

    monkeypatch.setattr(filling, at, dies)
    with pytest.raises(Killed):
        await fill(quiet, 1)
    monkeypatch.undo()
    tenants = await fill(quiet, 1)
    assert len(tenants) == 5
    for tenant in tenants:
        with tenant_scope(tenant.id):
            async with unit_of_work() as session:
                assert await _count(session) == len(hotlines()[tenant.kind].people)


async def test_a_fill_that_was_killed_is_removed_whole(monkeypatch: pytest.MonkeyPatch, services: Throwaway) -> None:
    async def dies(*_: object) -> object:
        raise Killed

    monkeypatch.setattr(filling, "carry_out", dies)
    with pytest.raises(Killed):
        await fill(quiet, 1)
    with no_scope():
        async with unit_of_work() as session:
            (begun,) = (row.tenant for row in (await examples(session)).values())
    assert begun is not None
    assert await remove(quiet) == 1
    assert await census(services, begun) == {}
    assert await present() == []


async def _count(session: Session) -> int:
    return (await session.exec(select(func.count()).select_from(Member))).one()
