"""Prepared statements: the same transaction, scope and undoing as everything else in a unit of work."""

from contextlib import suppress
from uuid import UUID

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import select as select_model

from infra.database import unit_of_work
from infra.ids import new_id
from infra.prepared import Batch, Prepared, add, change, table
from infra.scope import tenant_scope
from tenants.members.models import Team

_TEAM = table(Team).c
NAMES = Prepared(select(_TEAM.name).order_by(_TEAM.name))
OF = Prepared(select(_TEAM.id, _TEAM.name).where(_TEAM.key == bindparam("called")))


async def names() -> list[str]:
    async with unit_of_work() as session:
        return [row.name for row in await NAMES.all(session)]


@pytest.fixture
def tenant(ground: None) -> UUID:
    return new_id()


async def test_what_is_written_is_read_by_its_own_hotline_alone(tenant: UUID) -> None:
    with tenant_scope(tenant):
        async with unit_of_work() as session:
            key = new_id()
            await add(session, Team, id=key, key="main", name="Main")
            await change(session, Team, key, name="First")
            assert await OF.value(session, called="main") == key
        assert await names() == ["First"]
    with tenant_scope(new_id()):
        assert await names() == []


async def test_a_batch_writes_all_or_nothing(tenant: UUID) -> None:
    with tenant_scope(tenant):
        async with unit_of_work() as session:
            batch = Batch()
            for name in ("One", "Two"):
                batch.add(Team, id=new_id(), key=name, name=name)
            await batch.write(session)
            await batch.write(session)  # empty by now
        with suppress(IntegrityError):
            async with unit_of_work() as session:
                batch.add(Team, id=new_id(), key="Three", name="Three")
                batch.add(Team, id=new_id(), key="One", name="One again")
                await batch.write(session)
        assert await names() == ["One", "Two"]


async def test_a_failure_undoes_what_was_prepared_and_what_wasnt(tenant: UUID) -> None:
    with tenant_scope(tenant):
        with suppress(LookupError):
            async with unit_of_work() as session:
                await add(session, Team, id=new_id(), key="a", name="A")
                session.add(Team(key="b", name="B"))
                assert [row.name for row in await NAMES.all(session)] == ["A", "B"]
                raise LookupError
        assert await names() == []


async def test_a_savepoint_undoes_only_what_came_after_it(tenant: UUID) -> None:
    with tenant_scope(tenant):
        async with unit_of_work() as session:
            await add(session, Team, id=new_id(), key="kept", name="Kept")
            with suppress(LookupError):
                async with session.begin_nested():
                    await add(session, Team, id=new_id(), key="gone", name="Gone")
                    raise LookupError
            await add(session, Team, id=new_id(), key="later", name="Later")
        assert await names() == ["Kept", "Later"]


async def test_after_a_commit_the_next_statement_is_in_the_next_scope(tenant: UUID) -> None:
    with tenant_scope(tenant):
        async with unit_of_work() as session:
            await add(session, Team, id=new_id(), key="a", name="A")
            await session.commit()
            with tenant_scope(new_id()):
                assert await NAMES.all(session) == []
                assert (await session.exec(select_model(Team))).all() == []
