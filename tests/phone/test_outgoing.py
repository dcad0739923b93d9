"""Calls that we make: nobody is rung into silence, nobody beyond the allowance, and what was typed is asked for."""

import json

import pytest
from sqlmodel import select

from hark.phone import turns
from hark.phone.outgoing import calling as outgoing
from hark.switchboard import left
from hark.switchboard.models import Call, Callback
from infra.carriers.protocol import Play
from infra.database import unit_of_work
from infra.errors import Conflict
from infra.scope import tenant_scope
from infra.vault import unseal
from tenants.devices import service as devices
from tenants.devices.models import Device
from tenants.members.models import Member
from tests.phone.conftest import Open, answers_on, number_for
from tests.phone.network import PaperNetwork
from tests.switchboard.conftest import RING, Hotline

ANN, CALLER = "+447400123451", "+447400123459"


async def asked_back(hotline: Hotline, network: PaperNetwork, e164: str) -> Callback:
    """Somebody called while nobody was there, and asked to be called back."""
    caller = await network.dial(e164, CALLER)
    await network.hang_up(caller)
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            call = (await session.exec(select(Call))).one()
            await left.book_callback(session, call.id, reach={"reach": CALLER}, window={"days": []}, voicemail_ok=False)
            return (await session.exec(select(Callback))).one()


async def call_back(hotline: Hotline, wish: Callback) -> None:
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            ann = (await session.exec(select(Member).where(Member.id == hotline.people["ann"]))).one()
            await outgoing.call_back(session, wish, ann)
    await turns.quiet()


async def newest(hotline: Hotline) -> Call:
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            return (await session.exec(select(Call).order_by(Call.started_at.desc()))).first()  # type: ignore[attr-defined]


async def test_the_caller_is_rung_once_the_volunteer_is_there(open_hotline: Open, network: PaperNetwork) -> None:
    hotline = await open_hotline(RING, "ann")
    e164 = await number_for(hotline, network)
    wish = await asked_back(hotline, network, e164)
    await hotline.on_duty("ann")
    await answers_on(hotline, "ann", "mobile", ANN)
    await call_back(hotline, wish)
    [ann] = network.ringing()
    assert (ann.to, ann.shown) == (f"number:{ANN}", e164)
    await network.pick_up(ann)
    assert not network.ringing(CALLER[1:])
    await network.press(ann, "1")
    [caller] = network.ringing(CALLER[1:])
    assert caller.shown == e164
    assert isinstance(ann.now, Play)
    assert ann.now.then == "ringback"
    await network.pick_up(caller)
    assert ann.room == caller.room == str((await newest(hotline)).id)
    await network.hang_up(caller)
    assert ann.over
    assert (await newest(hotline)).outcome == "answered"


async def test_a_caller_who_isnt_reached_is_no_answered_call(open_hotline: Open, network: PaperNetwork) -> None:
    hotline = await open_hotline(RING, "ann")
    wish = await asked_back(hotline, network, await number_for(hotline, network))
    await hotline.on_duty("ann")
    await answers_on(hotline, "ann", "desk")
    await call_back(hotline, wish)
    [ann] = network.ringing()
    await network.pick_up(ann)
    [caller] = network.ringing(CALLER[1:])
    await network.hang_up(caller, "busy")
    call = await newest(hotline)
    assert (call.phase, call.outcome, call.answered_at) == ("ended", "unreached", None)
    assert ann.over


async def test_whoever_is_in_a_call_makes_no_other(open_hotline: Open, network: PaperNetwork) -> None:
    hotline = await open_hotline(RING, "ann")
    e164 = await number_for(hotline, network)
    wish = await asked_back(hotline, network, e164)
    await hotline.on_duty("ann")
    await answers_on(hotline, "ann", "desk")
    await network.dial(e164)
    with pytest.raises(Conflict):
        await call_back(hotline, wish)
    assert not network.rung(CALLER[1:])


async def test_a_mobile_is_verified_by_what_is_typed_on_it(open_hotline: Open, network: PaperNetwork) -> None:
    hotline = await open_hotline(RING, "ann")
    e164 = await number_for(hotline, network)
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            row = await devices.add_mobile(session, hotline.people["ann"], ANN, "GB")
            code = await devices.ask_code(session, hotline.people["ann"], row.id)
            await outgoing.verify(session, row)
    await turns.quiet()
    [leg] = network.ringing()
    assert (leg.to, leg.shown) == (f"number:{ANN}", e164)
    await network.pick_up(leg)
    await network.press(leg, "0000#" if code != "0000" else "1111#")
    assert leg.over
    assert not await verified(hotline)
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            await outgoing.verify(session, row)
    await turns.quiet()
    [leg] = network.ringing()
    await network.pick_up(leg)
    await network.press(leg, f"{code}#")
    assert "Thank you" in leg.said[-1]
    assert await verified(hotline)


async def verified(hotline: Hotline) -> bool:
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            return (await session.exec(select(Device))).one().verified_at is not None


async def test_a_call_back_is_booked_by_keys(open_hotline: Open, network: PaperNetwork) -> None:
    """On the caller's own conditions: another number, in the evening, nothing said to a machine."""
    ask = {
        "type": "callback", "text": {"en": "We can call you back.", "zh-Hans": "回电"}, "seconds": 120,
        "ask": ["window", "voicemail_ok", "wording"], "booked": "thanks", "declined": "sorry",
    }  # fmt: skip
    hotline = await open_hotline(ask, "ann")
    caller = await network.dial(await number_for(hotline, network), CALLER)
    assert caller.said[0] == "We can call you back."
    assert CALLER not in " ".join(caller.said)
    await network.press(caller, "2")
    await network.press(caller, "07400123458#")
    assert caller.said[-12:-1] == list("07400123458"), "no sound of the whole number is kept"
    await network.press(caller, "1")
    await network.press(caller, "4")
    await network.press(caller, "2")
    await network.press(caller, "2")
    assert caller.over
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            wish = (await session.exec(select(Callback))).one()
            told = json.loads(await unseal(session, wish.sealed))
    assert told["reach"] == "+447400123458"
    assert (wish.window["from"], wish.window["until"], wish.voicemail_ok) == ("18:00", "22:00", False)
    assert (await newest(hotline)).outcome == "callback"
