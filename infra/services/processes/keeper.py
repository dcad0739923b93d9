"""Keeps a program running: starts it, sees that it serves, starts it again when it ends, and ends it in good order."""

import asyncio
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from infra.services.processes.program import Process, Program
from infra.services.trouble import CannotStartError, disk_is_full, explained

PAUSES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds before each further attempt; a program that served for a minute begins anew."""

Say = Callable[[str], None]


def silent(line: str) -> None:
    """Tell nobody."""


class Keeper:
    """One program and its life. `ended` resolves only if keeping it failed in a way that nobody foresaw."""

    def __init__(self, program: Program, say: Say = silent) -> None:
        self.program = program
        self.ended: asyncio.Task[None] | None = None
        self._say = say
        self._process: Process | None = None

    @property
    def pid(self) -> int | None:
        """The running process, if there is one."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Start it and return once it serves. Raises CannotStartError with its own last words."""
        await self._launch()
        self.ended = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Ask it to end, insist, and return once it is gone."""
        if self.ended:
            self.ended.cancel()
            with suppress(asyncio.CancelledError):
                await self.ended
        await self._end()

    async def _launch(self) -> None:
        program = self.program
        try:
            await program.prepare()
            begun = program.log.stat().st_size if program.log and program.log.exists() else 0
            self._process = await program.spawn()
        except OSError as error:
            raise explained(error, program.log.parent if program.log else Path(program.name)) from error
        gone = asyncio.create_task(self._process.wait())
        ready = asyncio.ensure_future(program.ready())
        try:
            await asyncio.wait((gone, ready), timeout=60, return_when=asyncio.FIRST_COMPLETED)
            if not ready.done():
                raise self._failure(begun)
            await ready
        except BaseException:
            await self._end()
            raise
        finally:
            ready.cancel()

    def _failure(self, begun: int) -> CannotStartError:
        program = self.program
        words = last_words(program.log, begun)
        if program.log and "No space left on device" in words:
            return disk_is_full(program.log.parent)
        state = how(self._process.returncode) if self._process else "did not start"
        return CannotStartError(f"{program.name} {state}" + (f": {words} (see {program.log})" if words else "."))

    async def _end(self) -> None:
        process = self._process
        if process is None:
            return
        for signal_, patience in (
            (self.program.ends_on, self.program.patience),
            (self.program.dies_on, 2.0),
            (signal.SIGKILL, 2.0),
        ):
            if process.returncode is not None:
                return
            with suppress(ProcessLookupError, TimeoutError):
                process.send_signal(signal_)
                await asyncio.wait_for(process.wait(), patience)

    async def _keep(self) -> None:
        attempt = 0
        while self._process:
            since = time.monotonic()
            await self._process.wait()
            if time.monotonic() - since > 60:
                attempt = 0
            self._say(f"{self.program.name} {how(self._process.returncode)}; starting it again")
            while True:
                await asyncio.sleep(PAUSES[min(attempt, len(PAUSES) - 1)])
                attempt += 1
                try:
                    begun = time.monotonic()
                    await self._launch()
                    self._say(f"{self.program.name} is back after {time.monotonic() - begun:.1f} s")
                    break
                except CannotStartError as error:
                    self._say(str(error))


async def together(keepers: Iterable[Keeper]) -> None:
    """Start them side by side. Raises the first failure once each has either started or failed."""
    outcomes = await asyncio.gather(*(keeper.start() for keeper in keepers), return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome


def how(code: int | None) -> str:
    """How a process ended, in words."""
    if code is None:
        return "does not answer"
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


def last_words(log: Path | None, begun: int) -> str:
    """The last telling line that a program wrote to its log since `begun` (bytes)."""
    if log is None or not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(begun)
        lines = file.read().decode(errors="replace").strip().splitlines()
    telling = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "rror", "annot"))]
    return (telling or lines or [""])[-1].strip()
