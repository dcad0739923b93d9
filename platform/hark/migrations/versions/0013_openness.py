"""What a unit of use costs, and the months that were laid open, which stay as they are."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the two tables; what was laid open is kept by what keeps the books."""
    op.create_table(
        "open_period",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("booked_before", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_open_period_currency")),
        sa.CheckConstraint("answered >= 5 AND answered % 5 = 0", name=op.f("ck_open_period_answered")),
        sa.CheckConstraint(
            "since < until AND extract(day FROM since) = 1 AND extract(day FROM until) = 1",
            name=op.f("ck_open_period_months"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_open_period")),
    )
    op.create_index("uq_open_period_since", "open_period", ["tenant_id", "since"], unique=True)
    op.create_table(
        "usage_rate",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("milli", sa.BigInteger(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('minutes', 'messages', 'numbers')", name=op.f("ck_usage_rate_kind")),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_usage_rate_month")),
        sa.CheckConstraint("milli >= 0", name=op.f("ck_usage_rate_milli")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_usage_rate")),
    )
    op.create_index("uq_usage_rate", "usage_rate", ["tenant_id", "kind", "month"], unique=True)
    op.create_index(
        "ix_outbox_letters",
        "outbox",
        ["tenant", "done_at"],
        unique=False,
        postgresql_where=sa.text("name = 'mail.send'"),
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "open_period" TO hark_app')
    op.execute('ALTER TABLE "open_period" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "open_period" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant ON \"open_period\" USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid) WITH CHECK (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "usage_rate" TO hark_app')
    op.execute('ALTER TABLE "usage_rate" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "usage_rate" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant ON \"usage_rate\" USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid) WITH CHECK (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)"
    )
    op.execute(
        "CREATE TRIGGER keeps BEFORE UPDATE OR DELETE ON open_period FOR EACH ROW EXECUTE FUNCTION ledger_keeps()"
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("ix_outbox_letters", table_name="outbox", postgresql_where=sa.text("name = 'mail.send'"))
    op.drop_index("uq_usage_rate", table_name="usage_rate")
    op.drop_table("usage_rate")
    op.drop_index("uq_open_period_since", table_name="open_period")
    op.drop_table("open_period")
