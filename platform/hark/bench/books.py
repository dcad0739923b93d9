"""What books of a million postings cost to read and to write, beside adding the postings up one by one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from time import perf_counter
from uuid import UUID

import asyncpg

from billing.ledger import Entry, Posting, balance, book, statement, trial_balance
from billing.ledger.digest.closing import close_days
from hark.bench.ground import Ground
from hark.bench.timing import seconds_of
from infra.clock import now
from infra.database import dsn, unit_of_work
from infra.ids import new_id
from infra.scope import ScopedConnection, tenant_scope

DAYS = 1000
GIFT = 4
"""Postings of a gift: what arrived, two fees, the gift."""
FILL = """
SET session_replication_role = replica;
INSERT INTO ledger_entry (tenant_id, id, ref, kind, at, booked_at, size, note)
  SELECT '{tenant}', md5('entry' || n)::uuid, 'txn:' || n, 'charge', at, at, 4, ''
  FROM (SELECT n, date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
    - n * interval '{days} days' / {entries} AS at FROM generate_series(1, {entries}) AS n) AS gifts;
INSERT INTO ledger_posting (tenant_id, id, entry_id, account, minor, currency, at, booked_on, campaign, gift)
  SELECT e.tenant_id, gen_random_uuid(), e.id, account, minor, 'EUR', at, (at AT TIME ZONE 'UTC')::date,
    md5('campaign' || (abs(hashtext(ref)) % 20))::uuid, md5('gift' || ref)::uuid
  FROM ledger_entry AS e, (VALUES ('processor', 945), ('processor_fees', 45), ('platform_fees', 10), ('gifts', -1000))
    AS of (account, minor) WHERE e.tenant_id = '{tenant}';
SET session_replication_role = DEFAULT;
"""
ADD_UP = "SELECT sum(minor) FROM ledger_posting WHERE account = 'gifts' AND currency = 'EUR'"

Say = Callable[..., None]


@dataclass(frozen=True)
class Books:
    """Median seconds, but for `closing`, which is once and for all days."""

    added_up: float
    balance: float
    cut: float
    campaign: float
    trial: float
    month: float
    booked: float
    closing: float


async def books(ground: Ground, postings: int) -> Books:
    """Fill the first tenant's books over a thousand days up to yesterday, close those days, and ask."""
    tenant, entries = ground.tenants[0], postings // GIFT
    await ground.pair.psql(FILL.format(tenant=tenant, days=DAYS, entries=entries), "hark")
    await ground.pair.psql("VACUUM ANALYZE ledger_entry, ledger_posting", "hark")
    with tenant_scope(tenant):
        begun = perf_counter()
        async with unit_of_work() as session:
            closed = await close_days(session)
        closing = perf_counter() - begun
        assert len(closed) >= DAYS
        await ground.pair.psql("VACUUM ANALYZE ledger_sum, ledger_day", "hark")
        return await _measured(tenant, entries, closing)


async def _measured(tenant: UUID, entries: int, closing: float) -> Books:
    connection = await asyncpg.connect(dsn(), connection_class=ScopedConnection, server_settings={"role": "hark_app"})

    async def added_up() -> None:
        async with connection.transaction():
            assert await connection.fetchval(ADD_UP) == -1000 * entries

    async def whole() -> None:
        async with unit_of_work() as session:
            assert await balance(session, "gifts", "EUR") == -1000 * entries

    noon, since = now() - timedelta(days=400, hours=5), now() - timedelta(days=430)
    campaign = UUID(await connection.fetchval("SELECT md5('campaign7')"))

    async def cut() -> None:
        async with unit_of_work() as session:
            await balance(session, "gifts", "EUR", at=noon)

    async def of_campaign() -> None:
        async with unit_of_work() as session:
            assert await balance(session, "gifts", "EUR", campaign=campaign)

    async def trial() -> None:
        async with unit_of_work() as session:
            assert len(await trial_balance(session)) == GIFT

    async def month() -> None:
        async with unit_of_work() as session:
            assert len((await statement(session, "gifts", "EUR", since=since, until=noon)).lines) == 100

    try:
        return Books(
            added_up=await seconds_of(added_up, times=20, warm=3),
            balance=await seconds_of(whole, times=100, warm=10),
            cut=await seconds_of(cut, times=100, warm=10),
            campaign=await seconds_of(of_campaign, times=100, warm=10),
            trial=await seconds_of(trial, times=100, warm=10),
            month=await seconds_of(month, times=100, warm=10),
            booked=await seconds_of(_one_gift, times=300, warm=30),
            closing=closing,
        )
    finally:
        await connection.close()


_numbers = count()


async def _one_gift() -> None:
    """A gift with its fees, booked and committed."""
    gift, money = new_id(), (("processor", 945), ("processor_fees", 45), ("platform_fees", 10), ("gifts", -1000))
    postings = [Posting(account, minor, "EUR", gift=gift) for account, minor in money]
    async with unit_of_work() as session:
        await book(session, Entry(f"bench:{next(_numbers)}", "charge", now(), postings))


def tell(say: Say, postings: int, found: Books) -> None:
    """Say what was found, each figure beside the adding up."""

    def beside(seconds: float) -> str:
        return f"{found.added_up / seconds:.0f} times as fast"

    say(f"an account of {postings:,} postings added up", f"{found.added_up * 1e3:.1f} ms", "yardstick")
    say("  its balance", f"{found.balance * 1e3:.1f} ms", beside(found.balance))
    say("  its balance at noon of a day long ago", f"{found.cut * 1e3:.1f} ms", beside(found.cut))
    say("  what came in for one campaign", f"{found.campaign * 1e3:.1f} ms", beside(found.campaign))
    say("  the trial balance", f"{found.trial * 1e3:.1f} ms", beside(found.trial))
    say("  a month's statement, its first hundred lines", f"{found.month * 1e3:.1f} ms", beside(found.month))
    say(
        "  a gift booked and committed", f"{found.booked * 1e3:.1f} ms", f"{1 / found.booked:.0f} /s, one after another"
    )
    say(
        f"  {DAYS:,} days closed, digested and summed",
        f"{found.closing:.1f} s",
        f"{found.closing / DAYS * 1e3:.1f} ms a day",
    )
