"""What the database refuses the app's role, whatever the app is brought to say: another tenant's rows and old acts."""

from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from infra.database import Session, dsn, engine, refuse_unsafe_role, unit_of_work
from infra.ids import new_id
from infra.scope import no_scope, tenant_scope
from infra.settings import settings
from tenants.audit.models import AuditEntry, record
from tenants.directory.models import Tenant
from tenants.members.models import Team, TeamMember
from tests.infra.conftest import Small

Pair = tuple[Small, Small]


async def _refused(session: Session, statement: str, match: str, **values: object) -> None:
    with pytest.raises(DBAPIError, match=match):
        await session.execute(text(statement), values)
    await session.rollback()


async def test_a_row_cant_be_written_into_another_tenant(pair: Pair) -> None:
    first, second = pair
    with tenant_scope(second.tenant):
        async with unit_of_work() as session:
            session.add(Team(tenant_id=first.tenant, key="planted", name="Planted"))
            with pytest.raises(DBAPIError, match="row-level security"):
                await session.flush()
            await session.rollback()
            copy = "INSERT INTO team (tenant_id, id, key, name) VALUES (:tenant, :id, 'planted', 'Planted')"
            await _refused(session, copy, "row-level security", tenant=first.tenant, id=new_id())
            moved = "UPDATE team SET tenant_id = :tenant WHERE id = :id"
            await _refused(session, moved, "row-level security", tenant=first.tenant, id=second.team)
    with no_scope():
        async with unit_of_work() as session:
            await _refused(session, copy, "row-level security", tenant=first.tenant, id=new_id())


async def test_a_key_taken_in_one_tenant_is_free_in_another_and_tells_nothing(pair: Pair) -> None:
    first, second = pair
    with tenant_scope(second.tenant):
        async with unit_of_work() as session:
            session.add(Team(id=first.team, key="same-id", name="The same id as the first tenant's team"))
    with tenant_scope(first.tenant):
        async with unit_of_work() as session:
            assert (await session.get(Team, (first.tenant, first.team))).key == "main"


async def test_a_foreign_key_cant_point_into_another_tenant(pair: Pair) -> None:
    first, second = pair
    for team, member in ((first.team, second.member), (second.team, first.member)):
        with tenant_scope(second.tenant):
            async with unit_of_work() as session:
                session.add(TeamMember(team_id=team, member_id=member))
                with pytest.raises(IntegrityError):
                    await session.flush()
                await session.rollback()


async def test_the_apps_role_cant_step_around_the_policies(pair: Pair) -> None:
    _, second = pair
    with tenant_scope(second.tenant):
        async with unit_of_work() as session:
            await session.execute(text("SET LOCAL row_security = off"))
            await _refused(session, "SELECT * FROM team", "row-level security")
            for statement in (
                "ALTER TABLE team DISABLE ROW LEVEL SECURITY",
                "ALTER TABLE team NO FORCE ROW LEVEL SECURITY",
                "DROP POLICY tenant ON team",
                "CREATE POLICY mine ON team USING (true)",
                "TRUNCATE team",
                "DROP TABLE team",
                "CREATE TABLE copied AS SELECT * FROM team",
                "ALTER ROLE hark_app BYPASSRLS",
                "SET ROLE postgres",
                "SET SESSION AUTHORIZATION postgres",
                "COPY team TO PROGRAM 'cat'",
            ):
                await _refused(session, statement, "must be owner|permission denied|cannot|only roles")


async def test_even_the_owner_of_the_tables_sees_nothing_without_a_scope(pair: Pair) -> None:
    connection = await asyncpg.connect(dsn())
    try:
        assert await connection.fetchval("SELECT current_user") == "hark_owner"
        assert await connection.fetch("SELECT * FROM team") == []
    finally:
        await connection.close()


async def test_an_app_that_would_speak_as_superuser_refuses_to_start(
    ground: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    await refuse_unsafe_role()
    monkeypatch.setattr("infra.database.APP_ROLE", "postgres")
    url = (settings().database_url or "").replace("hark_owner@", "postgres@")
    monkeypatch.setattr(settings(), "database_url", url)
    engine.cache_clear()
    try:
        with pytest.raises(RuntimeError, match="bypasses row-level security"):
            await refuse_unsafe_role()
    finally:
        await engine().dispose()
        engine.cache_clear()


async def _act(small: Small) -> UUID:
    with tenant_scope(small.tenant):
        async with unit_of_work() as session:
            record(session, "case.open", member=small.member)
            await session.flush()
            row = (await session.execute(text("SELECT id FROM audit_entry ORDER BY at DESC LIMIT 1"))).scalar_one()
            return UUID(str(row))


async def test_the_audit_trail_can_be_added_to_and_read_but_not_changed(pair: Pair) -> None:
    first, _ = pair
    entry = await _act(first)
    with tenant_scope(first.tenant):
        async with unit_of_work() as session:
            for statement in (
                "UPDATE audit_entry SET action = 'nothing'",
                "DELETE FROM audit_entry",
                "TRUNCATE audit_entry",
                "INSERT INTO audit_entry TABLE audit_entry ON CONFLICT (tenant_id, id) DO UPDATE SET action = ''",
            ):
                await _refused(session, statement, "permission denied")
            found = await session.get(AuditEntry, (first.tenant, entry))
            assert found is not None
            assert found.action == "case.open"


async def test_the_audit_trail_is_forgotten_only_with_a_tenant_that_is_closing(pair: Pair) -> None:
    first, second = pair
    entries = {small: await _act(small) for small in pair}
    with no_scope():
        async with unit_of_work() as session:
            for small, status in ((first, "open"), (second, "closing")):
                about = {"slug": small.tenant.hex, "name": "x", "organisation": "x", "kind": "blank", "country": "CN"}
                session.add(Tenant(id=small.tenant, zone="UTC", languages=["en"], status=status, **about))
    for small in pair:
        with tenant_scope(small.tenant):
            async with unit_of_work() as session:
                await session.execute(text("SELECT forget_audit()"))
    with no_scope():
        async with unit_of_work() as session:
            await session.execute(text("SELECT forget_audit()"))
    for small, left in ((first, True), (second, False)):
        with tenant_scope(small.tenant):
            async with unit_of_work() as session:
                assert (await session.get(AuditEntry, (small.tenant, entries[small])) is not None) == left
