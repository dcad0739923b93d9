"""Calls of a telephone company's come to exactly that account at our switch which is to ring, and to nobody else."""

import asyncio

import pytest
from sqlalchemy import update
from sqlmodel import select

from hark.answering import softphone
from hark.console.carrier import carry
from hark.phone.models import Leg
from hark.switchboard.models import Duty, Offer
from hark.switchboard.offering import answering
from hark.switchboard.touched import touch
from infra.database import unit_of_work
from infra.scope import tenant_scope
from tests.carriers.twiml.fake.following import FakeCall
from tests.phone.cloud.conftest import ready
from tests.phone.conftest import Open
from tests.phone.test_calls import the_call
from tests.switchboard.conftest import RING, Hotline
from tests.voice import scenarios
from tests.voice.calls.desk import desk_phone, plugged_in
from tests.voice.entrance.conftest import Way
from tests.voice.sipp import Sipp, address

pytestmark = pytest.mark.parametrize("vendor", ["twilio", "telnyx"], indirect=True)


async def hotline_at_desks(open_hotline: Open, *names: str) -> tuple[Hotline, str]:
    """A hotline with a number at the company, whose people are on duty; their desk phones are plugged in later."""
    return await ready(open_hotline, RING, "mobile", **dict.fromkeys(names, "+447400123451"))


async def until_rung(way: Way) -> FakeCall:
    """The company's call to an address of ours."""
    async with asyncio.timeout(10):
        while not (found := [call for call in way.vendor.calls.values() if call.to.startswith("sip:")]):
            await asyncio.sleep(0.02)
    return found[-1]


async def test_the_desk_phone_of_who_is_offered_the_call_rings_and_talks(open_hotline: Open, way: Way) -> None:
    hotline, e164 = await hotline_at_desks(open_hotline, "ann", "ben")
    ann = await plugged_in(way.asterisk, await desk_phone(hotline, "ann"), 5, scenarios.telephone())
    other = await desk_phone(hotline, "ben")
    ben = await plugged_in(way.asterisk, other, 6, scenarios.telephone_that_rings())
    caller = await way.vendor.dial(e164)
    invite = await ann.until("INVITE")
    assert e164.removeprefix("+") not in invite or "447700900123" not in invite
    leg = await until_rung(way)
    assert leg.to.endswith(f"@{way.asterisk.at.entrance}")
    async with asyncio.timeout(10):
        while caller.room is None:
            await asyncio.sleep(0.05)
            await way.vendor.settle()
    talking = [call for call in way.vendor.calls.values() if call.room and call is not caller]
    assert [call.room for call in talking] == [caller.room] == [str((await the_call(hotline)).id)]
    assert not any(call.said for call in talking), "who picks a desk phone up is there: no key is asked for"
    line = way.brought[talking[0].sid]
    await line.until_talking()
    await line.sound.say(1)
    assert ann.sound.heard > 0.5
    await ben.until("CANCEL")
    await line.hang_up()
    assert (await ann.done()).code == 0


async def test_the_name_holds_once_and_only_while_the_leg_is_to_ring(open_hotline: Open, way: Way) -> None:
    hotline, e164 = await hotline_at_desks(open_hotline, "ann")
    phone = await desk_phone(hotline, "ann")
    ann = await plugged_in(way.asterisk, phone, 5, scenarios.telephone_that_rings())
    caller = await way.vendor.dial(e164)
    await ann.until("INVITE")
    name = (await until_rung(way)).to.removeprefix("sip:").partition("@")[0]
    again = await (await way.dial(name, scenarios.caller_refused(603))).done()
    assert again.code == 0, again.complaints
    await caller.hang_up()
    await way.brought[(await until_rung(way)).sid].vanish()
    late = await (await way.dial(name, scenarios.caller_refused(603))).done()
    assert late.code == 0, late.complaints
    assert len([message for message in ann.messages() if message.startswith("INVITE")]) == 1


async def test_nobody_else_gets_in(open_hotline: Open, way: Way) -> None:
    hotline, _ = await hotline_at_desks(open_hotline, "ann")
    phone = await desk_phone(hotline, "ann")
    ann = await plugged_in(way.asterisk, phone, 5, scenarios.telephone())
    for name in (phone.username, "447700900123", "+447700900123", "echo", "s", "start", f"k{'0' * 64}", "k1"):
        refused = await way.dial(name, scenarios.caller())
        said = await refused.until("SIP/2.0 4", "SIP/2.0 5", "SIP/2.0 6", "SIP/2.0 2", within=15)
        assert not said.startswith("SIP/2.0 2"), name
        await refused.vanish()
    assert not [message for message in ann.messages() if message.startswith("INVITE")]
    await way.asterisk.until_quiet()


async def test_a_desk_phone_that_isnt_there_passes_the_call_on(open_hotline: Open, way: Way) -> None:
    hotline, e164 = await hotline_at_desks(open_hotline, "ann")
    await desk_phone(hotline, "ann")
    await way.vendor.dial(e164)
    call = await until_rung(way)
    await asyncio.gather(*way.bringing)
    await way.vendor.settle()
    assert call.answered_with == "480"
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            leg = (await session.exec(select(Leg).where(Leg.role == "operator"))).one()
            assert (leg.state, leg.reason) == ("over", "unregistered")
            assert (await session.exec(select(Offer.state))).all() == ["declined"]


async def test_a_browsers_softphone_is_rung_once_its_volunteer_has_accepted(open_hotline: Open, way: Way) -> None:
    hotline, e164 = await ready(open_hotline, RING, ann="+447400123451")
    sid, member = "abcdefabcdefabcdefabcdef", hotline.people["ann"]
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            await session.execute(update(Duty).values(device="browser", device_id=None))
            account = await softphone.sign_up(session, member, sid, "/o/x/console")
    assert account is not None
    secrets = {"account": account["username"], "password": account["password"]}
    signing_in = await Sipp.start(scenarios.registers(), to=way.asterisk.sip, host=address(7), **secrets)
    assert (await signing_in.done()).code == 0
    port = signing_in.address[1]
    tab = await Sipp.start(scenarios.telephone_that_rings(), to=way.asterisk.sip, host=address(7), port=port)
    await way.vendor.dial(e164)
    assert not [call for call in way.vendor.calls.values() if call.to.startswith("sip:")]
    call = await the_call(hotline)
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            offer = (await session.exec(select(Offer.id))).one()
            await answering.accept(session, member, offer)
        await carry(call.id, member, sid)
        async with unit_of_work() as session:
            touch(session, call.id)
    await way.vendor.settle()
    assert account["username"] in (await tab.until("INVITE")).splitlines()[0]
