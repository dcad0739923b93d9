"""What survives over a real Asterisk when the connection, our process or the switch itself is gone."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest

from infra.carriers.asterisk.legs import obeying
from infra.carriers.asterisk.voice import AsteriskVoice
from infra.carriers.protocol import Arrived, HangUp, Join, Lost, Over, Play, Record, Recorded, Resync
from infra.carriers.protocol import Heard as Said
from tests.carriers.asterisk.heard import Heard
from tests.voice.asterisk import Asterisk, running
from tests.voice.carrier.conftest import Stage, Words, node_of
from tests.voice.carrier.test_talking import hears
from tests.voice.sipp import address


async def cut(voice: AsteriskVoice) -> None:
    """The connection breaks as by a fault of the network: without a word."""
    for switch in list(voice._switches.values()):
        switch.ari._socket.transport.abort()


async def test_a_talk_goes_on_without_us_and_is_found_again(stage: Stage) -> None:
    caller, ref = await stage.caller()
    operator = await stage.operator("op")
    for one in (ref, "op"):
        await stage.tell(Join(one, "talk", "room"))
    await asyncio.sleep(0.2)
    assert await hears(operator, caller)
    stage.heard.signals.clear()
    await cut(stage.voice)
    assert await hears(operator, caller)
    await stage.heard.until(Lost)
    assert (await stage.heard.until(Resync)).legs == {ref: True, "op": True}
    packets = len(operator.sound.packets)
    for one in (ref, "op"):
        await stage.tell(Join(one, "talk", "room"))
    assert await hears(operator, caller)
    assert await hears(caller, operator)
    assert len(operator.sound.packets) > packets
    await stage.tell(HangUp("op", "h"))
    await stage.heard.until(Over, ref="op")


async def test_words_and_a_message_go_on_over_a_lost_connection(stage: Stage, words: Words) -> None:
    caller, ref = await stage.caller()
    await stage.tell(Play(ref, "p", (words(2.5),)))
    await caller.sound.until_heard(0.5)
    stage.heard.signals.clear()
    await cut(stage.voice)
    await stage.heard.until(Resync)
    await stage.tell(Play(ref, "p", (words(2.5),)))
    await stage.heard.until(Said, id="p")
    assert caller.sound.heard < 2.7  # said once
    await stage.tell(Record(ref, "v", (), 30))
    await caller.sound.until_heard(0.1)
    await asyncio.sleep(0.3)
    await caller.sound.say(1.0)
    stage.heard.signals.clear()
    await cut(stage.voice)
    await stage.heard.until(Resync)
    await stage.tell(Record(ref, "v", (), 30))
    await caller.sound.say(1.5)
    await caller.sound.press("#")
    recorded = await stage.heard.until(Recorded)
    assert recorded.seconds >= 2  # both halves
    await stage.voice.forget(stage.asterisk.at.name, recorded.name)


async def test_whatever_was_being_said_is_stopped_for_something_new_after_a_lost_connection(
    stage: Stage, words: Words
) -> None:
    caller, ref = await stage.caller()
    await stage.tell(Play(ref, "p", (words(9.0),)))
    await caller.sound.until_heard(0.3)
    stage.heard.signals.clear()
    await cut(stage.voice)
    await stage.heard.until(Resync)
    begun = asyncio.get_running_loop().time()
    await stage.tell(Play(ref, "bye", (words(0.3),), "hang_up"))
    await stage.heard.until(Over)
    assert asyncio.get_running_loop().time() - begun < 3


async def test_who_hung_up_while_we_were_away_is_not_there(stage: Stage) -> None:
    caller, ref = await stage.caller()
    await stage.tell(Play(ref, "m", (), "music"))
    await caller.sound.until_heard(0.2)
    await cut(stage.voice)
    await caller.hang_up()
    stage.heard.signals.clear()
    await stage.heard.until(Resync)
    async with asyncio.timeout(5):
        while stage.heard.count(Over, ref=ref) == 0 and (await stage.heard.until(Resync)).legs:
            await asyncio.sleep(0.02)


async def test_a_caller_whose_app_died_is_taken_by_the_fallback(
    asterisk: Asterisk, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(obeying, "LEASE", 2)
    caller, ref = await stage.caller()
    await stage.tell(Play(ref, "q", (), "music"))
    await caller.sound.until_heard(0.3)
    assert (await stage.heard.until(Over)) == Over(ref, "lost")  # we live, but haven't renewed it
    async with asyncio.timeout(5):
        while not any(one["dialplan"]["context"] == "fallback" for one in await asterisk.channels()):
            await asyncio.sleep(0.05)
    await caller.hang_up()


@pytest.fixture
async def mortal() -> AsyncIterator[Asterisk]:
    """An Asterisk to be killed."""
    async with running(name="mortal") as started:
        await started.trunk("company", address(2))
        yield started


async def test_a_killed_asterisk_is_lost_and_comes_back_empty(mortal: Asterisk) -> None:
    heard = Heard()
    async with heard.of(node_of(mortal)) as voice:
        await heard.until(Resync)
        stage = Stage(mortal, voice, heard)
        _, ref = await stage.caller()
        await stage.tell(Play(ref, "m", (), "music"))
        heard.signals.clear()
        assert mortal.switch.keeper.pid
        os.kill(mortal.switch.keeper.pid, signal.SIGKILL)
        await heard.until(Lost)
        assert (await heard.until(Resync, within=20)).legs == {}
        await mortal.trunk("company", address(2))
        await stage.caller()
        assert heard.count(Arrived) == 1
