"""Lists stay as quick at the hundred-thousandth row as at the first: each runs along an index, under row security."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import asyncpg

from hark.contacts.lists import Wanted, statement
from infra.clock import now
from infra.database import unit_of_work
from infra.ids import new_id
from tests.desk.house import House, open_house


@pytest.fixture
async def house(ground: None) -> House:
    return await open_house("blank")


async def _plan(house: House, query: Any) -> str:
    compiled = query.compile(dialect=asyncpg.dialect(), compile_kwargs={"literal_binds": True})
    with house.scope():
        async with unit_of_work() as session:
            await session.execute(text("SET LOCAL enable_seqscan = off"))  # a small table would be read whole
            await session.execute(text("SET LOCAL enable_sort = off"))
            rows = await session.execute(text(f"EXPLAIN {compiled}".replace(":", "\\:")))
            return "\n".join(rows.scalars())


@pytest.mark.parametrize(("role", "index"), [("operator", "ix_contact_reader_list"), ("supervisor", "ix_contact_at")])
@pytest.mark.parametrize("deep", [False, True])
async def test_a_page_of_contacts_runs_along_its_index_and_sorts_nothing(
    house: House, role: str, index: str, deep: bool
) -> None:
    before = (now() - timedelta(days=9), new_id()) if deep else None
    plan = await _plan(house, statement(house.people[role], "Asia/Shanghai", Wanted(before=before)))
    assert index in plan
    assert "Sort" not in plan
    assert ("Index Cond" in plan and "ROW(" in plan) is deep
