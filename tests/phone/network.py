"""A telephone network on paper: it does what it is told, remembers what was said and who was rung, and tells what its
people do."""

import re
from dataclasses import dataclass, field
from itertools import count

from hark.phone import service, turns
from infra.carriers.protocol import (
    Answered,
    Arrived,
    Can,
    Command,
    Digit,
    GiveBack,
    HangUp,
    Heard,
    Join,
    Over,
    Play,
    Reason,
    Record,
    Recorded,
    Ring,
    Ringing,
)

_refs = count(1)


@dataclass
class PaperLeg:
    """A connection: who is at its end, what it does now, and everything that it was ever told."""

    ref: str
    to: str = ""
    shown: str = ""
    up: bool = False
    over: Reason | None = None
    now: Command | None = None
    told: list[Command] = field(default_factory=list)

    @property
    def room(self) -> str | None:
        """The room it is in."""
        return self.now.room if isinstance(self.now, Join) else None

    @property
    def said(self) -> list[str]:
        """All words that this leg was to hear, in order."""
        return [prompt.text for one in self.told if isinstance(one, Play | Record) for prompt in one.prompts]


class PaperNetwork:
    """A carrier with one node. What a test calls here happens at once, and its consequences are waited for."""

    name = "paper"
    can = Can(browser=True, desk=True, listen=True)

    def __init__(self) -> None:
        self.node = f"n{next(_refs)}"
        self.legs: dict[str, PaperLeg] = {}
        self.recordings: dict[str, bytes] = {}
        self.sent: list[Command] = []

    # What Hark asks of it

    async def carry_out(self, node: str, command: Command) -> None:
        """Do it, once."""
        assert node == self.node
        self.sent.append(command)
        if isinstance(command, Ring):
            leg = self.legs.setdefault(command.ref, PaperLeg(command.ref, command.to, command.caller_id))
        else:
            leg = self.legs.setdefault(command.ref, PaperLeg(command.ref, over="gone"))
        if leg.over or (leg.now is not None and leg.now.id == command.id):
            return
        leg.now = command
        leg.told.append(command)
        if isinstance(command, HangUp | GiveBack):
            self._end(leg, command.reason if isinstance(command, HangUp) else "gone")
        if isinstance(command, Play) and command.then == "hang_up":
            self._end(leg, "gone")

    def _end(self, leg: PaperLeg, reason: Reason) -> None:
        leg.over = reason
        turns.in_order(leg.ref, lambda: service.hear(self.name, self.node, [Over(leg.ref, reason)]))

    async def fetch(self, node: str, name: str) -> bytes:
        """A recording."""
        if name not in self.recordings:
            raise LookupError(name)
        return self.recordings[name]

    async def forget(self, node: str, name: str) -> None:
        """Delete it."""
        self.recordings.pop(name, None)

    # What its people do

    async def dial(self, number: str, caller: str = "+447700900123") -> PaperLeg:
        """Somebody dials one of our numbers."""
        leg = PaperLeg(f"in-{next(_refs)}", up=True)
        self.legs[leg.ref] = leg
        await self._tell(Arrived(self.node, leg.ref, number, caller))
        return leg

    async def hears(self, leg: PaperLeg) -> None:
        """They listen to the end of what is being said."""
        if isinstance(leg.now, Play) and not leg.over:
            await self._tell(Heard(leg.ref, leg.now.id))

    async def hear_out(self, leg: PaperLeg) -> None:
        """They listen until something else than listening is wanted of them."""
        while isinstance(leg.now, Play) and leg.now.then == "report" and not leg.over:
            before = leg.now
            await self.hears(leg)
            if leg.now is before:
                return

    async def press(self, leg: PaperLeg, keys: str) -> None:
        """They press keys."""
        for key in keys:
            await self._tell(Digit(leg.ref, key))

    async def rings(self, leg: PaperLeg) -> None:
        """A telephone that we ring begins to."""
        await self._tell(Ringing(leg.ref))

    async def pick_up(self, leg: PaperLeg) -> None:
        """Somebody, or something, picks up."""
        leg.up = True
        await self._tell(Answered(leg.ref))

    async def hang_up(self, leg: PaperLeg, reason: Reason = "gone") -> None:
        """They hang up, or the network gives up."""
        leg.over = reason
        await self._tell(Over(leg.ref, reason))

    async def speak(self, leg: PaperLeg, seconds: int, wav: bytes = b"RIFF") -> None:
        """They leave a message of so many seconds."""
        assert isinstance(leg.now, Record)
        name = f"{leg.ref}.{leg.now.id}"
        if seconds:
            self.recordings[name] = wav
        await self._tell(Recorded(leg.ref, leg.now.id, name, seconds))

    async def _tell(self, *signals: object) -> None:
        await service.hear(self.name, self.node, signals)  # type: ignore[arg-type]  # they are signals
        await turns.quiet()

    # What a test asks

    def rung(self, pattern: str = "") -> list[PaperLeg]:
        """The legs that we ring, or have rung, whose address matches, the newest last."""
        return [leg for leg in self.legs.values() if leg.to and re.search(pattern, leg.to)]

    def ringing(self, pattern: str = "") -> list[PaperLeg]:
        """Those that ring now."""
        return [leg for leg in self.rung(pattern) if not leg.up and not leg.over]
