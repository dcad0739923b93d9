"""A hotline with years behind it, beside others: thousands of rows in every table that grows, made by the database."""

from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy import Table

from infra.ids import new_id
from infra.scope import PLATFORM_TABLES
from tests.isolation.seeds import Seeded

STAYS_SMALL = {
    "profile": "one row",
    "vault_key": "one row",
    "case_count": "one row",
    "line": "as many as there are ways in",
    "flow": "as many as there are lines",
    "flow_version": "one for each time that somebody published",
    "form_version": "one for each change of the form",
    "workflow_version": "one for each change of the workflow",
    "calendar": "a few",
    "team": "a few",
    "team_member": "as many as there are volunteers",
    "member": "as many as there are volunteers",
    "duty": "as many as there are volunteers",
    "trunk": "as many as there are telephone companies",
    "allowance": "one row",
    "plan_standing": "one row",
    "plan_payer": "as many as have paid for it",
    "plan_invoice": "twelve a year",
    "plan_letter": "a few for each invoice",
    "destination": "fifty at most",
    "sip_account": "as many as there are open tabs and desk phones",
    "shift": "a week's",
    "invitation": "those of a week",
    "mail_wish": "as many as there are volunteers",
    "line_setting": "as many as there are lines",
    "receipt_series": "a few",
    "bank_account": "a few",
    "bank_layout": "as many as there are forms of statements",
    "usage_sum": "four a month",
    "usage_rate": "one for each time that a rate changed",
    "open_period": "twelve a year",
    "payment_account": "one, and those that were disconnected",
    "giving_settings": "one row",
    "campaign": "a few a year",
    "pool": "a few a year",
    "campaign_picture": "six for a campaign at most",
    "prompt": "as many as a flow has texts that somebody recorded",
}
"""Tables that a scan may read whole. Every other tenant table grows for as long as a hotline lives."""

OURS, OTHERS, EACH = 1500, 12, 400
VARIED = {
    "contact": {"status": "CASE n % 50 WHEN 0 THEN 'draft' ELSE 'submitted' END"},
    "case": {
        "stage": "CASE n % 20 WHEN 0 THEN 'planning' ELSE 'closed' END",
        "closed_at": "CASE n % 20 WHEN 0 THEN NULL ELSE now() - n * interval '1 hour' END",
    },
    "voicemail": {"status": "CASE n % 50 WHEN 0 THEN 'new' ELSE 'done' END"},
    "callback": {"status": "CASE n % 50 WHEN 0 THEN 'new' ELSE 'done' END"},
    "caller": {
        "blocked_until": "CASE n % 50 WHEN 0 THEN now() + interval '1 day' ELSE NULL END",
        "planned_at": "CASE n % 50 WHEN 0 THEN now() - n * interval '1 hour' ELSE NULL END",
    },
    "receipt": {
        "given_on": "current_date - n",
        "donor_hash": "CASE n % 100 WHEN 0 THEN t.donor_hash ELSE uuid_send(gen_random_uuid()) END",
        "replaces": "NULL::uuid",
        "official_number": "CASE n % 50 WHEN 0 THEN '' ELSE n::text END",
    },
    "offline_gift": {"kind": "'bank'", "given_on": "current_date - n"},
    "bank_file": {
        "hash": "uuid_send(gen_random_uuid())",
        "state": "CASE n % 50 WHEN 0 THEN 'brought' ELSE 'read' END",
    },
    "bank_line": {
        "state": "CASE n % 50 WHEN 0 THEN 'waiting' ELSE 'ignored' END",
        "day": "current_date - n",
    },
    "receipt_year": {"year": "2000 + n % 200"},
    "line_day": {"day": "current_date - n"},
    "gift": {"ticket": "'gift:' || n", "paid_at": "now() - n * interval '1 hour'"},
    "monthly_gift": {
        "subscription": "'sub_' || n",
        "state": "CASE n % 50 WHEN 0 THEN 'active' ELSE 'ended' END",
        "ended_at": "CASE n % 50 WHEN 0 THEN NULL ELSE now() - n * interval '1 hour' END",
    },
    "monthly_letter": {"period": "'in_' || n"},
    "gift_reminder": {"next_on": "current_date + n % 28 + 1"},
    "operation": {"key": "'operation:' || n"},
    "dispute": {"dispute": "'dispute:' || n"},
    "payout": {"payout": "'payout:' || n"},
    "ledger_entry": {"ref": "'entry:' || n", "reverses": "NULL::uuid"},
    "ledger_posting": {"booked_on": "current_date - n"},
    "ledger_sum": {"day": "current_date - 9 - n"},
    "ledger_day": {"day": "current_date - 9 - n"},
    "leg": {"state": "CASE n % 50 WHEN 0 THEN 'answered' ELSE 'over' END"},
}
"""What isn't the same in every row: most of what a hotline keeps is done with."""
FRESH = {UUID: "gen_random_uuid()", int: "10000 + n", bytes: "uuid_send(gen_random_uuid())"}


def growing(tables: dict[str, Table]) -> list[Table]:
    """The tenant tables that grow."""
    return [table for name, table in sorted(tables.items()) if name not in {*PLATFORM_TABLES, *STAYS_SMALL}]


def _key(table: str) -> str:
    return f"md5('{table}' || tenant || n)::uuid"


def _changed(table: Table, grow: set[str]) -> dict[str, str]:
    """Column → what it is in row `n` of `tenant`: keys that fit each other, and nothing twice that must be unique."""
    unique = {column.name for index in table.indexes if index.unique for column in index.columns}
    columns = {"tenant_id": "tenant", "id": _key(table.name)}
    for column in table.columns:
        towards = {key.column.table.name for key in column.foreign_keys} & grow
        if column.name in columns:
            continue
        if towards:
            columns[column.name] = _key(towards.pop())
        elif column.name in unique and not column.foreign_keys and column.type.python_type in FRESH:
            columns[column.name] = FRESH[column.type.python_type]
        elif column.type.python_type is datetime and not column.nullable:
            columns[column.name] = "now() - n * interval '1 hour'"
    return columns | VARIED.get(table.name, {})


async def grow(superuser: asyncpg.Connection, seeded: Seeded, tables: dict[str, Table]) -> None:
    """Fill every growing table from the hotline's own one row in it, for the hotline and for others."""
    grown = growing(tables)
    names = {table.name for table in grown}
    tenants = [seeded.hotline.tenant, *(new_id() for _ in range(OTHERS))]
    async with superuser.transaction():
        await superuser.execute("SET LOCAL session_replication_role = replica")
        for table in grown:
            pairs = ", ".join(f"'{column}', {value}" for column, value in _changed(table, names).items())
            await superuser.execute(
                f"""INSERT INTO "{table.name}" SELECT (jsonb_populate_record(t, jsonb_build_object({pairs}))).*
                FROM "{table.name}" t, unnest($1::uuid[]) WITH ORDINALITY AS of (tenant, place),
                generate_series(1, CASE place WHEN 1 THEN {OURS} ELSE {EACH} END) AS n
                WHERE t.id = $2 AND t.tenant_id = $3""",
                tenants,
                seeded.ids[table.name],
                seeded.hotline.tenant,
            )
    for table in grown:
        await superuser.execute(f'ANALYZE "{table.name}"')
