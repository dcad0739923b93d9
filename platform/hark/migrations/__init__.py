"""The schema's history, and the four things one does with it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from hark.models import metadata

FOLDER = Path(__file__).parent


def _run(database_url: str, act: Callable[[Connection], Any]) -> Any:
    async def go() -> Any:
        engine = create_async_engine(database_url, poolclass=NullPool)
        async with engine.begin() as connection:
            return await connection.run_sync(act)

    return asyncio.run(go())


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def upgrade(database_url: str) -> None:
    """Bring the database to the newest schema; nothing is done when it is there already."""
    _run(database_url, lambda connection: command.upgrade(_config(connection), "head"))


def differences(database_url: str) -> list[Any]:
    """What the models have and the (upgraded) database hasn't, or the other way round."""

    def compare(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    found: list[Any] = _run(database_url, compare)
    return found


def revision(database_url: str, message: str) -> None:
    """Write a new revision from what the models have more than the (upgraded) database."""
    _run(database_url, lambda connection: command.revision(_config(connection), message, autogenerate=True))
