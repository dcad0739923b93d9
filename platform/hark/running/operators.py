"""`hark platform`: who reviews new organisations and sees the platform's own pages."""

import argparse
import asyncio
import sys

from infra.database import engine, unit_of_work
from infra.errors import HarkError
from infra.vault import warm
from provisioning.review.service import grant, revoke


def main(arguments: list[str]) -> int:
    """`hark platform grant|revoke <e-mail>`. The person must have an account."""
    parser = argparse.ArgumentParser(prog="hark platform", description=main.__doc__)
    parser.add_argument("act", choices=("grant", "revoke"))
    parser.add_argument("email")
    line = parser.parse_args(arguments)
    return asyncio.run(_carry_out(line.act, line.email))


async def _carry_out(act: str, email: str) -> int:
    await warm()
    try:
        async with unit_of_work() as session:
            await (grant if act == "grant" else revoke)(session, email)
    except HarkError as error:
        sys.stderr.write(f"hark: {error}\n")
        return 1
    finally:
        await engine().dispose()
    done = "reviews organisations at /platform now" if act == "grant" else "is no platform operator any more"
    sys.stdout.write(f"{email} {done}.\n")
    return 0
