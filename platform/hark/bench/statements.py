"""Counts what goes to the database: every statement, as the driver sends it, transactions' own among them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
from sqlalchemy import event

from infra.database import engine


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every statement that this process sends inside the block, in order, over whichever connection."""
    sent: list[str] = []
    watched: list[Any] = []

    def sends(query: asyncpg.connection.LoggedQuery) -> None:
        sent.append(query.query)

    def leaves(connection: Any, _record: Any, _proxy: Any) -> None:
        driver = connection.driver_connection
        if all(driver is not each for each in watched):
            watched.append(driver)
            driver.add_query_logger(sends)

    event.listen(engine().sync_engine, "checkout", leaves)
    try:
        yield sent
    finally:
        event.remove(engine().sync_engine, "checkout", leaves)
        for driver in watched:
            driver.remove_query_logger(sends)
