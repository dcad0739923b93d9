"""`hark stripe`: how far the simulated payment processor goes, by Stripe's own fixtures and event scripts."""

import argparse
import asyncio
import sys
from pathlib import Path

from billing.simulated.scoring.report import measure
from hark.bench.ground import ground
from infra.scope import no_scope

PAGE = Path(__file__).parents[3] / "docs" / "stripe.md"


def main(arguments: list[str]) -> int:
    """Runs Stripe's fixtures and the event scripts of its command-line tool against the simulated processor, in a
    throwaway database, and writes the score and the list of what isn't done to docs/stripe.md."""
    parser = argparse.ArgumentParser(prog="hark stripe", description=main.__doc__)
    parser.add_argument("folder", type=Path, help="where fixtures3.json and triggers/ lie")
    parser.add_argument("--to", type=Path, default=PAGE, help="where the page is written; docs/stripe.md unless given")
    given = parser.parse_args(arguments)
    if not (given.folder / "triggers").is_dir():
        sys.stderr.write(f"hark: there are no event scripts in {given.folder}\n")
        return 1
    page = asyncio.run(_measured(given.folder))
    given.to.write_text(page)
    sys.stdout.writelines(f"{line}\n" for line in page.splitlines() if line.startswith("| ") and " of " in line)
    return 0


async def _measured(folder: Path) -> str:
    async with ground(0):
        with no_scope():
            return await measure(folder)
