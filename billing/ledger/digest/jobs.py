"""Every night, once a day is over in UTC: each hotline's books, and the platform's own, close it."""

from datetime import time

from billing.ledger.digest.closing import close_days
from infra.database import Session
from infra.jobs import job
from infra.scope import PLATFORM
from tenants.directory import rounds

AFTER_MIDNIGHT = time(0, 10)
"""So long clocks of several machines may differ before an entry is put on the next day."""


async def begin(session: Session) -> None:
    """Owe today's round, unless it is owed already; a process calls it as it starts."""
    await rounds.begin_round(session, "books")


@job("books.round", background=True)
async def go_round(session: Session) -> None:
    """Owe every hotline the closing of its days, and the next night's round."""
    await rounds.go_round(session, "books", "books.close", AFTER_MIDNIGHT, also=[PLATFORM])


@job("books.close", background=True)
async def close_one(session: Session) -> None:
    """Close the days that are over in one hotline's books."""
    await close_days(session)
