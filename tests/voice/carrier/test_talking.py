"""People who talk over a real Asterisk: sound both ways, on hold, listened to, whispered to."""

import asyncio
import re

from infra.carriers.protocol import HangUp, Join, Over, Play
from tests.voice import scenarios
from tests.voice.carrier.conftest import Stage, Words, face
from tests.voice.sipp import Sipp

SPOKEN = 0.6
SILENCE = bytes([0xFF] * 160)


async def hears(listener: Sipp, *speakers: Sipp) -> bool:
    """Whether somebody hears what these say now."""
    for speaker in speakers:
        face(speaker)
    before = listener.sound.heard
    await asyncio.gather(*(speaker.sound.say(SPOKEN) for speaker in speakers))
    await asyncio.sleep(0.1)
    return listener.sound.heard - before > SPOKEN / 2


async def test_caller_and_operator_hear_each_other(stage: Stage, words: Words) -> None:
    caller, ref = await stage.caller()
    await stage.tell(Play(ref, "wait", (words(0.3),), "ringback"))
    await caller.sound.until_heard(0.5)
    operator = await stage.operator("op")
    await stage.tell(Join(ref, "talk", "room"))
    await stage.tell(Join("op", "talk", "room"))
    await asyncio.sleep(0.2)
    assert await hears(operator, caller)
    assert await hears(caller, operator)
    assert not await hears(operator, operator)
    assert not await hears(caller, caller)  # the ringing is over
    await operator.hang_up()
    assert await stage.heard.until(Over) == Over("op", "gone")
    await caller.hang_up()
    await stage.heard.until(Over, ref=ref)
    await stage.asterisk.until_quiet()
    await stage.until_no_rooms()


async def test_keys_pass_through_a_talk_both_ways_in_the_sound(stage: Stage) -> None:
    caller, ref = await stage.caller()
    operator = await stage.operator("op")
    for one in (ref, "op"):
        await stage.tell(Join(one, "talk", "room"))
    await asyncio.sleep(0.2)
    assert await hears(operator, caller)
    for presses, hearing in ((caller, operator), (operator, caller)):
        await presses.sound.press("1#")
        await until_keys(hearing, [1, 11])
        assert presses.sound.keys_heard == ([] if presses is caller else [1, 11]), "nobody hears their own"
    assert await hears(caller, operator)


async def test_keys_of_the_signalling_pass_through_a_talk_into_the_sound(stage: Stage) -> None:
    caller, ref = await stage.caller(scenarios.info_keys("12", 2.0))
    operator = await stage.operator("op")
    for one in (ref, "op"):
        await stage.tell(Join(one, "talk", "room"))
    await until_keys(operator, [1, 2])
    await caller.done()


async def test_keys_in_the_sound_are_signalled_to_a_telephone_that_wants_them_so(stage: Stage) -> None:
    caller, ref = await stage.caller()
    operator = await stage.operator("op", scenarios.telephone_that_takes_info(2))
    for one in (ref, "op"):
        await stage.tell(Join(one, "talk", "room"))
    await asyncio.sleep(0.2)
    assert await hears(operator, caller)
    await caller.sound.press("42")
    async with asyncio.timeout(10):
        while len(told := [one for one in operator.messages() if one.startswith("INFO")]) < 2:
            await asyncio.sleep(0.05)
    assert [re.findall(r"^Signal=\s*(\S)", one, re.MULTILINE) for one in told] == [["4"], ["2"]]
    await caller.hang_up()


async def until_keys(listener: Sipp, keys: list[int]) -> None:
    """Return once somebody has heard these keys."""
    async with asyncio.timeout(10):
        while listener.sound.keys_heard != keys:
            await asyncio.sleep(0.05)


async def test_the_caller_on_hold_hears_music_and_the_operator_nothing(stage: Stage) -> None:
    caller, ref = await stage.caller()
    operator = await stage.operator("op")
    for one in (ref, "op"):
        await stage.tell(Join(one, "talk", "room"))
    await asyncio.sleep(0.2)
    assert await hears(operator, caller)
    await stage.tell(Play(ref, "hold", (), "music"))
    await caller.sound.until_heard(0.5)
    assert not await hears(operator, caller)
    await stage.tell(Join(ref, "back", "room"))
    await asyncio.sleep(0.2)
    assert await hears(operator, caller)
    assert await hears(caller, operator)
    assert not await hears(caller)


async def test_a_third_joins_and_all_hear_all(stage: Stage) -> None:
    caller, ref = await stage.caller()
    first, second = await stage.operator("one"), await stage.operator("two")
    for one in (ref, "one", "two"):
        await stage.tell(Join(one, "talk", "room"))
    await asyncio.sleep(0.2)
    for speaker in (caller, first, second):
        face(speaker)
        before = {phone: phone.sound.heard for phone in (caller, first, second)}
        await speaker.sound.say(SPOKEN)
        await asyncio.sleep(0.1)
        heard = {phone for phone, was in before.items() if phone.sound.heard - was > SPOKEN / 2}
        assert heard == {caller, first, second} - {speaker}


async def test_a_supervisor_listens_unheard_whispers_to_one_and_joins(stage: Stage) -> None:
    caller, ref = await stage.caller()
    operator, supervisor = await stage.operator("op"), await stage.operator("boss")
    for one in (ref, "op"):
        await stage.tell(Join(one, "talk", "room"))
    await stage.tell(Join("boss", "listen", "room", "listen"))
    await asyncio.sleep(0.2)
    assert await hears(supervisor, caller)
    assert await hears(supervisor, operator)
    assert not await hears(operator, supervisor)
    assert not await hears(caller, supervisor)

    await stage.tell(Join("boss", "whisper", "room", "whisper", to="op"))
    await asyncio.sleep(0.3)
    face(caller)
    breathing = asyncio.create_task(caller.sound.say(6, SILENCE))  # a whisper is laid over what is heard of the caller
    assert await hears(operator, supervisor)
    assert not await hears(caller, supervisor)
    breathing.cancel()
    assert await hears(supervisor, caller)
    assert await hears(supervisor, operator)
    assert await hears(operator, caller)

    await stage.tell(Join("boss", "join", "room"))
    await asyncio.sleep(0.3)
    assert await hears(operator, supervisor)
    assert await hears(caller, supervisor)
    assert await hears(supervisor, caller)
    for one in ("boss", "op", ref):
        await stage.tell(HangUp(one, "end"))
        await stage.heard.until(Over, ref=one)
    await stage.asterisk.until_quiet()
    await stage.until_no_rooms()
