"""Somebody may look after gifts without seeing anything of calls: a role of its own."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BEFORE = ("owner", "admin", "supervisor", "operator", "auditor")
ROLES = (*BEFORE, "fundraiser")


def _let(roles: tuple[str, ...]) -> None:
    for table in ("member", "invitation"):
        name = op.f(f"ck_{table}_role")
        op.drop_constraint(name, table, type_="check")
        op.create_check_constraint(name, table, f"role IN ({', '.join(repr(role) for role in roles)})")


def upgrade() -> None:
    """Let members and invitations have it."""
    _let(ROLES)


def downgrade() -> None:
    """Take the role away; refused while somebody has it."""
    _let(BEFORE)
