"""`hark db`: the schema brought up to date, checked against the models, or given a new revision."""

import argparse
import asyncio
import sys
from collections.abc import Callable

from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from hark import migrations
from infra.services import CannotStartError
from infra.services.throwaway import throwaway
from infra.settings import settings


def main(arguments: list[str]) -> int:
    """Carry out one of the three. `check` and `revision` look at a throwaway database that they upgrade first."""
    parser = argparse.ArgumentParser(prog="hark db")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("upgrade", help="bring HARK_DATABASE_URL to the newest schema (`hark up` does it by itself)")
    actions.add_parser("check", help="fail where models and migrations differ")
    actions.add_parser("revision", help="write what the models have more as a new migration").add_argument("message")
    line = parser.parse_args(arguments)
    if line.action == "upgrade":
        return upgrade()
    if line.action == "check":
        return asyncio.run(_upgraded(check))
    return asyncio.run(_upgraded(lambda url: migrations.revision(url, line.message)))


def upgrade() -> int:
    """Bring the configured database to the newest schema. Raises CannotStartError when it can't be reached."""
    url = settings().database_url
    if url is None:
        raise CannotStartError("Hark's own database is upgraded by `hark up`; for another one set HARK_DATABASE_URL.")
    try:
        migrations.upgrade(url)
    except OSError as error:
        raise CannotStartError(f"The database at HARK_DATABASE_URL can't be reached: {error}.") from error
    except CommandError as error:
        raise CannotStartError(f"This database was written by another version of Hark ({error}): run that.") from error
    except DBAPIError as error:
        reason = str(error.orig).splitlines()[0]
        raise CannotStartError(f"The database refused to be brought up to date: {reason}") from error
    return 0


def check(url: str) -> int:
    """Say each difference between the models and the migrations' outcome. Returns 1 when there is one."""
    found = migrations.differences(url)
    for difference in found:
        sys.stdout.write(f"models and migrations differ: {difference}\n")
    return 1 if found else 0


async def _upgraded(act: Callable[[str], int | None]) -> int:
    async with throwaway() as pair:
        await asyncio.to_thread(migrations.upgrade, pair.endpoints.database_url)
        return await asyncio.to_thread(act, pair.endpoints.database_url) or 0
