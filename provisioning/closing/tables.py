"""What the database itself says a tenant has: every table under a tenant's scope, those that refer to others first."""

from graphlib import TopologicalSorter

from sqlalchemy import text

from infra.database import Session

KEPT = {"vault_key", "audit_entry"}
"""The key is destroyed by itself, last; the audit trail goes through a function of its own."""

_TABLES = text(
    "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'tenant_id'"
)
_REFERENCES = text(
    "SELECT f.relname, t.relname FROM pg_constraint c JOIN pg_class f ON f.oid = c.conrelid "
    "JOIN pg_class t ON t.oid = c.confrelid WHERE c.contype = 'f' AND f.oid <> t.oid"
)


async def tenant_tables(session: Session) -> list[str]:
    """The names, in an order in which rows can be deleted. Asked of the database and not of our models, so that no
    table is forgotten because nobody had imported it."""
    names = set((await session.execute(_TABLES)).scalars())
    before: dict[str, set[str]] = {name: set() for name in names}
    for referring, referred in await session.execute(_REFERENCES):
        if referring in names and referred in names:
            before[referred].add(referring)
    return [name for name in TopologicalSorter(before).static_order() if name != "vault_key"]
