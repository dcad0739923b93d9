"""Alembic's environment: runs on the connection that it is given, and puts new tenant tables under their policy."""

from typing import Any

from alembic import context
from alembic.operations import MigrationScript, ops

from hark.models import metadata
from infra.scope import PLATFORM_TABLES, account_policy_sql, policy_sql


def add_policies(_context: Any, _revision: Any, directives: list[MigrationScript]) -> None:
    """A generated revision that creates a tenant table also creates its row-level security and grants."""
    for script in directives:
        if script.upgrade_ops is None:
            continue
        made = [op for op in script.upgrade_ops.ops if isinstance(op, ops.CreateTableOp)]
        for table in made:
            name = table.table_name
            rights = "SELECT, INSERT" if name == "audit_entry" else "SELECT, INSERT, UPDATE, DELETE"
            statements = [f'GRANT {rights} ON "{name}" TO hark_app']
            if name not in PLATFORM_TABLES:
                statements += policy_sql(name)
            if name == "member":
                statements.append(account_policy_sql(name))
            script.upgrade_ops.ops.extend(ops.ExecuteSQLOp(statement) for statement in statements)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    transaction_per_migration=False,
    process_revision_directives=add_policies,
)
with context.begin_transaction():
    context.run_migrations()
