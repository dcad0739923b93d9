"""What there is of a tenant, read past every policy: a digest of each table's rows and of its files."""

import hashlib
from pathlib import Path
from uuid import UUID

import asyncpg

PLATFORM_ROWS = {
    "tenant": "id = $1",
    "host": "tenant = $1",
    "number": "tenant = $1 OR rests_from = $1",
    "account": "id IN (SELECT account_id FROM member WHERE tenant_id = $1)",
    "application": "tenant = $1",
    "application_file": "application IN (SELECT id FROM application WHERE tenant = $1)",
    "provisioning_step": "tenant = $1",
    "export": "tenant = $1",
    "outbox": "tenant = $1",
    "timer": "tenant = $1",
    "port": "tenant = $1",
    "payee": "tenant = $1",
    "processor_event": "tenant = $1",
    "carried": "tenant = $1",
}
"""Which rows of the platform's tables are about a tenant."""
NOBODYS = {
    "carrier_node": "which ways into the house are open, alike for every hotline",
    "mail": "letters of an install without a mail server",
    "vendor_leg": "a telephone company's names of legs, gone a day after they are over",
    "simulated_object": "the simulated processor's own, which knows accounts and no hotlines",
    "simulated_answer": "as above",
    "simulated_delivery": "as above",
    "alembic_version": "the schema's own",
}


async def tenant_tables(superuser: asyncpg.Connection) -> list[str]:
    """Every table with a tenant."""
    found = await superuser.fetch(
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'tenant_id' ORDER BY 1"
    )
    return [row["table_name"] for row in found]


async def rows(superuser: asyncpg.Connection, tenant: UUID) -> dict[str, str]:
    """Table → its rows about this tenant, as one hash; empty where there are none."""
    where = dict.fromkeys(await tenant_tables(superuser), "tenant_id = $1") | PLATFORM_ROWS
    read = "SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM \"{}\" t WHERE {}"
    return {name: await superuser.fetchval(read.format(name, which), tenant) or "" for name, which in where.items()}


def files(data_dir: Path, *keys: UUID) -> dict[str, str]:
    """File → its hash, of all whose path names one of these."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((data_dir / "files").rglob("*"))
        if path.is_file() and any(str(key) in str(path) for key in keys)
    }
