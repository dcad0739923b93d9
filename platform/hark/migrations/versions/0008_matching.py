"""Sponsors' pools, and what of them went to which gift."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the two tables, held apart by tenant."""
    op.create_table(
        "pool",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("campaign", sa.Uuid(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("used_minor", sa.BigInteger(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("most_per_gift_minor", sa.BigInteger(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rest", sa.String(), nullable=False),
        sa.Column("rests", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'draft') = (opened_at IS NULL)", name=op.f("ck_pool_opened")),
        sa.CheckConstraint("rest IN ('returns', 'stays')", name=op.f("ck_pool_rest")),
        sa.CheckConstraint("state IN ('draft', 'open', 'closed')", name=op.f("ck_pool_state")),
        sa.CheckConstraint("most_per_gift_minor > 0", name=op.f("ck_pool_most_per_gift")),
        sa.CheckConstraint("percent BETWEEN 1 AND 1000", name=op.f("ck_pool_percent")),
        sa.CheckConstraint("until > since", name=op.f("ck_pool_until")),
        sa.CheckConstraint("used_minor BETWEEN 0 AND amount_minor AND amount_minor > 0", name=op.f("ck_pool_used")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "campaign"],
            ["campaign.tenant_id", "campaign.id"],
            name=op.f("fk_pool_tenant_id_campaign"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_pool")),
    )
    op.create_index("ix_pool_campaign", "pool", ["tenant_id", "campaign"], unique=False)
    op.create_index(
        "ix_pool_open", "pool", ["tenant_id", "currency"], unique=False, postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "pool_match",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pool", sa.Uuid(), nullable=False),
        sa.Column("gift", sa.Uuid(), nullable=False),
        sa.Column("kept_minor", sa.BigInteger(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("minor >= 0 AND kept_minor >= 0", name=op.f("ck_pool_match_minor")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "gift"],
            ["gift.tenant_id", "gift.id"],
            name=op.f("fk_pool_match_tenant_id_gift"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "pool"],
            ["pool.tenant_id", "pool.id"],
            name=op.f("fk_pool_match_tenant_id_pool"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_pool_match")),
    )
    op.create_index("ix_pool_match_gift", "pool_match", ["tenant_id", "gift"], unique=False)
    op.create_index("uq_pool_match", "pool_match", ["tenant_id", "pool", "gift"], unique=True)
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "pool" TO hark_app')
    op.execute('ALTER TABLE "pool" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "pool" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant ON \"pool\" USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid) WITH CHECK (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "pool_match" TO hark_app')
    op.execute('ALTER TABLE "pool_match" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "pool_match" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant ON \"pool_match\" USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid) WITH CHECK (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)"
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("uq_pool_match", table_name="pool_match")
    op.drop_index("ix_pool_match_gift", table_name="pool_match")
    op.drop_table("pool_match")
    op.drop_index("ix_pool_open", table_name="pool", postgresql_where=sa.text("state = 'open'"))
    op.drop_index("ix_pool_campaign", table_name="pool")
    op.drop_table("pool")
