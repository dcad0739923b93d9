"""The telephone's figures: INVITE to INVITE beside Dial and Queue, calls a second, CPU and statements for a call."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from hark.bench.ground import Ground
from hark.bench.telephone.ground import answered
from hark.bench.telephone.measuring import Company, Counting, Round, hark
from hark.bench.telephone.switch import CALLERS, Bench, CannotStartError, program, switch
from hark.bench.timing import percentile
from tenants.devices.names import desk_account

CALLS, RATE = 30, 3
"""For the comparison: so many calls each way, so few a second that none is in another's way."""
WARMING_RATE = 8
RATES = (5, 10, 15, 20, 30, 40, 60, 80, 100, 120, 150, 180)
STEP_SECONDS = 4
AIM = 1.5
LONGEST = 85.0
"""Seconds after which what was measured so far has to do."""
Say = Callable[..., None]


async def telephone(ground: Ground, say: Say, *, quick: bool = False) -> None:
    """Measure and say. What is missing on this machine is said too."""
    if shutil.which("sipp") is None:
        say("the telephone", "not measured", "sipp is not here: scripts/debian installs it")
        return
    try:
        found = await asyncio.to_thread(program)
    except CannotStartError as trouble:
        say("the telephone", "not measured", str(trouble))
        return
    numbers = await answered(ground)
    try:
        async with asyncio.timeout(LONGEST), switch(found, numbers) as bench:
            for what in CALLERS:
                await bench.company(what)
            for number, device in numbers.items():
                await bench.telephone(f"bench{number}", number)
                await bench.telephone(desk_account(device), number)
            await _measure(bench, list(numbers), say, quick=quick)
    except TimeoutError:
        say("the telephone", "cut short", f"after {LONGEST:.0f} s")


async def _measure(bench: Bench, numbers: list[str], say: Say, *, quick: bool) -> None:
    many = CALLS // 3 if quick else CALLS
    with TemporaryDirectory(prefix="hark-sipp-") as folder:
        company = Company(Path(folder), bench, numbers)
        async with hark(bench) as voice:
            for what in CALLERS:
                await company.call(
                    what, WARMING_RATE, len(numbers) if what == "hark" else WARMING_RATE
                )  # each hotline's first call fills caches
            alone = {what: await company.call(what, RATE, many) for what in ("dial", "queue")}
            ours = await company.call("hark", RATE, many)
            _compare(alone, ours, say)
            await _statements(company, voice, say)
            await _knee(company, ours, RATES[:2] if quick else RATES, say)


def _times(found: Round) -> str:
    return f"{found.median * 1e3:.1f} ms" if found.took else "none came"


def _p95(found: Round) -> str:
    lost = f", {found.lost} lost" if found.lost else ""
    return f"p95 {percentile(found.took, 0.95) * 1e3:.1f} ms{lost}" if found.took else f"{found.lost} lost"


def _compare(alone: dict[str, Round], ours: Round, say: Say) -> None:
    for what, found in alone.items():
        say(f"INVITE to INVITE, Asterisk's own {what.capitalize()}", _times(found), f"{_p95(found)}, yardstick")
    ratio = ours.median / alone["dial"].median
    verdict = "kept" if ratio <= AIM else "missed"
    say("  the same through Hark", _times(ours), f"{_p95(ours)}, {ratio:.2f} of Dial: the aim of {AIM} is {verdict}")
    say("  of it Python's CPU for a whole call", f"{ours.cpu * 1e3:.1f} ms", "")


async def _statements(company: Company, voice: Counting, say: Say) -> None:
    """One call after another, so that what is counted is one call's."""
    voice.counted.clear()
    before = len(voice.sent)
    for _ in range(3):
        await company.call("hark", 1, 1)
    if voice.counted:
        said = f"{(len(voice.sent) - before) / 3:.0f} for the whole call"
        say("  round trips to the database until the ring", f"{median(voice.counted):.0f}", said)


async def _knee(company: Company, ours: Round, rates: tuple[int, ...], say: Say) -> None:
    """Ever more calls a second, until one is lost or the median has doubled."""
    kept, why = 0, "and more were not tried"
    for rate in rates:
        found = await company.call("hark", rate, rate * STEP_SECONDS)
        say(f"  at {rate} calls a second", _times(found), f"{_p95(found)}, {found.cpu * 1e3:.1f} ms of Python each")
        if found.lost or found.median > 2 * ours.median:
            why = f"at {rate} {found.lost} were lost" if found.lost else f"at {rate} the median had doubled"
            break
        kept = rate
    say("calls a second that Hark connects on this machine", str(kept), why)
