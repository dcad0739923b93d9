"""A transaction sees the tenant that it began for, in every way of asking, and nothing without one."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import delete, exists, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from infra.database import Session, engine, unit_of_work
from infra.scope import account_scope, no_scope, tenant_scope
from tenants.members.models import Member, Team
from tests.infra.conftest import Small

TABLE = Team.__table__
Ask = Callable[[Session, Small], Awaitable[Any]]


async def _raw(session: Session, small: Small) -> Any:
    await session.execute(text("SELECT 1"))  # nothing begins a transaction but a statement through the session
    connection = await session.connection()
    driver = (await connection.get_raw_connection()).driver_connection
    return await driver.fetch("SELECT id FROM team WHERE id = $1", small.team)


async def _get(session: Session, small: Small) -> Any:
    found = await session.get(Team, (small.tenant, small.team))
    return [found] if found else []


def _asking(make: Callable[[Small], Any]) -> Ask:
    async def ask(session: Session, small: Small) -> Any:
        rows = (await session.execute(make(small))).all()
        return [row for row in rows if row[0]]  # a count of 0 and EXISTS false are nothing found

    return ask


WAYS: dict[str, Ask] = {
    "get by primary key": _get,
    "select": _asking(lambda s: select(Team).where(col(Team.id) == s.team)),
    "count": _asking(lambda s: select(func.count()).select_from(Team).where(col(Team.id) == s.team)),
    "exists": _asking(lambda s: select(exists().where(col(Team.id) == s.team))),
    "subquery": _asking(lambda s: select(TABLE.c.id).where(TABLE.c.id.in_(select(TABLE.c.id)), TABLE.c.id == s.team)),
    "scalar subquery": _asking(lambda s: select(select(TABLE.c.name).where(TABLE.c.id == s.team).scalar_subquery())),
    "cte": _asking(lambda s: select(select(TABLE).where(TABLE.c.id == s.team).cte("t").c.id)),
    "union": _asking(lambda s: select(TABLE.c.id).where(TABLE.c.id == s.team).union(
        select(TABLE.c.id).where(TABLE.c.tenant_id == s.tenant))),
    "core": _asking(lambda s: select(TABLE).where(TABLE.c.tenant_id == s.tenant)),
    "text": _asking(lambda s: text("SELECT id FROM team WHERE id = :id").bindparams(id=s.team)),
    "always-true text": _asking(lambda s: text("SELECT id FROM team WHERE id = :id OR 1 = 1").bindparams(id=s.team)),
    "update": _asking(lambda s: update(Team).where(col(Team.id) == s.team).values(name="Mine").returning(col(Team.id))),
    "delete": _asking(lambda s: delete(Team).where(col(Team.id) == s.team).returning(col(Team.id))),
    "lock": _asking(lambda s: select(Team).where(col(Team.id) == s.team).with_for_update()),
    "the driver itself": _raw,
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
async def test_only_the_tenant_in_scope_is_found(pair: tuple[Small, Small], way: str) -> None:
    first, second = pair
    with tenant_scope(first.tenant):
        async with unit_of_work() as session:
            assert len(await WAYS[way](session, first)) == 1
            await session.rollback()
    for scope in (tenant_scope(second.tenant), no_scope(), account_scope(first.account)):
        with scope:
            async with unit_of_work() as session:
                found = await WAYS[way](session, first)
                if "always-true" in way:
                    found = [row for row in found if row[0] == first.team]
                assert found == []
                await session.rollback()


async def test_a_row_in_the_identity_map_doesnt_outlive_its_scope(pair: tuple[Small, Small]) -> None:
    first, second = pair
    with tenant_scope(first.tenant):
        async with unit_of_work() as session:
            assert await _get(session, first)
    with tenant_scope(second.tenant):
        async with unit_of_work() as session:
            assert not await _get(session, first)


async def _sees(session: Session) -> set[Any]:
    return set((await session.execute(select(TABLE.c.tenant_id))).scalars())


async def test_a_session_used_on_after_rollback_or_commit_is_still_in_scope(pair: tuple[Small, Small]) -> None:
    first, _ = pair
    with tenant_scope(first.tenant):
        async with unit_of_work() as session:
            assert await _sees(session) == {first.tenant}
            with pytest.raises(DBAPIError):
                await session.execute(text("SELECT 1 / 0"))
            await session.rollback()
            assert await _sees(session) == {first.tenant}
            await session.commit()
            assert await _sees(session) == {first.tenant}
    with no_scope():
        async with unit_of_work() as session:
            await session.rollback()
            assert await _sees(session) == set()


async def test_a_scope_set_inside_an_open_transaction_doesnt_change_it(pair: tuple[Small, Small]) -> None:
    first, second = pair
    with tenant_scope(first.tenant):
        async with unit_of_work() as session:
            await _sees(session)
            with tenant_scope(second.tenant):
                assert await _sees(session) == {first.tenant}
                session.add(Team(key="smuggled", name="Smuggled"))  # the scope says the second tenant
                with pytest.raises(DBAPIError, match="row-level security"):
                    await session.flush()
            await session.rollback()


async def test_savepoints_neither_widen_nor_lose_the_scope(pair: tuple[Small, Small]) -> None:
    first, second = pair
    with tenant_scope(first.tenant):
        async with unit_of_work() as session:
            async with session.begin_nested():
                assert await _sees(session) == {first.tenant}
                with tenant_scope(second.tenant):
                    async with session.begin_nested() as inner:
                        assert await _sees(session) == {first.tenant}
                        await inner.rollback()
                assert await _sees(session) == {first.tenant}
            with pytest.raises(DBAPIError):
                async with session.begin_nested():
                    await session.execute(text("SELECT 1 / 0"))
            assert await _sees(session) == {first.tenant}


async def test_autocommit_has_no_scope_and_leaves_none_behind(pair: tuple[Small, Small]) -> None:
    first, _ = pair
    with tenant_scope(first.tenant):
        async with engine().connect() as plain:
            connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
            assert (await connection.execute(select(TABLE.c.id))).all() == []
            await connection.execute(text("BEGIN"))  # by hand, around the one way in
            assert (await connection.execute(select(TABLE.c.id))).all() == []
            await connection.execute(text("COMMIT"))
            await connection.execute(text("SELECT set_config('app.tenant', :t, false)"), {"t": str(first.tenant)})
    try:
        for _ in range(20):
            with no_scope():
                async with unit_of_work() as session:
                    assert await _sees(session) == set()
    finally:
        await engine().dispose()


async def test_a_pool_shared_by_many_remembers_no_tenant(pair: tuple[Small, Small]) -> None:
    """Hundreds of units of work over sixteen connections: some commit, some fail, some are cancelled half-way."""
    dice = random.Random(7)

    async def work(turn: int) -> None:
        scope, mine = ((no_scope(), set()), *((tenant_scope(each.tenant), {each.tenant}) for each in pair))[turn % 3]
        with scope:
            async with unit_of_work() as session:
                assert await _sees(session) == mine
                await asyncio.sleep(dice.random() / 500)
                if turn % 5 == 0:
                    await session.execute(text("SELECT pg_sleep(0.02)"))
                if turn % 7 == 0:
                    raise LookupError
                assert await _sees(session) == mine

    tasks = [asyncio.create_task(work(turn)) for turn in range(300)]
    await asyncio.sleep(0.1)
    for task in tasks[::10]:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    odd = [each for each in outcomes if each is not None and not isinstance(each, LookupError | asyncio.CancelledError)]
    assert odd == []
    assert sum(each is None for each in outcomes) > 200


async def test_an_account_sees_its_own_memberships_and_nothing_else(pair: tuple[Small, Small]) -> None:
    first, second = pair
    with tenant_scope(first.tenant):
        async with unit_of_work() as session:
            session.add(Member(account_id=second.team, name="Somebody else", role="operator"))
    with account_scope(first.account):
        async with unit_of_work() as session:
            found = (await session.execute(select(col(Member.id)))).scalars().all()
            assert set(found) == {first.member, second.member}
            assert await _sees(session) == set()
            changed = await session.execute(update(Member).values(role="owner").returning(col(Member.id)))
            assert changed.all() == []
            made = insert(Member).values(
                tenant_id=first.tenant, id=second.team, account_id=first.account, name="Self-made", role="owner",
                languages=[], skills=[], created_at=func.now(),
            )  # fmt: skip
            with pytest.raises(DBAPIError, match="row-level security"):
                await session.execute(made)
            await session.rollback()
