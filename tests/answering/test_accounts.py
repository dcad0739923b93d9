"""Accounts at the switch: short-lived in a tab, told once for a desk phone, gone with whom they belong to."""

import hashlib
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from hark.answering import softphone
from infra.clock import now, travel
from infra.database import unit_of_work
from infra.errors import Conflict, Invalid
from infra.ids import new_id
from infra.scope import tenant_scope
from tenants.devices import service as devices
from tenants.devices.models import Device, SipAccount
from tenants.members import people
from tenants.members.models import Member
from tests.world import World, join

SID = "abcdefabcdefabcdefabcdef"


async def _accounts(world: World, member: UUID) -> list[SipAccount]:
    with tenant_scope(world.first.tenant):
        async with unit_of_work() as session:
            return list(await session.exec(select(SipAccount).where(SipAccount.member_id == member)))


async def test_a_tab_gets_an_account_once_keeps_it_while_open_and_leaves_none_behind(world: World) -> None:
    member = world.bob.member
    with tenant_scope(world.first.tenant):
        async with unit_of_work() as session:
            given = await softphone.sign_up(session, member, SID, "/o/x/console")
        assert given is not None
        [row] = await _accounts(world, member)
        assert row.secret == hashlib.md5(f"{given['username']}:hark:{given['password']}".encode()).hexdigest()
        assert given["username"] == f"o{member.hex}-{SID}"
        async with unit_of_work() as session:
            assert await softphone.sign_up(session, member, SID, "/o/x/console") is None
        with travel(by=timedelta(minutes=14)):
            async with unit_of_work() as session:
                assert await softphone.hold_on(session, member, SID)
            [row] = await _accounts(world, member)
            assert row.expires_at is not None
            assert row.expires_at - now() > softphone.LIVES - timedelta(minutes=1)
        async with unit_of_work() as session:
            await softphone.sign_off(session, member, SID)
    assert await _accounts(world, member) == []


async def test_the_account_of_a_tab_that_went_without_a_word_is_swept_away(world: World) -> None:
    member = world.bob.member
    with tenant_scope(world.first.tenant):
        async with unit_of_work() as session:
            await softphone.sign_up(session, member, SID, "/o/x/console")
        with travel(by=timedelta(minutes=16)):
            async with unit_of_work() as session:
                await softphone.sign_up(session, member, "another", "/o/x/console")
            assert [row.username for row in await _accounts(world, member)] == [f"o{member.hex}-another"]
        async with unit_of_work() as session:
            await softphone.sign_off(session, member, "another")


async def test_a_desk_phones_password_is_told_once_and_its_account_goes_with_it(world: World) -> None:
    key, member = new_id(), world.dana.member
    with tenant_scope(world.first.tenant):
        async with unit_of_work() as session:
            made = await devices.add_desk(session, member, key, "At the window")
        assert made.username == f"d{key.hex}"
        with pytest.raises(Conflict):
            async with unit_of_work() as session:
                await devices.add_desk(session, member, key)
        [row] = await _accounts(world, member)
        assert made.password not in str(row)
        async with unit_of_work() as session:
            await devices.remove(session, member, key)
    assert await _accounts(world, member) == []


async def test_who_leaves_the_hotline_takes_no_telephone_along(world: World) -> None:
    finn = await join(world.first, "finn-desk@example.org", "Finn", "operator")
    with tenant_scope(world.first.tenant):
        async with unit_of_work() as session:
            await devices.add_desk(session, finn.member, new_id())
        async with unit_of_work() as session:
            row = (await session.exec(select(Member).where(Member.id == finn.member))).one()
            owner = (await session.exec(select(Member).where(Member.id == world.alice.member))).one()
            await people.remove(session, owner, row)
        async with unit_of_work() as session:
            left = (await session.exec(select(Device).where(Device.member_id == finn.member))).one()
            assert left.verified_at is None
    assert await _accounts(world, finn.member) == []


async def _mobile(member: UUID, number: str) -> tuple[UUID, str]:
    async with unit_of_work() as session:
        row = await devices.add_mobile(session, member, number, "GB")
    async with unit_of_work() as session:
        return row.id, await devices.ask_code(session, member, row.id)


async def test_a_mobile_is_verified_by_the_code_on_the_screen_and_by_no_other(world: World) -> None:
    with tenant_scope(world.first.tenant):
        key, code = await _mobile(world.bob.member, "+44 7400 123461")
        async with unit_of_work() as session:
            row = await devices.device(session, world.bob.member, key)
            assert await devices.code_of(session, row) == code
            assert not await devices.typed(session, key, f"{(int(code) + 1) % 10_000:04}")
            assert await devices.typed(session, key, code)
        async with unit_of_work() as session:
            assert (await devices.usable(session, world.bob.member, "mobile", key)).id == key
            assert not await devices.typed(session, key, code)


async def test_three_wrong_codes_or_ten_minutes_end_the_try(world: World) -> None:
    with tenant_scope(world.first.tenant):
        key, code = await _mobile(world.bob.member, "+44 7400 123462")
        for _ in range(3):
            async with unit_of_work() as session:
                assert not await devices.typed(session, key, "no")
        async with unit_of_work() as session:
            assert not await devices.typed(session, key, code)
            assert await devices.code_of(session, await devices.device(session, world.bob.member, key)) == ""
        async with unit_of_work() as session:
            again = await devices.ask_code(session, world.bob.member, key)
        with travel(by=timedelta(minutes=11)):
            async with unit_of_work() as session:
                assert not await devices.typed(session, key, again)


@pytest.mark.parametrize("number", ["999", "+44 909 879 0123", "not a number", "+870 773 111 632", "12"])
async def test_what_is_never_dialled_is_never_kept(world: World, number: str) -> None:
    with tenant_scope(world.first.tenant), pytest.raises(Invalid):
        async with unit_of_work() as session:
            await devices.add_mobile(session, world.bob.member, number, "GB")
