"""What was used, by the month; and what has been counted, which leads back to nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the two tables, held apart by tenant."""
    op.create_table(
        "usage_event",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.CheckConstraint("kind IN ('minutes', 'messages', 'numbers', 'storage')", name=op.f("ck_usage_event_kind")),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_usage_event_month")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_usage_event")),
    )
    op.create_index("ix_usage_event_month", "usage_event", ["tenant_id", "month"], unique=False)
    op.create_index("uq_usage_event_source", "usage_event", ["tenant_id", "kind", "source"], unique=True)
    op.create_table(
        "usage_sum",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('minutes', 'messages', 'numbers', 'storage')", name=op.f("ck_usage_sum_kind")),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_usage_sum_month")),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_usage_sum_quantity")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_usage_sum")),
    )
    op.create_index("uq_usage_sum", "usage_sum", ["tenant_id", "kind", "month"], unique=True)
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "usage_event" TO hark_app')
    op.execute('ALTER TABLE "usage_event" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "usage_event" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant ON \"usage_event\" USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid) WITH CHECK (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "usage_sum" TO hark_app')
    op.execute('ALTER TABLE "usage_sum" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "usage_sum" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant ON \"usage_sum\" USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid) WITH CHECK (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)"
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("uq_usage_sum", table_name="usage_sum")
    op.drop_table("usage_sum")
    op.drop_index("uq_usage_event_source", table_name="usage_event")
    op.drop_index("ix_usage_event_month", table_name="usage_event")
    op.drop_table("usage_event")
