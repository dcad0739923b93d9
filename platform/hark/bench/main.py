"""`hark bench`: every figure of one run, each as a ratio to a yardstick of the same run."""

import argparse
import asyncio
import sys

import uvloop

from hark.bench.books import books, tell
from hark.bench.cards import cards
from hark.bench.dialled import NUMBERS, Found, dialled
from hark.bench.fanout import fanout
from hark.bench.ground import ground
from hark.bench.memory import footprint
from hark.bench.telephone import telephone
from hark.bench.work import Costs, costs
from tenants.flows.bench import bench, bench_calls


def _say(what: str, figure: str, ratio: str = "") -> None:
    sys.stdout.write(f"{what:<46}{figure:>16}  {ratio}\n")
    sys.stdout.flush()


def _show(tenants: int, found: Costs) -> None:
    _say(f"a bare asyncpg query, {tenants} tenants", f"{found.query * 1e6:.0f} µs", "yardstick")
    _say(
        "  a bare transaction of the same writes",
        f"{found.transaction * 1e6:.0f} µs",
        f"{found.transaction / found.query:.1f} queries",
    )
    _say(
        "  an event handled, stored and told",
        f"{found.event * 1e6:.0f} µs",
        f"{found.event / found.transaction:.1f} bare transactions",
    )
    _say(
        "  a call begun, offered and hung up",
        f"{found.arrival * 1e3:.1f} ms",
        f"{found.arrival / found.transaction:.1f} bare transactions",
    )
    _say(
        "  a contact created, sealed",
        f"{found.contact * 1e6:.0f} µs",
        f"{found.contact / found.transaction:.1f} bare transactions",
    )


def _directory(found: Found) -> None:
    _say(f"a bare look-up of one number of {NUMBERS:,}", f"{found.query * 1e6:.0f} µs", "yardstick")
    _say("  the same in a transaction", f"{found.transaction * 1e6:.0f} µs", f"{found.transaction / found.query:.1f}")
    _say(
        "  whose a dialled number is, however written",
        f"{found.dialled * 1e6:.0f} µs",
        f"{found.dialled / found.transaction:.1f} bare transactions",
    )


def _growth(sizes: tuple[int, int], few: Costs, many: Costs) -> None:
    for name in ("query", "event", "arrival", "contact"):
        before, after = getattr(few, name), getattr(many, name)
        own = (after / before) / (many.query / few.query)
        _say(
            f"  {name}: 1,000 tenants against 10", f"{after / before:.2f}", f"{own:.2f} beside the bare query's growth"
        )


HOTLINES = 80
"""With a telephone each; so many that none is called again while its last call still ends."""


async def _telephone(quick: bool) -> None:
    async with ground(20 if quick else HOTLINES) as made:
        await telephone(made, _say, quick=quick)


async def _books(quick: bool) -> None:
    postings = 40_000 if quick else 1_000_000
    async with ground(2) as made:
        tell(_say, postings, await books(made, postings))


async def _cards(quick: bool) -> None:
    async with ground(2) as made:
        await cards(made, _say, quick=quick)


async def _run(quick: bool) -> None:
    _say("engine steps on one core", f"{bench():,.0f} /s")
    _say("whole simulated calls on one core", f"{bench_calls():,.0f} /s")
    sizes = (10, 50) if quick else (10, 1000)
    found = []
    for tenants in sizes:
        async with ground(tenants) as made:
            found.append(await costs(made))
            _show(tenants, found[-1])
            if tenants == sizes[-1]:
                _directory(await dialled(made))
                sockets = 50 if quick else 1000
                median, p99 = await fanout(made, sockets)
                _say(
                    f"one change told to {sockets:,} consoles, median",
                    f"{median * 1e3:.1f} ms",
                    f"p99 {p99 * 1e3:.1f} ms",
                )
    _growth(sizes, found[0], found[-1])
    await _telephone(quick)
    await _books(quick)
    await _cards(quick)
    memory, first, again = await footprint()
    _say("the whole idle stack, proportional set size", f"{memory:.0f} MiB", f"{memory / 200:.2f} of the aim of 200")
    _say("ready after a first start", f"{first:.1f} s", f"{first / 10:.2f} of the promised 10 s")
    _say("ready after a second start", f"{again:.1f} s", f"{again / 3:.2f} of the promised 3 s")


def main(arguments: list[str]) -> int:
    """Measure and print. Ratios hold within one run; absolute times are this machine's."""
    parser = argparse.ArgumentParser(prog="hark bench", description=main.__doc__)
    parser.add_argument("--quick", action="store_true", help="a small world, to see that the bench itself works")
    parser.add_argument("--telephone", action="store_true", help="the telephone alone")
    parser.add_argument("--books", action="store_true", help="books of a million postings alone")
    parser.add_argument("--cards", action="store_true", help="somebody who tries stolen cards, alone")
    asked = parser.parse_args(arguments)
    alone = {"telephone": _telephone, "books": _books, "cards": _cards}
    chosen = next((act for name, act in alone.items() if getattr(asked, name)), _run)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # the loop that web processes run on
        runner.run(chosen(asked.quick))
    return 0
