"""Whatever is commanded and happens, in whatever order: each leg ends up doing what it was told last, nobody waits
behind anybody else, and a second telling changes nothing."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as some

from infra.carriers.asterisk.voice import AsteriskVoice
from infra.carriers.protocol import Arrived, Command, Join, Over, Play, Prompt, Record, Recorded, Resync
from infra.carriers.protocol import Heard as Said
from tests.carriers.asterisk.fake_ari import Channel, FakeAri
from tests.carriers.asterisk.heard import Heard

NODE = "one"
LEGS = ("a", "b", "c")
NOISES = {"ringback": {"ring"}, "music": {"moh"}, "quiet": {"silence"}, "report": set[str]()}
HELLO = Prompt("hello", "en", "http://hark.test/hello.wav")
REF = some.sampled_from(LEGS)
PROMPTS = some.lists(some.just(HELLO), max_size=2).map(tuple)
COMMANDS = some.one_of(
    some.builds(Play, REF, some.just(""), PROMPTS, some.sampled_from(sorted(NOISES)), some.sampled_from(["", "12"])),
    some.builds(Record, REF, some.just(""), PROMPTS, some.just(30)),
    some.builds(Join, REF, some.just(""), some.sampled_from(["room", "other"]), some.sampled_from(["talk", "listen"])),
)


@dataclass(frozen=True)
class Press:
    ref: str


@dataclass(frozen=True)
class Finish:
    ref: str


@dataclass(frozen=True)
class Cut:
    """The connection breaks; whoever commands tells everything again."""


@dataclass(frozen=True)
class Wait:
    """Everything that was begun is done."""


STEPS = some.lists(
    some.one_of(
        COMMANDS, COMMANDS, some.builds(Press, REF), some.builds(Finish, REF), some.builds(Wait), some.builds(Cut)
    ),
    max_size=12,
)


@given(STEPS)
@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_each_leg_does_what_it_was_told_last(steps: list[Any]) -> None:
    asyncio.run(_walk(steps))


async def _walk(steps: list[Any]) -> None:
    heard = Heard()
    async with AsyncExitStack() as stack:
        fake = await stack.enter_async_context(FakeAri().running())
        voice = await stack.enter_async_context(heard.of(fake.node()))
        await heard.until(Resync)
        for ref in LEGS:
            await fake.arrive(ref)
            await heard.until(Arrived, ref=ref)
        told: dict[str, Command] = {}
        for number, step in enumerate(steps):
            match step:
                case Press(ref):
                    await fake.press(ref, "1")
                case Finish(ref):
                    if fake.channels[ref].playing:
                        await fake.finish(ref)
                case Wait():
                    await fake.quiet(0.01)
                case Cut():
                    await _cut(fake, voice, heard, told)
                case command:
                    told[command.ref] = type(command)(
                        **{key: getattr(command, key) for key in command.__slots__} | {"id": f"{number}"}
                    )
                    await voice.carry_out(NODE, told[command.ref])
        await fake.quiet(0.05)
        for ref, command in told.items():
            _check(fake, fake.channels[ref], command, heard)
        before = [one for one in fake.asked() if not one.startswith("GET")]
        for command in told.values():
            await voice.carry_out(NODE, command)
        await fake.quiet(0.02)
        assert [one for one in fake.asked() if not one.startswith("GET")] == before
        assert fake.stuck == []
        assert heard.count(Over) == 0
        for ref in LEGS:
            await fake.hang_up(ref)
            await heard.until(Over, ref=ref)
        await fake.quiet(0.02)
        assert fake.bridges == {}


async def _cut(fake: FakeAri, voice: AsteriskVoice, heard: Heard, told: dict[str, Command]) -> None:
    await fake.quiet(0.01)
    resyncs = heard.count(Resync)
    await fake.cut()
    while heard.count(Resync) == resyncs:  # noqa: ASYNC110  # a second one like the first
        await asyncio.sleep(0.01)
    for command in told.values():
        await voice.carry_out(NODE, command)


def _check(fake: FakeAri, channel: Channel, command: Command, heard: Heard) -> None:
    saying = f"{channel.id}~{command.id}"
    match command:
        case Play():
            if command.prompts and channel.playing:
                assert channel.playing == [saying]
                assert channel.noise == set()
            else:
                assert channel.playing == []
                assert channel.noise == NOISES[command.then]
                assert (heard.count(Said, id=command.id) > 0) == (command.then == "report")
            assert (channel.room, channel.recording) == ("", "")
        case Record():
            assert channel.recording == saying or heard.count(Recorded, id=command.id)
            assert channel.playing in ([], [saying])
            assert (channel.room, channel.noise) == ("", set())
        case Join():
            assert (channel.room, channel.muted) == (command.room, command.how == "listen")
            assert (channel.playing, channel.recording, channel.noise) == ([], "", set())
            assert channel.id in fake.bridges[command.room]
