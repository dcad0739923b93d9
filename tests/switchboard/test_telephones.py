"""Answering on a telephone: duty holds without a console, until the shift is over; who can't be rung isn't."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from hark.switchboard import calls, clock
from hark.switchboard.models import Duty, Timer
from hark.switchboard.offering import answering, duty, reach
from infra.clock import now, travel
from infra.database import unit_of_work
from infra.errors import Conflict
from infra.ids import new_id
from infra.scope import current_tenant, tenant_scope
from tenants.devices import service as devices
from tenants.devices.models import Device
from tenants.flows.engine import events as on
from tenants.members.models import Team
from tenants.rosters.models import Shift
from tests.switchboard.conftest import RING, Hotline, Open


async def a_mobile(hotline: Hotline, name: str, *, verified: bool = True) -> UUID:
    async with unit_of_work() as session:
        row = await devices.add_mobile(session, hotline.people[name], "+44 7400 123456", "GB")
        row.verified_at = now() if verified else None
        session.add(row)
        return row.id


async def duty_of(hotline: Hotline, name: str) -> Duty:
    async with unit_of_work() as session:
        return (await session.exec(select(Duty).where(Duty.id == hotline.people[name]))).one()


async def on_mobile(hotline: Hotline, name: str, status: duty.Status = "on", **more: Any) -> Duty:
    async with unit_of_work() as session:
        return await duty.set_duty(session, hotline.people[name], status, device="mobile", **more)


async def a_call(hotline: Hotline, **more: Any) -> UUID:
    async with unit_of_work() as session:
        call, _ = await calls.start(session, hotline.line, language="en", **more)
    async with unit_of_work() as session:
        await calls.handle(session, call, on.Arrived(at=now(), calendars={}, caller={}, language="en"))
    return call


async def by_telephone(hotline: Hotline) -> UUID:
    return await a_call(hotline, channel="phone", carrier="asterisk", node="one", dialled="+442079460000")


async def test_duty_on_a_mobile_outlives_every_console(open_hotline: Open) -> None:
    hotline = await open_hotline(RING, "ann")
    await a_mobile(hotline, "ann")
    began = await on_mobile(hotline, "ann")
    assert began.seen_until - now() > timedelta(hours=11)
    async with unit_of_work() as session:
        await duty.seen(session, hotline.people["ann"])
        await duty.seen(session, hotline.people["ann"], closing=True)
    assert (await duty_of(hotline, "ann")).seen_until == began.seen_until
    with travel(by=timedelta(hours=3)):
        await clock.tick()
        assert await hotline.rung(await by_telephone(hotline)) == ["ann"]


async def test_duty_on_a_mobile_ends_with_the_shift_and_the_next_ones_that_follow_at_once(open_hotline: Open) -> None:
    hotline = await open_hotline(RING, "ann")
    await a_mobile(hotline, "ann")
    at = now().replace(second=0, microsecond=0)
    minute = at.hour * 60 + at.minute
    async with unit_of_work() as session:
        team = (await session.exec(select(Team))).one()
        for start, length in ((-60, 180), (120, 60), (400, 60)):  # the last one leaves a gap
            starts = minute + start
            session.add(
                Shift(
                    team_id=team.id, member_id=hotline.people["ann"], weekday=(at.weekday() + starts // 1440) % 7,
                    starts=starts % 1440, ends=(starts + length) % 1440,
                )
            )  # fmt: skip
    began = await on_mobile(hotline, "ann")
    assert began.seen_until == at + timedelta(minutes=180)
    with travel(by=timedelta(minutes=182)):
        await clock.tick()
        assert (await duty_of(hotline, "ann")).status == "off"
        assert await hotline.rung(await by_telephone(hotline)) == []


async def test_only_a_verified_telephone_of_ones_own_can_be_answered_on(open_hotline: Open) -> None:
    hotline = await open_hotline(RING, "ann", "ben")
    unverified = await a_mobile(hotline, "ann", verified=False)
    bens = await a_mobile(hotline, "ben")
    for wrong in (unverified, bens, new_id(), None):
        with pytest.raises(Conflict):
            await on_mobile(hotline, "ann", device_id=wrong)


async def test_a_web_call_rings_browsers_alone_and_with_none_it_is_led_on(open_hotline: Open) -> None:
    """Its sound goes from browser to browser; a telephone would ring for nothing."""
    hotline = await open_hotline(RING, "ann", "ben")
    await a_mobile(hotline, "ann")
    await on_mobile(hotline, "ann")
    alone = await hotline.call()
    assert (await hotline.row(alone)).state["node"] == "voicemail"
    await hotline.on_duty("ben")
    assert await hotline.rung(await hotline.call()) == ["ben"]
    await hotline.hang_up(alone)
    sandbox = await a_call(hotline, channel="phone", carrier="sandbox", node="", dialled="+99900000001")
    assert await hotline.rung(sandbox) == []  # ben is being rung, ann's mobile can't be


async def test_a_carrier_rings_only_the_telephones_that_it_can(
    open_hotline: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "_REACH", dict(reach._REACH))
    hotline = await open_hotline(RING, "ann", "ben")
    await a_mobile(hotline, "ann")
    await on_mobile(hotline, "ann")
    await hotline.on_duty("ben")
    reach.learn("asterisk", ("mobile", "desk"))
    assert await hotline.rung(await by_telephone(hotline)) == ["ann"]


async def test_no_beat_of_a_console_says_that_a_volunteer_on_the_telephone_is_lost(open_hotline: Open) -> None:
    hotline = await open_hotline(RING, "ann")
    await a_mobile(hotline, "ann")
    await on_mobile(hotline, "ann")
    call = await by_telephone(hotline)
    key = await hotline.offer_of(call, "ann")
    async with unit_of_work() as session:
        await answering.accept(session, hotline.people["ann"], key)
        await duty.seen(session, hotline.people["ann"], closing=True)
        armed = select(Timer.kind).where(Timer.subject == call)
        assert "operator" not in list(await session.exec(armed))
    with travel(by=timedelta(minutes=10)):
        await clock.tick()
        assert (await hotline.row(call)).phase == "talking"


async def test_back_in_the_browser_a_closed_console_counts_again(open_hotline: Open) -> None:
    hotline = await open_hotline(RING, "ann")
    await a_mobile(hotline, "ann")
    await on_mobile(hotline, "ann")
    async with unit_of_work() as session:
        await duty.set_duty(session, hotline.people["ann"], "on", device="browser")
    back = await duty_of(hotline, "ann")
    assert (back.device, back.device_id) == ("browser", None)
    with travel(by=timedelta(seconds=60)):
        assert await hotline.rung(await hotline.call()) == []


async def test_a_break_and_back_stays_on_the_same_telephone(open_hotline: Open) -> None:
    hotline = await open_hotline(RING, "ann")
    mobile = await a_mobile(hotline, "ann")
    await on_mobile(hotline, "ann")
    for status in ("break", "on"):
        async with unit_of_work() as session:
            await duty.set_duty(session, hotline.people["ann"], status)  # type: ignore[arg-type]  # both are
    now_on = await duty_of(hotline, "ann")
    assert (now_on.device, now_on.device_id) == ("mobile", mobile)
    assert now_on.seen_until - now() > timedelta(hours=11)


async def test_a_removed_telephone_takes_its_volunteer_off_duty(open_hotline: Open) -> None:
    hotline = await open_hotline(RING, "ann")
    mobile = await a_mobile(hotline, "ann")
    await on_mobile(hotline, "ann")
    async with unit_of_work() as session:
        await duty.let_go(session, hotline.people["ann"], mobile)
        await devices.remove(session, hotline.people["ann"], mobile)
    left = await duty_of(hotline, "ann")
    assert (left.status, left.device) == ("off", "browser")


async def test_a_number_is_sealed_and_no_other_hotline_sees_the_telephone(open_hotline: Open) -> None:
    hotline = await open_hotline(RING, "ann")
    mobile = await a_mobile(hotline, "ann")
    async with unit_of_work() as session:
        row = (await session.exec(select(Device).where(Device.id == mobile))).one()
        assert b"7400123456" not in row.sealed
        assert await devices.number_of(session, row) == "+447400123456"
    assert devices.masked("+447400123456") == "+44 … 456"
    own = current_tenant()
    other = await open_hotline(RING, "eve")
    assert other.tenant != own
    async with unit_of_work() as session:
        assert (await session.exec(select(Device))).all() == []
    with tenant_scope(own):
        async with unit_of_work() as session:
            assert len((await session.exec(select(Device))).all()) == 1
