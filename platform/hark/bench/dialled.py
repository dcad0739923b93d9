"""What it costs to find whose a dialled number is, among ten thousand, beside a bare query by key."""

import random
from dataclasses import dataclass
from itertools import cycle

import asyncpg

from hark.bench.ground import Ground
from hark.bench.timing import seconds_of
from infra.database import dsn, unit_of_work
from infra.scope import ScopedConnection, no_scope
from tenants.directory.service import number_dialled

NUMBERS = 10_000
FILL = """
INSERT INTO number (id, e164, carrier, node, ref, status, tenant, line, second_carrier, second_node, by, country, area,
                    kind, capabilities, monthly, currency, label, language, listed, shown)
  SELECT gen_random_uuid(), '+4420' || (70000000 + n), 'bench', '', '', 'held', owners[1 + n % cardinality(owners)],
         owners[1 + n % cardinality(owners)], '', '', 'first', 'GB', 'London', 'local', '{{voice}}', 0, 'GBP', '', '',
         true, false
  FROM (SELECT array_agg(id) AS owners FROM tenant) AS all_of_them, generate_series(1, {count}) AS n
  ON CONFLICT DO NOTHING;
ANALYZE number;
"""
WRITTEN = ("+4420{}", "004420{}", "20{}", "020{}", "sip:+4420{}@trunk.example.org;user=phone", "4420{}")
"""How carriers write a number, one as often as the other."""


@dataclass(frozen=True)
class Found:
    """Median seconds: a bare query for one number by its index, the same with Hark's transaction around it, ours."""

    query: float
    transaction: float
    dialled: float


async def dialled(ground: Ground, count: int = NUMBERS) -> Found:
    """Fill the directory and look numbers up, each another one and written another way."""
    await ground.pair.psql(FILL.format(count=count), "hark")
    pick = random.Random(7)  # noqa: S311 - the same numbers in each run, nothing secret
    digits = cycle([str(70000000 + pick.randint(1, count)) for _ in range(997)])
    texts = cycle(WRITTEN)
    connection = await asyncpg.connect(dsn(), connection_class=ScopedConnection, server_settings={"role": "hark_app"})
    sql = "SELECT * FROM number WHERE e164 = $1"

    async def bare() -> None:
        assert await connection.fetchrow(sql, f"+4420{next(digits)}")

    async def within() -> None:
        async with connection.transaction():
            assert await connection.fetchrow(sql, f"+4420{next(digits)}")

    async def ours() -> None:
        async with unit_of_work() as session:
            assert await number_dialled(session, next(texts).format(next(digits)), "GB")

    try:
        with no_scope():
            return Found(await seconds_of(bare), await seconds_of(within), await seconds_of(ours))
    finally:
        await connection.close()
