"""`hark demo fill` and `hark demo remove`, and what they say."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable

from sqlalchemy import text

from hark.demo.fill import MONTH, fill
from hark.demo.invented.cast import hotlines
from hark.demo.known import password
from hark.demo.remove import remove
from hark.i18n import LOCALE
from hark.jobs import JOBS
from infra.database import engine, unit_of_work
from infra.realtime import hub
from infra.scope import no_scope
from infra.settings import settings
from infra.vault import warm
from infra.web import i18n
from tenants.directory.models import Tenant

ALONE = text("SELECT pg_advisory_xact_lock(hashtext('hark.demo'))")
"""Two at once wait for each other."""


def main(arguments: list[str]) -> int:
    """Fill, or remove; either may be done twice, or again after it was killed."""
    parser = argparse.ArgumentParser(prog="hark demo")
    actions = parser.add_subparsers(dest="action", required=True)
    filling = actions.add_parser("fill", help="make five example hotlines, one of each kind")
    filling.add_argument("--days", type=int, default=MONTH, help=f"how long a history they have (default {MONTH})")
    actions.add_parser("remove", help="take them away again, and nothing else")
    line = parser.parse_args(arguments)
    asyncio.run(_with_ground(_fill(line.days) if line.action == "fill" else _remove()))
    return 0


def say(line: str) -> None:
    """A line of progress, at once."""
    sys.stdout.write(f"  {line}\n")
    sys.stdout.flush()


async def _with_ground(act: Awaitable[None]) -> None:
    assert JOBS, "whoever waits for gifts makes itself known as it is imported"
    i18n.load(LOCALE)
    await warm()
    try:
        with no_scope():
            async with unit_of_work() as session:
                await session.execute(ALONE)
                await act
    finally:
        await hub.stop()
        await engine().dispose()


async def _fill(days: int) -> None:
    sys.stdout.write("Filling Hark with five example hotlines\n")
    _where(await fill(say, days))


def _where(tenants: list[Tenant]) -> None:
    base = settings().base_url
    write = sys.stdout.write
    write("\nWhere to look\n")
    for tenant in tenants:
        write(f"\n  {tenant.name}\n    callers   {base}/h/{tenant.slug}\n    staff     {base}/o/{tenant.slug}\n")
        write(f"    owner     {hotlines()[tenant.kind].owner.email}\n")
    write(f"\nSign in at {base}/sign-in; everybody's password is\n\n  {password()}\n\n")
    write("Everything in them is invented. Simulated callers call, and simulated volunteers answer them, for as long\n")
    write("as Hark runs; a caller of flesh and blood is never answered by one of them. To take it all away again:\n")
    write("make demo-remove\n")


async def _remove() -> None:
    sys.stdout.write("Removing the example hotlines\n")
    if not await remove(say):
        say("there are none")
