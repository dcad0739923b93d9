"""Closes days: what was booked on a day that is over is digested and added to the sums, once and in order."""

from datetime import date

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import DATE
from sqlmodel import col, select

from billing.ledger.digest.leaves import leaves_of
from billing.ledger.digest.tree import EMPTY_CHAIN, linked, root_of
from billing.ledger.models import LedgerDay
from infra.clock import now
from infra.database import Session
from infra.scope import current_tenant

_NOBODY_BOOKS = text("SELECT pg_advisory_xact_lock(hashtextextended('books:' || :tenant, 0))")
"""Waits for whoever is booking, and keeps others waiting, until the transaction ends. The database's own trigger takes
the same lock, shared, for every entry."""

_OPEN_DAYS = text(
    "SELECT DISTINCT booked_on FROM ledger_posting WHERE booked_on < :today "
    "AND booked_on > coalesce((SELECT max(day) FROM ledger_day), '-infinity'::date) ORDER BY booked_on"
).bindparams(bindparam("today", type_=DATE))

_SUMMED = """
INSERT INTO ledger_sum AS held (tenant_id, id, account, currency, day, campaign, pool, minor, postings)
SELECT tenant_id, gen_random_uuid(), account, currency, (at AT TIME ZONE 'UTC')::date, campaign, pool,
       sum(minor)::bigint, count(*)
FROM ledger_posting WHERE {days}
GROUP BY tenant_id, account, currency, (at AT TIME ZONE 'UTC')::date, CUBE (campaign, pool)
HAVING (GROUPING(campaign) = 1 OR campaign IS NOT NULL) AND (GROUPING(pool) = 1 OR pool IS NOT NULL)
ON CONFLICT (tenant_id, campaign, pool, account, currency, day)
DO UPDATE SET minor = held.minor + excluded.minor, postings = held.postings + excluded.postings
"""
_ADD = text(_SUMMED.format(days="booked_on = :day")).bindparams(bindparam("day", type_=DATE))
_ADD_ALL = text(_SUMMED.format(days="booked_on <= (SELECT max(day) FROM ledger_day)"))


async def close_days(session: Session) -> list[date]:
    """Close every day (in UTC) that is over and has entries, oldest first; returns those days.

    Nothing can be booked on them any more: an entry that comes late is booked today, whenever it happened.
    """
    await session.execute(_NOBODY_BOOKS, {"tenant": str(current_tenant())})
    days = list((await session.execute(_OPEN_DAYS, {"today": now().date()})).scalars())
    chain = await _chain(session)
    for day in days:
        leaves = [leaf.hash for leaf in await leaves_of(session, day)]
        root = root_of(leaves)
        chain = linked(chain, day, root)
        session.add(LedgerDay(day=day, entries=len(leaves), root=root.hex(), chain=chain.hex()))
        await session.flush()
        await session.execute(_ADD, {"day": day})
    return days


async def _chain(session: Session) -> bytes:
    last = select(LedgerDay.chain).order_by(col(LedgerDay.day).desc()).limit(1)
    held = (await session.exec(last)).one_or_none()
    return bytes.fromhex(held) if held else EMPTY_CHAIN


async def make_sums_anew(session: Session) -> None:
    """Forget the sums of closed days and make them from the postings again."""
    await session.execute(_NOBODY_BOOKS, {"tenant": str(current_tenant())})
    await session.execute(text("DELETE FROM ledger_sum"))
    await session.execute(_ADD_ALL)
