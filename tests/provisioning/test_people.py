"""People come by invitation, change their roles and leave; there is always an owner, and only owners make owners."""

import asyncio
import re
from datetime import timedelta

import httpx
import pytest
from sqlmodel import col, select

from infra import clock
from infra.database import unit_of_work
from infra.realtime import hub
from infra.scope import tenant_scope
from tenants.members.models import Member, TeamMember
from tenants.rosters.models import Shift
from tests.conftest import Browser
from tests.provisioning.test_signup import letters
from tests.world import PASSWORD, Hotline, Person, World, account_for, join, open_hotline


@pytest.fixture
async def line(ground: None) -> tuple[Hotline, Person]:
    async for key in hub.redis().scan_iter("LIMITS*"):
        await hub.redis().delete(key)
    return await open_hotline("hanna@example.org", "elderly", "Company line", "Hanna")


async def role_of(hotline: Hotline, person: Person) -> str | None:
    """The member's role, or None once they have left."""
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            row = (await session.exec(select(Member).where(Member.id == person.member))).one()
    return None if row.left_at else row.role


async def invited(owner: httpx.AsyncClient, hotline: Hotline, email: str, role: str) -> str:
    """Invite by the page; returns the path in the letter."""
    answer = await owner.post(f"/o/{hotline.slug}/people/invite", data={"email": email, "role": role})
    assert answer.status_code == 303, answer.text
    found = re.search(r"http://hark.test(/o/\S+)", (await letters(email))[-1]["text"])
    assert found
    return found[1]


async def test_somebody_new_joins_with_a_name_and_a_password(browser: Browser, line: tuple[Hotline, Person]) -> None:
    hotline, owner = line
    path = await invited(await browser(owner.account), hotline, "newcomer@example.org", "operator")
    visitor = await browser()
    assert "newcomer@example.org" in (await visitor.get(path)).text
    assert (await visitor.post(path, data={"name": "Nele", "password": "short"})).status_code == 422
    answer = await visitor.post(path, data={"name": "Nele", "password": PASSWORD})
    assert answer.headers["location"] == f"/o/{hotline.slug}"
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            member = (await session.exec(select(Member).where(Member.name == "Nele"))).one()
            assert list(await session.exec(select(TeamMember).where(TeamMember.member_id == member.id)))
    assert member.role == "operator"
    assert "Sign out" in (await visitor.get("/")).text
    assert (await (await browser()).get(path)).status_code == 404


async def test_somebody_known_just_joins_once_signed_in(browser: Browser, line: tuple[Hotline, Person]) -> None:
    hotline, owner = line
    known = await account_for("known-guest@example.org")
    path = await invited(await browser(owner.account), hotline, "known-guest@example.org", "supervisor")
    stranger = await browser()
    assert "Sign in to join" in (await stranger.get(path)).text
    assert (await stranger.post(path, data={"name": "X", "password": PASSWORD})).headers["location"] == path
    other = await browser((await account_for("somebody-else@example.org")).id)
    assert (await other.post(path, data={"name": "X"})).headers["location"] == path
    guest = await browser(known.id)
    shown = (await guest.get(path)).text
    assert 'name="password"' not in shown
    assert (await guest.post(path, data={"name": "Gil"})).headers["location"] == f"/o/{hotline.slug}"


async def test_a_link_is_good_for_seven_days_and_can_be_withdrawn(
    browser: Browser, line: tuple[Hotline, Person]
) -> None:
    hotline, owner = line
    client = await browser(owner.account)
    path = await invited(client, hotline, "slow@example.org", "operator")
    visitor = await browser()
    for days, status in ((6, 200), (8, 404)):
        with clock.travel(by=timedelta(days=days)):
            assert (await visitor.get(path)).status_code == status
    again = await invited(client, hotline, "slow@example.org", "operator")
    assert (await visitor.get(path)).status_code == 404
    shown = (await client.get(f"/o/{hotline.slug}/people")).text
    withdraw = re.search(r'action="([^"]+/withdraw)"', shown)
    assert withdraw
    await client.post(withdraw[1])
    assert (await visitor.get(again)).status_code == 404


async def test_an_invitation_leads_into_its_own_hotline_only(
    browser: Browser, line: tuple[Hotline, Person], world: World
) -> None:
    hotline, owner = line
    path = await invited(await browser(owner.account), hotline, "stray@example.org", "admin")
    elsewhere = path.replace(hotline.slug, world.first.slug)
    assert (await (await browser()).get(elsewhere)).status_code == 404
    answer = await (await browser()).post(elsewhere, data={"name": "Stray", "password": PASSWORD})
    assert answer.status_code == 404


async def test_the_last_owner_stays(browser: Browser, line: tuple[Hotline, Person]) -> None:
    hotline, owner = line
    client = await browser(owner.account)
    base = f"/o/{hotline.slug}/people/{owner.member}"
    for path, data in ((base, {"role": "admin"}), (f"{base}/remove", {})):
        answer = await client.post(path, data=data)
        assert answer.status_code == 422
        assert "Every hotline has an owner" in answer.text
    assert await role_of(hotline, owner) == "owner"


async def test_two_owners_who_remove_each_other_leave_one(browser: Browser, line: tuple[Hotline, Person]) -> None:
    hotline, owner = line
    second = await join(hotline, "second-owner@example.org", "Second", "owner")
    one, two = await browser(owner.account), await browser(second.account)
    await asyncio.gather(
        one.post(f"/o/{hotline.slug}/people/{second.member}/remove"),
        two.post(f"/o/{hotline.slug}/people/{owner.member}/remove"),
    )
    left = [await role_of(hotline, person) for person in (owner, second)]
    assert left.count("owner") == 1


async def test_an_admin_makes_and_unmakes_no_owner(browser: Browser, line: tuple[Hotline, Person]) -> None:
    hotline, owner = line
    admin = await join(hotline, "admin-h@example.org", "Ada", "admin")
    await join(hotline, "spare-owner@example.org", "Spare", "owner")
    client = await browser(admin.account)
    people = f"/o/{hotline.slug}/people"
    tries = (
        (f"{people}/{admin.member}", {"role": "owner"}),
        (f"{people}/{owner.member}", {"role": "operator"}),
        (f"{people}/{owner.member}/remove", {}),
        (f"{people}/invite", {"email": "crony@example.org", "role": "owner"}),
    )
    for path, data in tries:
        assert (await client.post(path, data=data)).status_code == 403
    assert await role_of(hotline, owner) == "owner"
    assert await role_of(hotline, admin) == "admin"
    assert await letters("crony@example.org") == []


async def test_who_is_removed_is_out_at_once_and_their_shifts_are_free(
    browser: Browser, line: tuple[Hotline, Person]
) -> None:
    hotline, owner = line
    leaving = await join(hotline, "leaving@example.org", "Lee", "supervisor")
    client = await browser(leaving.account)
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            shift = (await session.exec(select(Shift).limit(1))).one()
            shift.member_id = leaving.member
            session.add(shift)
    assert (await client.get(f"/o/{hotline.slug}/people")).status_code == 403
    async with hub.subscribe(f"member:{hotline.tenant}:{leaving.member}") as news:
        answer = await (await browser(owner.account)).post(f"/o/{hotline.slug}/people/{leaving.member}/remove")
        assert answer.status_code == 303
        assert (await asyncio.wait_for(news.get(), 2))["type"] == "revoked"
    assert (await client.get(f"/o/{hotline.slug}/people")).status_code == 404
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            assert not list(await session.exec(select(Shift).where(col(Shift.member_id).is_not(None))))
            assert not list(await session.exec(select(TeamMember).where(TeamMember.member_id == leaving.member)))


@pytest.mark.parametrize("role", ["fundraiser", "auditor"])
async def test_who_answers_no_more_is_on_no_shift_and_in_no_team_though_the_form_says_so(
    browser: Browser, line: tuple[Hotline, Person], role: str
) -> None:
    hotline, owner = line
    volunteer = await join(hotline, "volunteer@example.org", "Vera", "operator")
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            shift = (await session.exec(select(Shift).limit(1))).one()
            shift.member_id = volunteer.member
            team = (await session.exec(select(TeamMember.team_id))).first()
            session.add(shift)
    form = {"role": role, "team": str(team)}
    client = await browser(owner.account)
    assert (await client.post(f"/o/{hotline.slug}/people/{volunteer.member}", data=form)).status_code == 303
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            assert not list(await session.exec(select(Shift).where(col(Shift.member_id).is_not(None))))
            assert not list(await session.exec(select(TeamMember).where(TeamMember.member_id == volunteer.member)))


async def test_a_fundraisers_home_is_the_money_and_leads_nowhere_else(
    browser: Browser, line: tuple[Hotline, Person]
) -> None:
    hotline, _ = line
    raises = await browser((await join(hotline, "funds@example.org", "Fumiko", "fundraiser")).account)
    answer = await raises.get(f"/o/{hotline.slug}")
    assert answer.headers["location"] == f"/o/{hotline.slug}/money"
    page = (await raises.get(f"/o/{hotline.slug}/money")).text
    ways = set(re.findall(rf'href="/o/{hotline.slug}(/[a-z]+)', page))
    assert ways == {"/money"}
    for path in ("contacts", "cases", "callers", "live", "console", "roster", "people", "audit", "settings"):
        assert (await raises.get(f"/o/{hotline.slug}/{path}")).status_code == 403, path


async def test_changing_role_teams_and_languages(browser: Browser, line: tuple[Hotline, Person]) -> None:
    hotline, owner = line
    member = await join(hotline, "mover@example.org", "Mo", "operator")
    client = await browser(owner.account)
    form = {"role": "auditor", "languages": ["zh-Hans"]}
    assert (await client.post(f"/o/{hotline.slug}/people/{member.member}", data=form)).status_code == 303
    assert await role_of(hotline, member) == "auditor"
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            row = (await session.exec(select(Member).where(Member.id == member.member))).one()
            assert not list(await session.exec(select(TeamMember).where(TeamMember.member_id == member.member)))
    assert row.languages == ["zh-Hans"]


async def test_another_hotlines_member_does_not_exist_here(
    browser: Browser, line: tuple[Hotline, Person], world: World
) -> None:
    hotline, owner = line
    client = await browser(owner.account)
    for path in ("", "/remove"):
        answer = await client.post(f"/o/{hotline.slug}/people/{world.bob.member}{path}", data={"role": "auditor"})
        assert answer.status_code == 404
    assert await role_of(world.first, world.bob) == "operator"
