"""No page of a hotline that has years behind it reads more than it shows: every query reaches an index.

Under row-level security a condition whose operator isn't leakproof is no use to an index, and nothing tells but time.
So each statement that the app sends is explained as it was sent, in the scope that it was sent in.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import event

from hark.desk.keyset import write_key
from hark.models import metadata
from infra.clock import now
from infra.database import engine
from infra.scope import Scope, current_scope, tenant_scope
from tests.isolation.conftest import Ask
from tests.isolation.plans.grow import STAYS_SMALL, grow, growing
from tests.isolation.seeds import Seeded, seed
from tests.isolation.table import ROWS
from tests.isolation.test_roles import filled
from tests.world import World, join, open_hotline

MOST_WASTED = 200
"""Rows that a scan may read in vain: a page of a list and what was done in the meantime."""
FURTHER = (
    "contacts?view=mine", "contacts?view=drafts", "contacts?day={day}", "contacts?before={key}",
    "cases?view=mine", "cases/closed?before={key}", "audit?member={member}", "audit?before={key}",
    "voicemails?view=done", "callbacks?view=done", "recordings?before={key}",
    "money/receipts?show=unofficial", "money/receipts?q=S-1", "money/receipts?q=a@example.org",
    "money/receipts?before={contact}", "money/gifts?state=back", "money/gifts?state=disputed",
    "money/gifts?state=unpaid", "money/gifts?method=card", "money/gifts?method=alipay",
    "money/gifts?campaign={campaign}", "money/gifts?email=a@example.org", "money/gifts?month=2026-10",
    "money/gifts?before={then}~{gift}",
    "money/donors?before={then}~{donor}", "money/payouts?before={then}~{payout}", "money/books?until={day}",
)  # fmt: skip
"""Lists as people turn their pages, beside those that stand in the table."""


@dataclass(frozen=True)
class Sent:
    """A statement as it went to the database."""

    statement: str
    parameters: Any
    scope: Scope


@pytest.fixture(scope="module")
async def grown(world: World, superuser: asyncpg.Connection) -> AsyncIterator[tuple[Seeded, dict[str, UUID]]]:
    """A third hotline, full; and its people."""
    hotline, owner = await open_hotline("olga@example.org", "violence", "Old line", "Olga")
    operator = await join(hotline, "otto@example.org", "Otto", "operator")
    seeded = await seed(hotline, operator.member, owner.account, number=1)
    await grow(superuser, seeded, dict(metadata.tables))
    yield seeded, {"owner": owner.account, "operator": operator.account}
    async with superuser.transaction():
        await superuser.execute("SET LOCAL session_replication_role = replica")
        for table in growing(dict(metadata.tables)):
            await superuser.execute(f'DELETE FROM "{table.name}" WHERE tenant_id NOT IN (SELECT id FROM tenant)')
            await superuser.execute(f'DELETE FROM "{table.name}" WHERE tenant_id = $1', hotline.tenant)


@pytest.fixture
def sent(ground: None) -> Iterator[dict[str, Sent]]:
    """Every statement that is sent while the test runs, by its words."""
    kept: dict[str, Sent] = {}

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.split(" ", 1)[0].strip() in ("SELECT", "UPDATE", "DELETE", "WITH"):
            kept.setdefault(statement, Sent(statement, parameters, current_scope()))

    event.listen(engine().sync_engine, "before_cursor_execute", note)
    yield kept
    event.remove(engine().sync_engine, "before_cursor_execute", note)


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from _nodes(each)


async def _faults(one: Sent, grow_on: set[str]) -> list[str]:
    """What is wrong with a statement's plan, as it really ran."""
    with tenant_scope(one.scope.tenant or UUID(int=1)):
        async with engine().connect() as connection:
            explained = f"EXPLAIN (ANALYZE, FORMAT JSON) {one.statement}"
            plan = (await connection.exec_driver_sql(explained, one.parameters)).scalar_one()[0]["Plan"]
            await connection.rollback()
    found = []
    for node in _nodes(plan):
        table, wasted = node.get("Relation Name"), node.get("Rows Removed by Filter", 0) * node["Actual Loops"]
        if table in grow_on and wasted > MOST_WASTED:
            found.append(f"{node['Node Type']} reads {wasted:.0f} rows of {table} in vain: {node.get('Filter')}")
    return found


async def test_every_query_of_every_page_uses_an_index(
    grown: tuple[Seeded, dict[str, UUID]], ask: Ask, accounts: dict[str, UUID], sent: dict[str, Sent],
    rehearsed: None, unlimited: None, superuser: asyncpg.Connection,
) -> None:  # fmt: skip
    seeded, people = grown
    accounts |= {"olga": people["owner"], "otto": people["operator"]}
    grow_on = {table.name for table in growing(dict(metadata.tables))}
    then = now() - timedelta(days=20)
    older = {"key": write_key((then, seeded.ids["contact"])).replace("+", "%2B"), "day": f"{then:%Y-%m-%d}"}
    older["then"] = then.isoformat().replace("+", "%2B")
    for who in ("olga", "otto"):
        for row in ROWS:
            if "{slug}" in row.path and row.method != "WS":
                path, more = filled(row, seeded)
                await ask(who, row.method, path, **more)
        for page in FURTHER:
            path = f"/o/{seeded.hotline.slug}/{page.format(**seeded.places(**older))}"
            answer = await ask(who, "GET", path)
            assert answer.status_code in (200, 403), path
    faults = [f"{fault}\n{one.statement}" for one in sent.values() for fault in await _faults(one, grow_on)]
    assert not faults, "\n\n".join(faults)


def test_what_is_said_to_stay_small_is_there() -> None:
    assert set(STAYS_SMALL) <= set(metadata.tables)
