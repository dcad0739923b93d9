"""Connections break, switches are old, killed or taken over: what is told, and what goes on undisturbed."""

import asyncio
from urllib.parse import quote

import pytest

from infra.carriers.asterisk import switch as switching
from infra.carriers.asterisk import voice as speaking
from infra.carriers.asterisk.voice import AsteriskVoice
from infra.carriers.protocol import (
    Answered,
    Arrived,
    Join,
    Lost,
    Over,
    Play,
    Prompt,
    Record,
    Resync,
    Ring,
)
from infra.carriers.protocol import (
    Heard as Said,
)
from tests.carriers.asterisk.fake_ari import PASSWORD, Channel, FakeAri
from tests.carriers.asterisk.heard import Heard

NODE = "one"
HELLO = Prompt("hello", "en", "http://hark.test/hello.wav")


async def test_only_what_we_use_is_asked_for_and_no_secret_stands_in_an_address(
    fake: FakeAri, voice: AsteriskVoice
) -> None:
    assert "ChannelVarset" not in fake.wanted
    assert {"StasisStart", "StasisEnd", "RESTResponse"} <= set(fake.wanted)
    assert fake.addresses
    assert not any(quote(PASSWORD) in address or PASSWORD in address for address in fake.addresses)


async def test_an_old_asterisk_is_asked_by_http(heard: Heard) -> None:
    async with FakeAri(old=True).running() as fake, heard.of(fake.node()) as voice:
        await heard.until(Resync)
        await fake.arrive("1")
        await heard.until(Arrived)
        await voice.carry_out(NODE, Play("1", "p", (HELLO,), "music"))
        await voice.carry_out(NODE, Play("1", "q", (HELLO,)))
        await voice.carry_out(NODE, Join("1", "j", "room"))
        await fake.until(lambda: fake.bridges.get("room") == ["1"])
        assert fake.channels["1"].playing == []
        assert heard.count(Said) == 0


async def test_what_lives_there_is_told_when_we_connect(heard: Heard) -> None:
    async with FakeAri().running() as fake:
        fake.channels = {
            "1": Channel("1", state="Up", args=["incoming"]),
            "2": Channel("2", state="Ring", args=["incoming"]),
            "rung": Channel("rung", state="Ringing", account="hark"),
            "theirs": Channel("theirs", state="Up"),
            "ear": Channel("ear", state="Up", name="Snoop/1-1", args=["beside"]),
        }
        async with heard.of(fake.node()):
            assert await heard.until(Resync) == Resync(NODE, {"1": True, "2": False, "rung": False})
            await fake.answer("rung")
            await heard.until(Answered, ref="rung")


async def test_a_lost_connection_is_told_and_made_again(fake: FakeAri, voice: AsteriskVoice, heard: Heard) -> None:
    await fake.arrive("1")
    await heard.until(Arrived)
    await voice.carry_out(NODE, Join("1", "j", "room"))
    await fake.until(lambda: fake.bridges.get("room") == ["1"])
    heard.signals.clear()
    await fake.cut()
    await heard.until(Lost)
    assert (await heard.until(Resync)).legs == {"1": True}
    before = len(fake.requests)
    await voice.carry_out(NODE, Join("1", "j", "room"))
    await fake.quiet()
    left = [asked for asked in fake.asked()[before:] if "Channel" in asked]
    assert left == []  # the talk went on and goes on
    await fake.hang_up("1")
    await heard.until(Over, ref="1")
    await fake.until(lambda: fake.bridges == {})


async def test_words_that_go_on_without_us_are_found_again(fake: FakeAri, voice: AsteriskVoice, heard: Heard) -> None:
    await fake.arrive("1")
    await heard.until(Arrived)
    await voice.carry_out(NODE, Play("1", "p", (HELLO,), "music"))
    await fake.until(lambda: bool(fake.channels["1"].playing))
    heard.signals.clear()
    await fake.cut()
    await heard.until(Resync)
    await voice.carry_out(NODE, Play("1", "p", (HELLO,), "music"))
    await fake.quiet()
    assert fake.channels["1"].playing == ["1~p"]  # not twice
    await fake.finish("1")
    await fake.until(lambda: fake.channels["1"].noise == {"moh"})
    assert fake.stuck == []


async def test_a_message_that_is_being_left_goes_on_without_us(
    fake: FakeAri, voice: AsteriskVoice, heard: Heard
) -> None:
    await fake.arrive("1")
    await heard.until(Arrived)
    await voice.carry_out(NODE, Record("1", "v", (), 60))
    await fake.until(lambda: bool(fake.channels["1"].recording))
    heard.signals.clear()
    await fake.cut()
    await heard.until(Resync)
    await voice.carry_out(NODE, Record("1", "v", (), 60))
    await fake.quiet()
    assert len([asked for asked in fake.asked("POST") if asked.endswith("/record")]) == 1


async def test_whatever_was_said_before_we_came_holds_up_nobody_else(
    fake: FakeAri, voice: AsteriskVoice, heard: Heard
) -> None:
    await fake.arrive("1")
    await heard.until(Arrived)
    await voice.carry_out(NODE, Play("1", "p", (HELLO,)))
    await fake.until(lambda: bool(fake.channels["1"].playing))
    heard.signals.clear()
    await fake.cut()
    await heard.until(Resync)
    await voice.carry_out(NODE, Join("1", "other", "room"))
    await fake.until(lambda: fake.bridges.get("room") == ["1"])
    assert fake.stuck == []


async def test_a_connection_that_breaks_in_the_middle_of_a_command_leaves_it_to_be_sent_again(
    fake: FakeAri, voice: AsteriskVoice, heard: Heard
) -> None:
    await fake.arrive("1")
    await heard.until(Arrived)
    fake.hearing.clear()
    await voice.carry_out(NODE, Play("1", "p", (HELLO,), "music"))
    await asyncio.sleep(0.05)
    await fake.cut()
    await heard.until(Lost)
    await voice.carry_out(NODE, Play("1", "p", (HELLO,), "music"))  # to nobody; raises nothing
    fake.hearing.set()
    heard.signals.clear()
    await heard.until(Resync)
    await voice.carry_out(NODE, Play("1", "p", (HELLO,), "music"))
    await fake.until(lambda: fake.channels["1"].playing == ["1~p"])
    await fake.finish("1")
    await fake.until(lambda: fake.channels["1"].noise == {"moh"})


async def test_who_arrives_while_we_connect_arrives_before_we_say_who_is_there(heard: Heard) -> None:
    async with FakeAri().running() as fake:
        fake.hearing.clear()
        async with heard.of(fake.node()):
            while not fake.connections:  # noqa: ASYNC110  # the connection is there before any request of ours is done
                await asyncio.sleep(0.01)
            fake.wanted = ["StasisStart"]
            await fake.arrive("early")
            fake.hearing.set()
            resync = await heard.until(Resync)
            assert resync.legs == {"early": False}
            assert [type(signal) for signal in heard.signals] == [Arrived, Resync]


async def test_an_asterisk_that_is_away_is_lost_once_and_found_when_it_is_back(heard: Heard) -> None:
    fake = FakeAri()
    async with fake.running():
        node = fake.node()
        port = int(fake.address.rpartition(":")[2])
    async with heard.of(node) as voice:
        await heard.until(Lost)
        await voice.carry_out(NODE, Ring("leg", "r", "member:o-anna", "", 20))
        async with FakeAri().running(port):
            await heard.until(Resync)
        assert heard.count(Lost) <= 2
        assert heard.signals[0] == Lost(NODE)


async def test_whoever_takes_our_place_is_not_fought(
    fake: FakeAri, voice: AsteriskVoice, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speaking, "REPLACED_PAUSE", 0.3)
    await fake.tell("StasisStart", channel=Channel("1"), args=["incoming", "+44"])
    fake.wanted.append("ApplicationReplaced")
    connections = fake.connections
    await fake.tell("ApplicationReplaced")
    await heard.until(Lost)
    await asyncio.sleep(0.1)
    assert fake.connections == connections
    heard.signals.clear()
    await heard.until(Resync)


async def test_who_waits_with_nobody_is_not_forgotten_by_the_switch(
    heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switching, "RENEWAL", 0.05)
    async with FakeAri().running() as fake, heard.of(fake.node()) as voice:
        await heard.until(Resync)
        for ref in ("waits", "talks", "hears", "unanswered"):
            await fake.arrive(ref)
            await heard.until(Arrived, ref=ref)
        await voice.carry_out(NODE, Play("waits", "p", (), "music"))
        await voice.carry_out(NODE, Join("talks", "j", "room"))
        await voice.carry_out(NODE, Play("hears", "p", (HELLO,)))
        await fake.until(lambda: bool(fake.channels["hears"].playing))
        await fake.until(lambda: fake.bridges.get("room") == ["talks"])
        await fake.quiet(0.02)
        for channel in fake.channels.values():
            channel.variables.clear()
        await fake.until(lambda: bool(fake.channels["waits"].variables))
        assert {ref for ref, channel in fake.channels.items() if channel.variables} == {"waits"}
