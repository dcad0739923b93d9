"""What holds monthly gifts, and the letters that were sent because of them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the two tables, and let gifts and payments name what they are a month of."""
    op.create_table(
        "monthly_gift",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("subscription", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("begun", sa.Uuid(), nullable=False),
        sa.Column("donor", sa.Uuid(), nullable=True),
        sa.Column("campaign", sa.Uuid(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("cover_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("anchor", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resumes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("card_brand", sa.String(), nullable=False),
        sa.Column("card_last4", sa.String(), nullable=False),
        sa.Column("card_month", sa.Integer(), nullable=False),
        sa.Column("card_year", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why_ended", sa.String(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('active', 'past_due', 'paused', 'ending', 'ended')", name=op.f("ck_monthly_gift_state")
        ),
        sa.CheckConstraint("amount_minor > 0 AND cover_minor >= 0", name=op.f("ck_monthly_gift_amount")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "campaign"],
            ["campaign.tenant_id", "campaign.id"],
            name=op.f("fk_monthly_gift_tenant_id_campaign"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "donor"],
            ["donor.tenant_id", "donor.id"],
            name=op.f("fk_monthly_gift_tenant_id_donor"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_monthly_gift")),
        sa.UniqueConstraint("tenant_id", "subscription", name=op.f("uq_monthly_gift_tenant_id_subscription")),
    )
    op.create_index("ix_monthly_gift_customer", "monthly_gift", ["tenant_id", "customer"], unique=False)
    op.create_index("ix_monthly_gift_donor", "monthly_gift", ["tenant_id", "donor"], unique=False)
    op.create_index(
        "ix_monthly_gift_running",
        "monthly_gift",
        ["tenant_id", "started_at", "id"],
        unique=False,
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_index(
        "ix_monthly_gift_over",
        "monthly_gift",
        ["tenant_id", "ended_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'ended'"),
    )
    op.create_index("ix_monthly_gift_started", "monthly_gift", ["tenant_id", "started_at"], unique=False)
    op.create_table(
        "monthly_letter",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("monthly_gift", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "reason IN ('failed', 'card', 'unpaid', 'resumes', 'stopped')", name=op.f("ck_monthly_letter_reason")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "monthly_gift"],
            ["monthly_gift.tenant_id", "monthly_gift.id"],
            name=op.f("fk_monthly_letter_tenant_id_monthly_gift"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_monthly_letter")),
        sa.UniqueConstraint(
            "tenant_id",
            "monthly_gift",
            "reason",
            "period",
            name=op.f("uq_monthly_letter_tenant_id_monthly_gift_reason_period"),
        ),
    )
    op.add_column("gift", sa.Column("monthly_gift", sa.Uuid(), nullable=True))
    op.add_column("gift", sa.Column("reminded", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("gift", "reminded", server_default=None)
    op.create_index(
        "ix_gift_monthly",
        "gift",
        ["tenant_id", "monthly_gift"],
        unique=False,
        postgresql_where=sa.text("monthly_gift IS NOT NULL"),
    )
    op.create_foreign_key(
        op.f("fk_gift_tenant_id_monthly_gift"),
        "gift",
        "monthly_gift",
        ["tenant_id", "monthly_gift"],
        ["tenant_id", "id"],
        ondelete="RESTRICT",
    )
    op.add_column("payment", sa.Column("subscription", sa.String(), nullable=True))
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "monthly_gift" TO hark_app')
    op.execute('ALTER TABLE "monthly_gift" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "monthly_gift" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant ON \"monthly_gift\" USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid) WITH CHECK (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "monthly_letter" TO hark_app')
    op.execute('ALTER TABLE "monthly_letter" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "monthly_letter" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant ON \"monthly_letter\" USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid) WITH CHECK (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)"
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_column("payment", "subscription")
    op.drop_constraint(op.f("fk_gift_tenant_id_monthly_gift"), "gift", type_="foreignkey")
    op.drop_index("ix_gift_monthly", table_name="gift", postgresql_where=sa.text("monthly_gift IS NOT NULL"))
    op.drop_column("gift", "reminded")
    op.drop_column("gift", "monthly_gift")
    op.drop_table("monthly_letter")
    op.drop_index("ix_monthly_gift_started", table_name="monthly_gift")
    op.drop_index("ix_monthly_gift_over", table_name="monthly_gift", postgresql_where=sa.text("state = 'ended'"))
    op.drop_index("ix_monthly_gift_running", table_name="monthly_gift", postgresql_where=sa.text("state <> 'ended'"))
    op.drop_index("ix_monthly_gift_donor", table_name="monthly_gift")
    op.drop_index("ix_monthly_gift_customer", table_name="monthly_gift")
    op.drop_table("monthly_gift")
