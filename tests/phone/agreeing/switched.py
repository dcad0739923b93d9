"""The people around an Asterisk in memory, which the real adapter commands."""

import asyncio
from urllib.parse import unquote

from hark.phone import turns
from infra.carriers.asterisk.voice import AsteriskVoice
from infra.carriers.protocol import Reason
from infra.speech.wav import write
from tests.carriers.asterisk.fake_ari import FakeAri
from tests.phone.agreeing.driver import LEFT_SECONDS, Seen
from tests.phone.agreeing.paper import SOUND

CAUSES: dict[Reason, int] = {"busy": 17, "no_answer": 19, "gone": 16}


class OnAsterisk:
    """A driver. `words`: what the sound at an address says."""

    name = "asterisk"

    def __init__(self, fake: FakeAri, voice: AsteriskVoice, words: dict[str, str]) -> None:
        self.fake, self.voice, self.words = fake, voice, words
        self._callers = 0
        self._before = 0

    async def dial(self, number: str) -> str:
        """See `Driver`."""
        self._callers += 1
        self._before = len(self.fake.requests)
        key = f"{number}-{self._callers}"
        await self.fake.arrive(key, number, "+447700900123")
        await self.settle()
        return key

    async def settle(self) -> None:
        """Wait until nothing is on the wire, and nothing under way on either side of it."""
        [switch] = self.voice._switches.values()
        board = switch._board
        while True:
            before = len(self.fake.requests)
            await switch.ari.ask("GET", "endpoints/PJSIP/nobody")  # answered after every event that was sent before
            while board._tasks or board.delivery._running or turns._tasks:
                await asyncio.gather(*board._tasks, *board.delivery._running)
                await turns.quiet()
                await asyncio.sleep(0)  # what is done takes itself off these lists in a moment
            if len(self.fake.requests) == before + 1:
                return

    def rung(self) -> list[tuple[str, str]]:
        """See `Driver`."""
        asked = [(path.split("/"), query) for method, path, query in self._asked() if method == "POST"]
        made = [(parts[1], query["endpoint"]) for parts, query in asked if "endpoint" in query]
        return [(key, endpoint.removeprefix("PJSIP/").partition("@")[0]) for key, endpoint in made]

    def seen(self, key: str) -> Seen:
        """See `Driver`."""
        channel = self.fake.channels.get(key)
        if channel is None:
            return Seen("over", self._said(key))
        state = "up" if channel.state == "Up" else "rings"
        return Seen(state, self._said(key), bool(channel.room), bool(channel.recording))

    def _asked(self) -> list[tuple[str, str, dict[str, str]]]:
        return self.fake.requests[self._before :]

    def _said(self, key: str) -> tuple[str, ...]:
        played = [
            query["media"]
            for method, path, query in self._asked()
            if method == "POST" and unquote(path).startswith(f"channels/{key}/play/")
        ]
        return tuple(self.words[one.removeprefix("sound:")] for media in played for one in media.split(","))

    async def listen(self, key: str) -> None:
        """See `Driver`."""
        if (channel := self.fake.channels.get(key)) and channel.playing:
            await self.fake.finish(key)
            await self.settle()

    async def press(self, key: str, digit: str) -> None:
        """See `Driver`."""
        await self.fake.press(key, digit)
        await self.settle()

    async def speak(self, key: str) -> None:
        """See `Driver`."""
        await self.listen(key)
        await self._taped(key)
        await self.settle()

    async def _taped(self, key: str) -> None:
        await self.fake.speak(key, SOUND, LEFT_SECONDS, LEFT_SECONDS)

    async def leave_in_silence(self, key: str) -> None:
        """See `Driver`; here the recording is told first."""
        await self.listen(key)
        await self.fake.tell("ChannelHangupRequest", channel=self.fake.channels[key], cause=16)
        await self.fake.speak(key, write(bytes(16000)), 1, 0)
        await self.fake.hang_up(key)
        await self.settle()

    async def pick_up(self, key: str) -> None:
        """See `Driver`."""
        await self.fake.answer(key)
        await self.settle()

    async def refuse(self, key: str, reason: Reason) -> None:
        """See `Driver`."""
        await self.fake.hang_up(key, CAUSES[reason])
        await self.settle()

    async def hang_up(self, key: str) -> None:
        """See `Driver`."""
        if self.fake.channels[key].recording:
            await self.listen(key)
            await self._taped(key)
        await self.fake.hang_up(key)
        await self.settle()
