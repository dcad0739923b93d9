"""Commands become what channels do; each replaces the one before, and saying it again changes nothing."""

from dataclasses import replace
from pathlib import Path

import pytest

from infra.carriers.asterisk.voice import AsteriskVoice
from infra.carriers.protocol import (
    Answered,
    Arrived,
    Digit,
    GiveBack,
    HangUp,
    Join,
    Over,
    Play,
    Prompt,
    Record,
    Recorded,
    Resync,
    Ring,
)
from infra.carriers.protocol import (
    Heard as Said,
)
from tests.carriers.asterisk.fake_ari import FakeAri
from tests.carriers.asterisk.heard import Heard

NODE = "one"
HELLO = Prompt("hello", "en", "http://hark.test/hello.wav")
MENU = Prompt("press one", "en", "http://hark.test/menu.wav")
LEASE = "TIMEOUT(absolute)"


@pytest.fixture
async def caller(fake: FakeAri, voice: AsteriskVoice, heard: Heard) -> str:
    """Somebody who calls."""
    await fake.arrive("1")
    await heard.until(Arrived)
    return "1"


@pytest.fixture
async def operator(fake: FakeAri, voice: AsteriskVoice, heard: Heard) -> str:
    """Somebody whom we rang and who picked up."""
    await voice.carry_out(NODE, Ring("op", "r", "member:o-anna", "+442079460000", 20))
    await fake.until(lambda: "op" in fake.channels)
    await fake.answer("op")
    await heard.until(Answered)
    return "op"


async def test_the_first_words_answer_the_call_and_take_it_over_from_the_fallback(
    fake: FakeAri, voice: AsteriskVoice, caller: str
) -> None:
    assert fake.channels[caller].state == "Ring"
    await voice.carry_out(NODE, Play(caller, "p", (HELLO, MENU)))
    channel = fake.channels[caller]
    await fake.until(lambda: channel.playing == ["1~p"])
    assert channel.state == "Up"
    assert int(channel.variables[LEASE]) > 240  # two prompts may last that long
    [media] = [query["media"] for _, path, query in fake.requests if "/play/" in path]
    assert media == "sound:http://hark.test/hello.wav,sound:http://hark.test/menu.wav"


async def test_what_was_said_is_reported_once(fake: FakeAri, voice: AsteriskVoice, heard: Heard, caller: str) -> None:
    await voice.carry_out(NODE, Play(caller, "p", (HELLO,)))
    await fake.until(lambda: bool(fake.channels[caller].playing))
    await fake.finish(caller)
    assert await heard.until(Said) == Said(caller, "p")
    await fake.quiet()
    assert heard.count(Said) == 1


@pytest.mark.parametrize(("then", "noise"), [("ringback", "ring"), ("music", "moh"), ("quiet", "silence")])
async def test_after_the_words_comes_what_follows(
    fake: FakeAri, voice: AsteriskVoice, caller: str, then: str, noise: str
) -> None:
    await voice.carry_out(NODE, Play(caller, "p", (HELLO,), then))  # type: ignore[arg-type]  # from a list of them
    channel = fake.channels[caller]
    await fake.until(lambda: bool(channel.playing))
    assert channel.noise == set()
    await fake.finish(caller)
    await fake.until(lambda: channel.noise == {noise})
    await voice.carry_out(NODE, Play(caller, "next", (MENU,)))
    await fake.until(lambda: bool(channel.playing))
    assert channel.noise == set()


async def test_a_goodbye_is_heard_and_then_the_call_ends(
    fake: FakeAri, voice: AsteriskVoice, heard: Heard, caller: str
) -> None:
    await voice.carry_out(NODE, Play(caller, "p", (HELLO,), "hang_up"))
    await fake.until(lambda: bool(fake.channels[caller].playing))
    assert heard.count(Over) == 0
    await fake.finish(caller)
    assert await heard.until(Over) == Over(caller, "gone")


async def test_words_without_sound_leave_nobody_waiting(
    fake: FakeAri, voice: AsteriskVoice, heard: Heard, caller: str
) -> None:
    await voice.carry_out(NODE, Play(caller, "p", (Prompt("no voice says this", "xx"),)))
    await heard.until(Said, id="p")
    fake.refusals["POST", "channels/1/play"] = 500
    await voice.carry_out(NODE, Play(caller, "q", (HELLO,)))
    await heard.until(Said, id="q")


async def test_a_key_stops_the_words_where_keys_are_asked_for(
    fake: FakeAri, voice: AsteriskVoice, heard: Heard, caller: str
) -> None:
    await voice.carry_out(NODE, Play(caller, "p", (MENU,), keys="12"))
    channel = fake.channels[caller]
    await fake.until(lambda: bool(channel.playing))
    await fake.press(caller, "9")
    await heard.until(Digit, key="9")
    await fake.quiet()
    assert channel.playing
    await fake.press(caller, "1")
    await fake.until(lambda: not channel.playing)
    await heard.until(Said, id="p")
    await fake.quiet()
    assert heard.count(Said) == 1


async def test_the_same_command_again_changes_nothing(fake: FakeAri, voice: AsteriskVoice, caller: str) -> None:
    again = [
        Play(caller, "p", (HELLO,), "music"), Play(caller, "m", (), "music"), Record(caller, "v", (HELLO,), 60),
        Join(caller, "j", "room"),
    ]  # fmt: skip
    for command in again:
        await voice.carry_out(NODE, command)
        await fake.quiet()
        before = len(fake.requests)
        await voice.carry_out(NODE, replace(command))
        await fake.quiet()
        assert len(fake.requests) == before, command
    assert fake.stuck == []


async def test_music_goes_on_when_only_the_reason_for_it_changes(
    fake: FakeAri, voice: AsteriskVoice, caller: str
) -> None:
    await voice.carry_out(NODE, Play(caller, "queue", (), "music"))
    await fake.until(lambda: fake.channels[caller].noise == {"moh"})
    before = len(fake.requests)
    await voice.carry_out(NODE, Play(caller, "hold", (), "music"))
    await fake.quiet()
    assert len(fake.requests) == before


async def test_new_words_wait_for_nothing_that_is_still_being_said(
    fake: FakeAri, voice: AsteriskVoice, heard: Heard, caller: str
) -> None:
    for id in ("a", "b", "c"):
        await voice.carry_out(NODE, Play(caller, id, (HELLO,)))
    channel = fake.channels[caller]
    await fake.until(lambda: channel.playing == ["1~c"])
    await voice.carry_out(NODE, Play(caller, "d", (MENU,)))
    await fake.until(lambda: channel.playing == ["1~d"])
    assert fake.stuck == []
    assert heard.count(Said) == 0  # those that were cut off for another were not heard


async def test_two_people_talk_in_a_room_that_closes_after_them(
    fake: FakeAri, voice: AsteriskVoice, heard: Heard, caller: str, operator: str
) -> None:
    await voice.carry_out(NODE, Play(caller, "w", (HELLO,), "ringback"))
    await fake.until(lambda: bool(fake.channels[caller].playing))
    await voice.carry_out(NODE, Join(caller, "j", "room"))
    await voice.carry_out(NODE, Join(operator, "j", "room"))
    await fake.until(lambda: sorted(fake.bridges.get("room", ())) == [caller, operator])
    assert fake.channels[caller].playing == []
    await fake.quiet()
    assert fake.channels[caller].variables[LEASE] == "14400"
    await voice.carry_out(NODE, HangUp(operator, "h"))
    await heard.until(Over, ref=operator)
    assert fake.bridges == {"room": [caller]}
    await fake.hang_up(caller)
    await fake.until(lambda: fake.bridges == {})


async def test_on_hold_a_caller_leaves_the_room_and_hears_music(
    fake: FakeAri, voice: AsteriskVoice, caller: str, operator: str
) -> None:
    for ref in (caller, operator):
        await voice.carry_out(NODE, Join(ref, "j", "room"))
    await fake.until(lambda: len(fake.bridges.get("room", ())) == 2)
    await voice.carry_out(NODE, Play(caller, "hold", (), "music"))
    await fake.until(lambda: fake.channels[caller].noise == {"moh"})
    assert fake.bridges == {"room": [operator]}
    assert int(fake.channels[caller].variables[LEASE]) <= 300  # alone again: not for hours
    await voice.carry_out(NODE, Join(caller, "back", "room"))
    await fake.until(lambda: len(fake.bridges["room"]) == 2)
    assert fake.channels[caller].noise == set()


async def test_a_room_that_empties_while_somebody_comes_stays(
    fake: FakeAri, voice: AsteriskVoice, caller: str, operator: str
) -> None:
    await voice.carry_out(NODE, Join(operator, "j", "room"))
    await fake.until(lambda: fake.bridges == {"room": [operator]})
    await voice.carry_out(NODE, Join(caller, "j", "room"))
    await voice.carry_out(NODE, HangUp(operator, "h"))
    await fake.until(lambda: fake.bridges == {"room": [caller]})
    await fake.quiet()
    assert fake.bridges == {"room": [caller]}


async def test_who_listens_is_not_heard_and_may_join_in(
    fake: FakeAri, voice: AsteriskVoice, caller: str, operator: str
) -> None:
    await voice.carry_out(NODE, Join(operator, "l", "room", "listen"))
    await fake.until(lambda: fake.channels[operator].room == "room")
    assert fake.channels[operator].muted
    await voice.carry_out(NODE, Join(operator, "t", "room"))
    await fake.until(lambda: not fake.channels[operator].muted)
    assert fake.bridges == {"room": [operator]}


async def test_who_whispers_is_with_the_one_alone_and_leaves_nothing_behind(
    fake: FakeAri, voice: AsteriskVoice, heard: Heard, caller: str, operator: str
) -> None:
    await voice.carry_out(NODE, Join(caller, "j", "room"))
    await voice.carry_out(NODE, Join(operator, "w", "room", "whisper", to=caller))
    await fake.until(lambda: len(fake.bridges.get("op.beside", ())) == 2)
    beside = fake.channels["op.beside"]
    assert beside.variables | {"spy": "both", "whisper": "out", "on": caller} == beside.variables
    assert fake.bridges["room"] == [caller]
    await voice.carry_out(NODE, Join(operator, "t", "room"))
    await fake.until(lambda: sorted(fake.bridges.get("room", ())) == [caller, operator])
    await fake.until(lambda: "op.beside" not in fake.channels and "op.beside" not in fake.bridges)
    await voice.carry_out(NODE, Join(operator, "w2", "room", "whisper", to=caller))
    await fake.until(lambda: len(fake.bridges.get("op.beside", ())) == 2)
    await fake.hang_up(operator)
    await fake.until(lambda: "op.beside" not in fake.channels and "op.beside" not in fake.bridges)
    assert heard.count(Arrived) == 1  # the ear is nobody's call
    assert heard.count(Over, ref="op.beside") == 0


async def test_whom_to_whisper_to_is_gone(fake: FakeAri, voice: AsteriskVoice, caller: str, operator: str) -> None:
    await voice.carry_out(NODE, Join(caller, "j", "room"))
    await voice.carry_out(NODE, Join(operator, "w", "room", "whisper", to="nobody"))
    await fake.until(lambda: len(fake.bridges.get("room", ())) == 2)
    assert fake.channels[operator].muted


async def test_a_message_is_asked_for_and_recorded(fake: FakeAri, voice: AsteriskVoice, caller: str) -> None:
    await voice.carry_out(NODE, Play(caller, "m", (), "music"))
    await voice.carry_out(NODE, Record(caller, "v", (HELLO,), 90))
    channel = fake.channels[caller]
    await fake.until(lambda: bool(channel.recording))
    assert channel.playing == ["1~v"]
    [asked] = [query for _, path, query in fake.requests if path.endswith("/record")]
    wanted = {"format": "wav", "beep": "true", "terminateOn": "#", "maxDurationSeconds": "90", "maxSilenceSeconds": "7"}
    assert asked | wanted == asked
    assert int(channel.variables[LEASE]) > 90 + 120


async def test_a_message_that_is_broken_off_for_a_talk_is_kept(
    fake: FakeAri, voice: AsteriskVoice, heard: Heard, caller: str
) -> None:
    await voice.carry_out(NODE, Record(caller, "v", (HELLO,), 90))
    await fake.until(lambda: bool(fake.channels[caller].recording))
    await voice.carry_out(NODE, Join(caller, "j", "room"))
    await fake.until(lambda: fake.bridges.get("room") == [caller])
    assert (await heard.until(Recorded)).id == "v"
    assert fake.stuck == []


async def test_ringing_names_whom_with_our_number_and_for_how_long(fake: FakeAri, voice: AsteriskVoice) -> None:
    for ref, to in (("a", "number:+442079460001"), ("b", "number:+442079460001@other"), ("c", "member:o-anna")):
        await voice.carry_out(NODE, Ring(ref, "r", to, "+442079460000", 25))
    await fake.until(lambda: len(fake.channels) == 3)
    rung = {ref: channel.variables for ref, channel in fake.channels.items()}
    assert rung["a"]["endpoint"] == "PJSIP/+442079460001@trunk-main"
    assert rung["b"]["endpoint"] == "PJSIP/+442079460001@trunk-other"
    assert rung["c"]["endpoint"] == "PJSIP/o-anna"
    assert {(one["callerId"], one["timeout"], one[LEASE]) for one in rung.values()} == {
        ("+442079460000", "25", "14400")
    }
    await voice.carry_out(NODE, Ring("a", "r2", "number:+442079460001", "+442079460000", 25))
    await fake.quiet()
    assert len(fake.channels) == 3  # 409: it rings already


@pytest.mark.parametrize(
    ("to", "endpoints", "why"),
    [
        ("member:o-anna", {}, "unregistered"),
        ("member:o-anna", {"o-anna": "offline"}, "unregistered"),
        ("member:o-anna", {"o-anna": "online"}, "unreachable"),
        ("number:+442079460001", {"trunk-main": "offline"}, "unreachable"),
        ("number:12ab", {}, "invalid"),
        ("number:+44&PJSIP/x", {}, "invalid"),
        ("member:x/../y", {}, "invalid"),
        ("", {}, "invalid"),
    ],
)
async def test_who_cannot_be_rung_at_all(
    fake: FakeAri, voice: AsteriskVoice, heard: Heard, to: str, endpoints: dict[str, str], why: str
) -> None:
    fake.endpoints = endpoints
    fake.refusals["POST", "channels/leg"] = 500
    await voice.carry_out(NODE, Ring("leg", "r", to, "+442079460000", 20))
    assert await heard.until(Over) == Over("leg", why)  # type: ignore[arg-type]  # from a list of them


async def test_hanging_up_says_why_and_twice_is_fine(
    fake: FakeAri, voice: AsteriskVoice, heard: Heard, caller: str
) -> None:
    await voice.carry_out(NODE, HangUp(caller, "h", "busy"))
    await heard.until(Over)
    assert [query["reason_code"] for method, _, query in fake.requests if method == "DELETE"] == ["17"]
    await voice.carry_out(NODE, HangUp(caller, "h", "busy"))
    await fake.quiet()
    assert {signal.reason for signal in heard.signals if isinstance(signal, Over)} == {"gone"}


async def test_a_caller_is_given_back_to_the_fallback(
    fake: FakeAri, voice: AsteriskVoice, heard: Heard, caller: str
) -> None:
    await voice.carry_out(NODE, GiveBack(caller, "back"))
    assert await heard.until(Over) == Over(caller, "gone")
    assert fake.channels[caller].state == "Ring"  # neither answered nor ended by us
    assert "POST channels/1/continue" in fake.asked()


async def test_a_leg_that_is_gone_there_is_over(fake: FakeAri, voice: AsteriskVoice, heard: Heard, caller: str) -> None:
    del fake.channels[caller]
    await voice.carry_out(NODE, Join(caller, "j", "room"))
    assert (await heard.until(Over)).ref == caller


async def test_sounds_are_fetched_once_into_the_folder_that_asterisk_reads(
    fake: FakeAri, heard: Heard, tmp_path: Path
) -> None:
    fake.stored["hello"] = b"RIFF"
    there = Prompt("hello", "en", f"http://{fake.address}/ari/recordings/stored/hello/file?s=1")
    gone = Prompt("gone", "en", f"http://{fake.address}/ari/recordings/stored/gone/file")
    async with heard.of(fake.node(sounds=tmp_path / "said")) as voice:
        await heard.until(Resync)
        for ref in ("1", "2"):
            await fake.arrive(ref)
            await heard.until(Arrived, ref=ref)
            await voice.carry_out(NODE, Play(ref, "p", (there, gone)))
        await fake.until(lambda: all(channel.playing for channel in fake.channels.values()))
    [kept] = (tmp_path / "said").iterdir()
    assert kept.read_bytes() == b"RIFF"
    assert {query["media"] for _, path, query in fake.requests if "/play/" in path} == {f"sound:{kept.with_suffix('')}"}
