"""A real telephone call, from the first ring to the last word."""

import asyncio

from sqlmodel import select

from hark.recordings.models import Recording
from hark.switchboard import left
from hark.switchboard.models import Voicemail
from infra.database import unit_of_work
from infra.scope import tenant_scope
from tenants.lines.settings import LineSetting
from tests.phone.conftest import Open, answers_on, number_for
from tests.switchboard.conftest import RING, Hotline
from tests.voice import scenarios
from tests.voice.calls.conftest import Exchange, until_call


async def test_a_caller_whom_nobody_can_answer_leaves_a_voicemail(open_hotline: Open, connected: Exchange) -> None:
    hotline = await open_hotline(RING, "ann")
    phone = await connected.dial(await number_for(hotline))
    await phone.sound.until_heard(0.5)
    call = await until_call(hotline)
    assert (call.channel, call.carrier, call.phase) == ("phone", "asterisk", "flow")
    await phone.sound.say(4.0)
    await phone.sound.press("#")
    ended = await until_call(hotline, outcome="voicemail")
    assert ended.phase == "ended"
    assert (await phone.done()).code == 0
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            row = (await session.exec(select(Voicemail))).one()
            assert row.seconds >= 3
            assert (await left.sound(session, row))[:4] == b"RIFF"


async def test_a_volunteer_on_a_mobile_takes_the_call_with_a_key(open_hotline: Open, connected: Exchange) -> None:
    hotline = await open_hotline(RING, "ann")
    e164 = await number_for(hotline)
    await hotline.on_duty("ann")
    await answers_on(hotline, "ann", "mobile", "+447400123451")
    ann = await connected.company(scenarios.telephone())
    caller = await connected.dial(e164)
    invite = await ann.until("INVITE")
    assert "447400123451" in invite.split("\n")[0]
    assert "442079460123" not in invite, "the caller's number is never shown to a volunteer"
    assert e164.removeprefix("+") in invite
    await ann.sound.until_heard(1)
    assert (await until_call(hotline)).phase == "waiting"
    await ann.sound.press("1")
    await until_call(hotline, phase="talking")
    before = caller.sound.heard
    await ann.sound.say(2.0)
    assert caller.sound.heard > before + 1
    before = ann.sound.heard
    await caller.sound.say(2.0)
    assert ann.sound.heard > before + 1
    await caller.hang_up()
    await until_call(hotline, outcome="answered")
    assert (await ann.done()).code == 0


async def test_a_talk_is_recorded_after_the_caller_was_told(open_hotline: Open, connected: Exchange) -> None:
    hotline = await open_hotline(RING, "ann")
    e164 = await number_for(hotline)
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            session.add(LineSetting(id=hotline.line.id, record=True, consent={"en": "We record this."}))
    await hotline.on_duty("ann")
    await answers_on(hotline, "ann", "mobile", "+447400123451")
    ann = await connected.company(scenarios.telephone())
    caller = await connected.dial(e164)
    await ann.sound.until_heard(1)
    await ann.sound.press("1")
    await until_call(hotline, phase="talking")
    await caller.sound.until_heard(0.4)
    await ann.sound.say(3.0)
    await caller.sound.say(2.0)
    await caller.hang_up()
    await until_call(hotline, outcome="answered")
    await ann.done()
    async with asyncio.timeout(25):
        while not (kept := await recordings_of(hotline)):
            await asyncio.sleep(0.1)
    assert kept[0].seconds >= 3


async def recordings_of(hotline: Hotline) -> list[Recording]:
    """What is kept of the hotline's talks."""
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            return list((await session.exec(select(Recording))).all())
