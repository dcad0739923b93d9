"""The schema as it stands in PostgreSQL: every table is under row-level security, or named with its reason."""

import ast
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from infra.scope import PLATFORM_TABLES
from infra.web.static import ROOT

OURS = "c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
TENANT = "nullif(current_setting('app.tenant'::text, true), ''::text)::uuid"


async def _tenant_tables(superuser: asyncpg.Connection) -> set[str]:
    found = await superuser.fetch(
        f"SELECT relname FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid WHERE {OURS} AND attname = 'tenant_id'"
    )
    return {row["relname"] for row in found}


async def test_every_table_forces_row_level_security_or_stands_among_the_platforms(
    superuser: asyncpg.Connection,
) -> None:
    found = await superuser.fetch(
        f"SELECT relname, relrowsecurity AND relforcerowsecurity AS held FROM pg_class c WHERE {OURS}"
    )
    assert {row["relname"] for row in found if not row["held"]} == set(PLATFORM_TABLES)
    assert {row["relname"] for row in found if row["held"]} == await _tenant_tables(superuser)
    assert all(len(reason.split()) > 3 for reason in PLATFORM_TABLES.values())


async def test_every_tenant_table_has_the_one_policy_and_members_see_their_own_places(
    superuser: asyncpg.Connection,
) -> None:
    found = await superuser.fetch("SELECT * FROM pg_policies")
    held = {row["tablename"] for row in found if row["policyname"] == "tenant"}
    assert held == await _tenant_tables(superuser)
    for row in found:
        if row["roles"] == ["hark_voice"]:  # a switch, which has no tenant, reads accounts and nothing else
            assert (row["tablename"], row["cmd"]) == ("sip_account", "SELECT")
            continue
        assert (row["permissive"], row["roles"]) == ("PERMISSIVE", ["public"])
        if row["policyname"] == "tenant":
            assert row["cmd"] == "ALL"
            assert _plain(row["qual"]) == _plain(row["with_check"]) == _plain(f"tenant_id = {TENANT}")
        elif row["policyname"] == "platform":  # whoever runs the platform reads what hotlines owe it, and nothing else
            assert (row["tablename"], row["cmd"]) in {("plan_standing", "SELECT"), ("plan_invoice", "SELECT")}
            assert _plain(row["qual"]) == _plain(f"{TENANT} = '{UUID(int=0)}'::uuid")
        else:
            assert (row["tablename"], row["policyname"], row["cmd"]) == ("member", "account", "SELECT")


def _plain(expression: str) -> str:
    return expression.lower().replace("(", "").replace(")", "").replace(" ", "")


async def test_the_tenant_leads_every_key_and_no_uniqueness_reaches_across_tenants(
    superuser: asyncpg.Connection,
) -> None:
    found = await superuser.fetch(f"""
        SELECT c.relname, i.indexrelid::regclass::text AS name, a.attname AS leads FROM pg_index i
        JOIN pg_class c ON c.oid = i.indrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
        WHERE {OURS} AND (i.indisunique OR i.indisprimary)""")
    tables = await _tenant_tables(superuser)
    assert [row["name"] for row in found if row["relname"] in tables and row["leads"] != "tenant_id"] == [
        "uq_sip_account_username"  # drawn at random; one switch serves every hotline, and knows accounts by name alone
    ]


async def test_every_foreign_key_of_a_tenant_table_carries_the_tenant(superuser: asyncpg.Connection) -> None:
    found = await superuser.fetch("""
        SELECT confrelid::regclass::text AS towards, conrelid::regclass::text AS of,
          ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey)) AS own,
          ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = confrelid AND attnum = ANY (confkey)) AS there
        FROM pg_constraint WHERE contype = 'f'""")
    tables = await _tenant_tables(superuser)
    ours = [row for row in found if row["of"].strip('"') in tables]
    assert ours
    for row in ours:
        assert row["towards"].strip('"') in tables
        assert "tenant_id" in row["own"]
        assert "tenant_id" in row["there"]


async def test_nothing_else_in_the_schema_leads_around_the_policies(superuser: asyncpg.Connection) -> None:
    role = await superuser.fetchrow("SELECT * FROM pg_roles WHERE rolname = 'hark_app'")
    assert not any(role[right] for right in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolcanlogin"))
    assert await superuser.fetch("SELECT relname FROM pg_class WHERE relowner = 'hark_app'::regrole") == []
    definers = await superuser.fetch(
        "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    )
    assert [row["proname"] for row in definers] == ["forget_audit"]
    views = await superuser.fetch("""
        SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
        AND (relkind = 'm' OR relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (reloptions), false))""")
    assert views == []


async def test_no_column_has_a_type_whose_comparison_isnt_leakproof_where_an_index_needs_it(
    superuser: asyncpg.Connection,
) -> None:
    """Native ENUM, numeric and jsonb comparisons aren't, so under row-level security such an index would lie idle."""
    found = await superuser.fetch(f"""
        SELECT c.relname, a.attname, t.typname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey) JOIN pg_type t ON t.oid = a.atttypid
        WHERE {OURS}""")
    leakproof = {"uuid", "text", "varchar", "int4", "int8", "timestamptz", "bytea", "bool", "date"}
    assert [tuple(row) for row in found if row["typname"] not in leakproof] == []


@pytest.mark.parametrize("folder", ["infra", "tenants", "themes", "billing", "provisioning", "platform"])
def test_nobody_but_the_scope_speaks_of_the_tenant_setting(folder: str) -> None:
    """`app.tenant` is set in one place; anybody else who names it only reads it in a policy or a migration."""
    for path in (ROOT / folder).rglob("*.py"):
        said = [node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)]
        setting = [text for text in said if isinstance(text, str) and ("set_config" in text or "SET LOCAL" in text)]
        if path.relative_to(ROOT) != Path("infra/scope.py"):
            assert not [text for text in setting if "app." in text], path
