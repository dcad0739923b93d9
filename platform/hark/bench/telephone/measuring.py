"""Plays calls through Hark and through Asterisk alone, and takes the time from sipp's record of the wire."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count, cycle, islice
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from hark.bench.statements import counted
from hark.bench.telephone.sipp import CALLED, CALLER, HOLD_MS, Sipp, waits
from hark.bench.telephone.switch import CALLERS, TELEPHONES, Bench
from hark.phone import service, turns
from hark.phone.carriers import exchange
from hark.phone.carriers.voices import voices
from hark.switchboard import clock
from hark.switchboard.touched import listeners
from infra.carriers.asterisk.voice import AsteriskVoice
from infra.carriers.protocol import Arrived, Command, Ring, Signal

PATIENCE = 8.0
"""Seconds after the last call for all to be over."""
_rounds = count()
_callers = count(100000)


@dataclass(frozen=True)
class Round:
    """Seconds from INVITE to INVITE of each call, how many never came through, Python's CPU seconds for a call."""

    took: list[float]
    lost: int
    cpu: float

    @property
    def median(self) -> float:
        """Of the calls that came through; endless where none did."""
        return median(self.took) if self.took else float("inf")


class Counting(AsteriskVoice):
    """Asterisk's voice, which notes how many statements went before each order to ring. Only right while calls come
    one at a time."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.sent: list[str] = []
        self.before = 0
        self.counted: list[int] = []

    async def carry_out(self, node: str, command: Command) -> None:
        """As ever."""
        if isinstance(command, Ring):
            self.counted.append(len(self.sent) - self.before)
        await super().carry_out(node, command)


@asynccontextmanager
async def hark(bench: Bench) -> AsyncIterator[Counting]:
    """This process speaks for the switch, as a web process does."""
    voice: Counting

    async def hear(node: str, signals: list[Signal]) -> None:
        if any(isinstance(signal, Arrived) for signal in signals):
            voice.before = len(voice.sent)
        await service.hear(exchange.ASTERISK, node, signals)

    voice = Counting([exchange.node_of(bench.at)], hear)
    voices[exchange.ASTERISK] = voice
    listeners.append(service.changed)
    tasks = [asyncio.create_task(voice.run()), asyncio.create_task(clock.run())]
    try:
        async with asyncio.timeout(10):
            while not voice._switches:
                await asyncio.sleep(0.05)
        with counted() as voice.sent:
            yield voice
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await turns.quiet()
        listeners.remove(service.changed)
        del voices[exchange.ASTERISK]
        await voice.close()


class Company:
    """Who calls and who is called: every number in its turn, each time by somebody else."""

    def __init__(self, folder: Path, bench: Bench, numbers: list[str]) -> None:
        self._folder, self._bench = folder, bench
        self._numbers = cycle(numbers)

    def _people(self, many: int) -> Iterator[str]:
        for number in islice(self._numbers, many):
            yield f"{number};447400{next(_callers)}"

    async def call(self, what: str, rate: int, many: int) -> Round:
        """So many calls at so many a second, answered by Hark, Dial or Queue."""
        place = self._folder / f"{next(_rounds)}-{what}"
        place.mkdir()
        people = place / "people.csv"
        people.write_text("SEQUENTIAL\n" + "\n".join(self._people(many)) + "\n")
        called = Sipp(place / "called", CALLED, TELEPHONES, self._bench.sip)
        callers = Sipp(place / "callers", CALLER, (CALLERS[what], 5060), self._bench.sip)
        await called.start()
        await asyncio.sleep(0.3)  # until it listens
        cpu, begun = process_time(), perf_counter()
        try:
            await callers.start("-inf", str(people), "-m", str(many), "-r", str(rate))
            await callers.done(many / rate + HOLD_MS / 1000 + PATIENCE)
            spent = process_time() - cpu
            await self._quiet(begun)
        finally:
            await callers.end()
            await called.end()
        took, lost = waits(callers.invites(), called.invites())
        return Round(took, lost + many - len(callers.invites()), spent / many)

    async def _quiet(self, begun: float) -> None:
        """Return once no call is left, so that the next round finds everybody free."""
        for _ in range(40):
            await turns.quiet()
            if not (await self._bench.ari.get("/channels")).json():
                return
            await asyncio.sleep(0.1)
