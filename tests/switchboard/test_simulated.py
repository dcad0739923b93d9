"""Nobody who calls in earnest is ever answered by a machine, and a machine makes room for a person."""

import pytest
from sqlmodel import select

from hark.switchboard import calls
from hark.switchboard.models import Duty
from hark.switchboard.offering import answering, duty
from hark.switchboard.offering.board import board, on_duty
from hark.switchboard.transferring import asking
from infra.clock import now
from infra.database import unit_of_work
from infra.errors import Conflict
from tests.switchboard.conftest import QUEUE, RING, Hotline, Open


async def played(hotline: Hotline, *names: str) -> None:
    """A program puts these on duty."""
    for name in names:
        async with unit_of_work() as session:
            await duty.set_duty(session, hotline.people[name], "on", simulated=True, seconds=600)


async def simulated_call(hotline: Hotline) -> object:
    """A simulated caller calls."""
    async with unit_of_work() as session:
        call, _ = await calls.start(session, hotline.line, language="en", simulated=True)
        await calls.handle(session, call, calls.on.Arrived(at=now(), calendars={}, caller={}, language="en"))
    return call


@pytest.mark.parametrize("first", [RING, QUEUE], ids=["ring", "queue"])
async def test_a_real_caller_is_led_on_when_only_simulated_volunteers_are_there(
    open_hotline: Open, first: dict[str, object]
) -> None:
    hotline = await open_hotline(first, "ann", "ben")
    await played(hotline, "ann", "ben")
    call = await hotline.call()
    assert await hotline.rung(call, "ringing", "talking", "cancelled", "expired") == []
    assert (await hotline.row(call)).state["node"] == "voicemail"


async def test_a_real_caller_waits_for_the_real_volunteer_among_simulated_ones(open_hotline: Open) -> None:
    hotline = await open_hotline(RING, "ann", "ben", "cem")
    await played(hotline, "ann", "cem")
    await hotline.on_duty("ben")
    assert await hotline.rung(await hotline.call()) == ["ben"]


async def test_a_simulated_caller_rings_both(open_hotline: Open) -> None:
    hotline = await open_hotline(RING, "ann", "ben")
    await played(hotline, "ann")
    await hotline.on_duty("ben")
    call = await simulated_call(hotline)
    assert await hotline.rung(call) == ["ann", "ben"]


async def test_a_real_call_cannot_be_handed_over_to_a_simulated_volunteer(open_hotline: Open) -> None:
    hotline = await open_hotline(RING, "ann", "ben")
    await played(hotline, "ann")
    await hotline.on_duty("ben")
    call = await hotline.call()
    async with unit_of_work() as session:
        await answering.accept(session, hotline.people["ben"], await hotline.offer_of(call, "ben"))
    with pytest.raises(Conflict):
        async with unit_of_work() as session:
            await asking.hand_over(session, hotline.people["ben"], hotline.people["ann"])
    assert await hotline.rung(call) == []


async def test_the_public_count_leaves_simulated_volunteers_out_and_the_board_names_them(open_hotline: Open) -> None:
    hotline = await open_hotline(RING, "ann", "ben")
    await played(hotline, "ann")
    await hotline.on_duty("ben")
    async with unit_of_work() as session:
        assert await on_duty(session) == 1
        shown = await board(session)
    assert shown["on_duty"] == 2
    assert [(each["name"], each["simulated"]) for each in shown["colleagues"]] == [("ann", True), ("ben", False)]


async def test_whoever_opens_the_console_of_a_simulated_volunteer_takes_the_place_over_off_duty(
    open_hotline: Open,
) -> None:
    hotline = await open_hotline(RING, "ann")
    await played(hotline, "ann")
    async with unit_of_work() as session:
        await duty.seen(session, hotline.people["ann"])
    async with unit_of_work() as session:
        row = (await session.exec(select(Duty).where(Duty.id == hotline.people["ann"]))).one()
        assert (row.simulated, row.status) == (False, "off")
    await hotline.on_duty("ann")
    assert await hotline.rung(await hotline.call()) == ["ann"]
