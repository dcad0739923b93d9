"""Gifts that are entered by hand, and the statements of a bank line by line."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their policies."""
    op.create_table(
        "bank_account",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_bank_account")),
    )
    op.create_index("uq_bank_account_name", "bank_account", ["tenant_id", "name"], unique=True)
    op.create_table(
        "bank_file",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("fresh", sa.Integer(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('brought', 'read')", name=op.f("ck_bank_file_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account"],
            ["bank_account.tenant_id", "bank_account.id"],
            name=op.f("fk_bank_file_tenant_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_bank_file")),
    )
    op.create_index(
        "ix_bank_file_brought",
        "bank_file",
        ["tenant_id", "at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'brought'"),
    )
    op.create_index("ix_bank_file_hash", "bank_file", ["tenant_id", "hash"], unique=False)
    op.create_table(
        "bank_layout",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("header", sa.String(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account"],
            ["bank_account.tenant_id", "bank_account.id"],
            name=op.f("fk_bank_layout_tenant_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_bank_layout")),
    )
    op.create_index("uq_bank_layout_header", "bank_layout", ["tenant_id", "header"], unique=True)
    op.create_table(
        "bank_payer",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("donor", sa.Uuid(), nullable=True),
        sa.Column("cost", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "donor"],
            ["donor.tenant_id", "donor.id"],
            name=op.f("fk_bank_payer_tenant_id_donor"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_bank_payer")),
    )
    op.create_index("ix_bank_payer_donor", "bank_payer", ["tenant_id", "donor"], unique=False)
    op.create_index("uq_bank_payer_hash", "bank_payer", ["tenant_id", "hash"], unique=True)
    op.create_table(
        "offline_gift",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("campaign", sa.Uuid(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("receipt", sa.Boolean(), nullable=False),
        sa.Column("booked", sa.Integer(), nullable=False),
        sa.Column("entry", sa.Uuid(), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('bank', 'cash', 'in_kind')", name=op.f("ck_offline_gift_kind")),
        sa.CheckConstraint("minor > 0", name=op.f("ck_offline_gift_minor")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "campaign"],
            ["campaign.tenant_id", "campaign.id"],
            name=op.f("fk_offline_gift_tenant_id_campaign"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_offline_gift")),
    )
    op.create_index("ix_offline_gift_given", "offline_gift", ["tenant_id", "minor", "given_on"], unique=False)
    op.create_table(
        "bank_line",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("file", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("payer", sa.LargeBinary(), nullable=True),
        sa.Column("doubt", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=True),
        sa.Column("entry", sa.Uuid(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'gift', 'known', 'payout', 'pool', 'grant', 'cash', 'cost', 'ignored')",
            name=op.f("ck_bank_line_state"),
        ),
        sa.CheckConstraint("minor <> 0", name=op.f("ck_bank_line_minor")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account"],
            ["bank_account.tenant_id", "bank_account.id"],
            name=op.f("fk_bank_line_tenant_id_account"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file"],
            ["bank_file.tenant_id", "bank_file.id"],
            name=op.f("fk_bank_line_tenant_id_file"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_bank_line")),
    )
    op.create_index("ix_bank_line_account", "bank_line", ["tenant_id", "account", "day", "minor"], unique=False)
    op.create_index("ix_bank_line_day", "bank_line", ["tenant_id", "day", "id"], unique=False)
    op.create_index("ix_bank_line_file", "bank_line", ["tenant_id", "file"], unique=False)
    op.create_index(
        "ix_bank_line_waiting",
        "bank_line",
        ["tenant_id", "day", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("uq_bank_line_hash", "bank_line", ["tenant_id", "hash"], unique=True)
    op.create_index(
        "uq_bank_line_subject",
        "bank_line",
        ["tenant_id", "subject"],
        unique=True,
        postgresql_where=sa.text("subject IS NOT NULL"),
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "bank_account" TO hark_app')
    op.execute('ALTER TABLE "bank_account" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "bank_account" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant ON \"bank_account\" USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid) WITH CHECK (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "bank_file" TO hark_app')
    op.execute('ALTER TABLE "bank_file" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "bank_file" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant ON \"bank_file\" USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid) WITH CHECK (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "bank_layout" TO hark_app')
    op.execute('ALTER TABLE "bank_layout" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "bank_layout" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant ON \"bank_layout\" USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid) WITH CHECK (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "bank_payer" TO hark_app')
    op.execute('ALTER TABLE "bank_payer" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "bank_payer" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant ON \"bank_payer\" USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid) WITH CHECK (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "offline_gift" TO hark_app')
    op.execute('ALTER TABLE "offline_gift" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "offline_gift" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant ON \"offline_gift\" USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid) WITH CHECK (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "bank_line" TO hark_app')
    op.execute('ALTER TABLE "bank_line" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "bank_line" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant ON \"bank_line\" USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid) WITH CHECK (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)"
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_index("uq_bank_line_subject", table_name="bank_line", postgresql_where=sa.text("subject IS NOT NULL"))
    op.drop_index("uq_bank_line_hash", table_name="bank_line")
    op.drop_index("ix_bank_line_waiting", table_name="bank_line", postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index("ix_bank_line_file", table_name="bank_line")
    op.drop_index("ix_bank_line_day", table_name="bank_line")
    op.drop_index("ix_bank_line_account", table_name="bank_line")
    op.drop_table("bank_line")
    op.drop_index("ix_offline_gift_given", table_name="offline_gift")
    op.drop_table("offline_gift")
    op.drop_index("uq_bank_payer_hash", table_name="bank_payer")
    op.drop_index("ix_bank_payer_donor", table_name="bank_payer")
    op.drop_table("bank_payer")
    op.drop_index("uq_bank_layout_header", table_name="bank_layout")
    op.drop_table("bank_layout")
    op.drop_index("ix_bank_file_hash", table_name="bank_file")
    op.drop_index("ix_bank_file_brought", table_name="bank_file", postgresql_where=sa.text("state = 'brought'"))
    op.drop_table("bank_file")
    op.drop_index("uq_bank_account_name", table_name="bank_account")
    op.drop_table("bank_account")
