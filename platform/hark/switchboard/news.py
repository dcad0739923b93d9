"""News that takes reading: put together once what it is about is committed and the carriers have their orders, so that
no caller waits for what a page shows."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from infra.database import Session, after_commit, unit_of_work
from infra.realtime import announce
from infra.scope import current_tenant, tenant_scope

log = logging.getLogger(__name__)
News = tuple[str, dict[str, Any]]
"""A channel and what is said on it."""
Make = Callable[[Session], Awaitable[News | None]]


def later(session: Session, make: Make) -> None:
    """Announce what `make` reads after this unit of work; asked twice for the same, it is said once."""
    if "news" not in session.info:
        session.info["news"] = {}
        tenant = current_tenant()

        async def tell() -> None:
            with tenant_scope(tenant):
                await _announce(session.info.pop("news"))

        after_commit(session, tell)
    session.info["news"].setdefault(make)


async def _announce(news: dict[Make, None]) -> None:
    """What can't be read now isn't said: consoles read everything again when they reconnect."""
    try:
        async with unit_of_work() as session:
            for make in news:
                if (said := await make(session)) is not None:
                    announce(session, *said)
    except (SQLAlchemyError, OSError):
        log.warning("consoles weren't told of a change", exc_info=True)
