"""Offers: the right people ring, one wins, nobody is rung twice, and nothing outlives its caller."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from hark.switchboard import clock
from hark.switchboard.models import Offer
from hark.switchboard.offering import answering, duty
from hark.switchboard.transferring import asking
from infra.clock import now, travel
from infra.database import unit_of_work
from infra.errors import Conflict, NotFound
from infra.scope import tenant_scope
from tests.switchboard.conftest import QUEUE, RING, Hotline, Open

IN_ORDER = {**RING, "strategy": "in_order"}


async def accept(hotline: Hotline, call, name: str) -> None:
    key = await hotline.offer_of(call, name)
    async with unit_of_work() as session:
        await answering.accept(session, hotline.people[name], key)


async def test_a_ring_to_all_rings_everybody_on_duty_and_nobody_else(open_hotline: Open) -> None:
    hotline = await open_hotline(RING, "ann", "ben", "cem")
    await hotline.on_duty("ann", "cem")
    assert await hotline.rung(await hotline.call()) == ["ann", "cem"]


async def test_with_nobody_on_duty_the_caller_is_led_on_at_once(open_hotline: Open) -> None:
    """yap#107, yap#122: endless ring with nobody on shift."""
    hotline = await open_hotline(RING, "ann")
    call = await hotline.call()
    assert (await hotline.row(call)).state["node"] == "voicemail"


async def test_everyone_on_a_break_means_nobody_and_the_fallback_is_tried(open_hotline: Open) -> None:
    """llamenos ringing.ts: everyone on a break and the fallback never tried."""
    hotline = await open_hotline(QUEUE, "ann")
    async with unit_of_work() as session:
        await duty.set_duty(session, hotline.people["ann"], "break")
    assert (await hotline.row(await hotline.call())).state["node"] == "voicemail"


async def test_somebody_whose_console_is_closed_is_not_rung(open_hotline: Open) -> None:
    """chatwoot#7204, chatwoot#4158: assigning to people offline."""
    hotline = await open_hotline(RING, "ann", "ben")
    await hotline.on_duty("ann")
    with travel(by=timedelta(seconds=60)):
        await hotline.on_duty("ben")
        assert await hotline.rung(await hotline.call()) == ["ben"]


async def test_somebody_in_a_call_is_not_offered_another_while_a_colleague_is_free(open_hotline: Open) -> None:
    """yap#540: dialling a volunteer already on a call while another is free."""
    hotline = await open_hotline(IN_ORDER, "ann", "ben")
    await hotline.on_duty("ann", "ben")
    first = await hotline.call()
    await accept(hotline, first, "ann")
    assert await hotline.rung(await hotline.call()) == ["ben"]


async def test_the_database_itself_refuses_a_second_live_offer(open_hotline: Open) -> None:
    """freeswitch#2901: one agent rung twice."""
    hotline = await open_hotline(RING, "ann")
    await hotline.on_duty("ann")
    call = await hotline.call()
    with pytest.raises(IntegrityError):
        async with unit_of_work() as session:
            session.add(Offer(call_id=call, member_id=hotline.people["ann"], expires_at=now()))


async def test_three_accept_at_once_and_one_wins(open_hotline: Open) -> None:
    hotline = await open_hotline(RING, "ann", "ben", "cem")
    await hotline.on_duty("ann", "ben", "cem")
    call = await hotline.call()
    results = await asyncio.gather(
        *(accept(hotline, call, name) for name in ("ann", "ben", "cem")), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "Conflict", "NoneType"]
    assert len(await hotline.rung(call, "talking")) == 1
    assert await hotline.rung(call) == []


async def test_a_caller_who_hangs_up_stops_every_ring_and_a_late_accept_finds_nothing(open_hotline: Open) -> None:
    """yap#159: phantom rings after the caller hung up."""
    hotline = await open_hotline(RING, "ann", "ben")
    await hotline.on_duty("ann", "ben")
    call = await hotline.call()
    await hotline.hang_up(call)
    assert await hotline.rung(call) == []
    with pytest.raises(Conflict):
        await accept(hotline, call, "ann")
    assert (await hotline.row(call)).outcome == "abandoned"


async def test_an_unanswered_offer_expires_and_the_next_in_order_rings(open_hotline: Open) -> None:
    hotline = await open_hotline(IN_ORDER, "ann", "ben")
    await hotline.on_duty("ann", "ben")
    call = await hotline.call()
    assert await hotline.rung(call) == ["ann"]
    with travel(by=timedelta(seconds=21)):
        await clock.tick()
        assert await hotline.rung(call) == ["ben"]
        assert await hotline.rung(call, "expired") == ["ann"]
        with pytest.raises(Conflict):
            await accept(hotline, call, "ann")


async def test_declining_rings_the_next_at_once(open_hotline: Open) -> None:
    hotline = await open_hotline(IN_ORDER, "ann", "ben")
    await hotline.on_duty("ann", "ben")
    call = await hotline.call()
    async with unit_of_work() as session:
        await answering.decline(session, hotline.people["ann"], await hotline.offer_of(call, "ann"))
    assert await hotline.rung(call) == ["ben"]


async def test_a_ring_that_nobody_answers_leads_on_in_its_time(open_hotline: Open) -> None:
    hotline = await open_hotline(RING, "ann")
    await hotline.on_duty("ann")
    call = await hotline.call()
    with travel(by=timedelta(seconds=35)):
        async with unit_of_work() as session:
            await duty.seen(session, hotline.people["ann"])
    with travel(by=timedelta(seconds=61)):
        async with unit_of_work() as session:
            from hark.switchboard.calls import seen  # noqa: PLC0415

            await seen(session, call)
        await clock.tick()
        assert (await hotline.row(call)).state["node"] == "voicemail"
        assert await hotline.rung(call) == []


async def test_the_oldest_waiter_is_offered_first(open_hotline: Open) -> None:
    """chatwoot#10583: the oldest waiter starves."""
    hotline = await open_hotline(QUEUE, "ann", "ben")
    await hotline.on_duty("ann", "ben")
    busy = [await hotline.call() for _ in range(2)]
    for call in busy:
        await accept(hotline, call, (await hotline.rung(call))[0])
    first, second = await hotline.call(), await hotline.call()
    assert await hotline.rung(first) == await hotline.rung(second) == []
    await hotline.hang_up(busy[0])
    assert len(await hotline.rung(first)) == 1
    assert await hotline.rung(second) == []


async def test_the_last_one_going_off_duty_leads_the_waiting_on(open_hotline: Open) -> None:
    """yap#327, yap#960: waiting 45–75 minutes and never reaching voicemail."""
    hotline = await open_hotline(QUEUE, "ann")
    await hotline.on_duty("ann")
    await accept(hotline, await hotline.call(), "ann")
    waiting = await hotline.call()
    async with unit_of_work() as session:
        await duty.set_duty(session, hotline.people["ann"], "off")
    await clock.tick()
    assert (await hotline.row(waiting)).state["node"] == "voicemail"


async def test_a_lost_volunteer_puts_the_caller_back_in_front(open_hotline: Open) -> None:
    hotline = await open_hotline(QUEUE, "ann", "ben")
    await hotline.on_duty("ann")
    call = await hotline.call()
    await accept(hotline, call, "ann")
    await hotline.on_duty("ben")
    async with unit_of_work() as session:
        await duty.seen(session, hotline.people["ann"], closing=True)
    with travel(by=timedelta(seconds=5)):
        await clock.tick()
        assert await hotline.rung(call) == ["ben"]
        assert (await hotline.row(call)).priority > 0


async def test_wrap_up_keeps_calls_away_until_it_is_over(open_hotline: Open) -> None:
    hotline = await open_hotline(QUEUE, "ann", wrap_up=120)
    await hotline.on_duty("ann")
    call = await hotline.call()
    await accept(hotline, call, "ann")
    await hotline.hang_up(call)
    waiting = await hotline.call()
    assert await hotline.rung(waiting) == []
    async with unit_of_work() as session:
        await answering.ready(session, hotline.people["ann"])
    assert await hotline.rung(waiting) == ["ann"]


async def test_a_handed_over_call_changes_hands_only_when_the_colleague_accepts(open_hotline: Open) -> None:
    hotline = await open_hotline(RING, "ann", "ben")
    await hotline.on_duty("ann")
    call = await hotline.call()
    await accept(hotline, call, "ann")
    with pytest.raises(Conflict):
        async with unit_of_work() as session:
            await asking.hand_over(session, hotline.people["ann"], hotline.people["ben"])
    await hotline.on_duty("ben")
    async with unit_of_work() as session:
        await asking.hand_over(session, hotline.people["ann"], hotline.people["ben"])
    assert await hotline.rung(call, "talking") == ["ann"]
    await accept(hotline, call, "ben")
    assert await hotline.rung(call, "talking") == ["ben"]
    assert (await hotline.row(call)).state["member"] == str(hotline.people["ben"])


async def test_a_caller_without_a_microphone_rings_nobody_and_is_led_on(open_hotline: Open) -> None:
    hotline = await open_hotline(QUEUE, "ann")
    await hotline.on_duty("ann")
    call = await hotline.call(microphone=False)
    assert await hotline.rung(call, "ringing", "cancelled") == []
    assert (await hotline.row(call)).state["node"] == "sorry"


async def test_another_tenants_offer_does_not_exist(open_hotline: Open) -> None:
    mine = await open_hotline(RING, "ann")
    await mine.on_duty("ann")
    call = await mine.call()
    key = await mine.offer_of(call, "ann")
    other = await open_hotline(RING, "eve")
    with tenant_scope(other.tenant), pytest.raises(NotFound):
        async with unit_of_work() as session:
            await answering.accept(session, mine.people["ann"], key)
