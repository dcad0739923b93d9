"""What holds the keys to donors' own pages, and who wants to be reminded of giving."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TENANT = "nullif(current_setting('app.tenant', true), '')::uuid"


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "donor_key",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("donor", sa.Uuid(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('wish', 'letter', 'visit', 'address')", name=op.f("ck_donor_key_kind")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "donor"],
            ["donor.tenant_id", "donor.id"],
            name=op.f("fk_donor_key_tenant_id_donor"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_donor_key")),
    )
    op.create_index("ix_donor_key_donor", "donor_key", ["tenant_id", "donor"], unique=False)
    op.create_index("ix_donor_key_expires", "donor_key", ["tenant_id", "expires_at"], unique=False)
    op.create_index(
        "uq_donor_key_hash",
        "donor_key",
        ["tenant_id", "hash"],
        unique=True,
        postgresql_where=sa.text("hash IS NOT NULL"),
    )
    op.create_table(
        "gift_reminder",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("donor", sa.Uuid(), nullable=False),
        sa.Column("gift", sa.Uuid(), nullable=False),
        sa.Column("campaign", sa.Uuid(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('active', 'stopped')", name=op.f("ck_gift_reminder_state")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_gift_reminder_amount")),
        sa.CheckConstraint("day BETWEEN 1 AND 31", name=op.f("ck_gift_reminder_day")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "campaign"],
            ["campaign.tenant_id", "campaign.id"],
            name=op.f("fk_gift_reminder_tenant_id_campaign"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "donor"],
            ["donor.tenant_id", "donor.id"],
            name=op.f("fk_gift_reminder_tenant_id_donor"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "gift"],
            ["gift.tenant_id", "gift.id"],
            name=op.f("fk_gift_reminder_tenant_id_gift"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_gift_reminder")),
    )
    op.create_index("ix_gift_reminder_donor", "gift_reminder", ["tenant_id", "donor"], unique=False)
    op.create_index(
        "ix_gift_reminder_due",
        "gift_reminder",
        ["tenant_id", "next_on"],
        unique=False,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_index(
        "uq_gift_reminder_one",
        "gift_reminder",
        ["tenant_id", "donor", "campaign"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
        postgresql_nulls_not_distinct=True,
    )
    for table in ("donor_key", "gift_reminder"):
        op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO hark_app')
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY tenant ON "{table}" USING (tenant_id = {TENANT}) WITH CHECK (tenant_id = {TENANT})')


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("gift_reminder")
    op.drop_table("donor_key")
