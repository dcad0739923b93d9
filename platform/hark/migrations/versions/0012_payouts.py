"""Payouts and their lines, disputes, what a fundraiser notes of a donor."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


TABLES = ("payout", "payout_line", "dispute", "donor_note")
TENANT = "nullif(current_setting('app.tenant', true), '')::uuid"


def upgrade() -> None:
    """Make the tables, held apart by tenant, and further ways to find gifts, donors and payments."""
    op.create_table(
        "payout",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("payout", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrives_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_payout")),
    )
    op.create_index("ix_payout_made", "payout", ["tenant_id", "made_at", "id"], unique=False)
    op.create_index("uq_payout", "payout", ["tenant_id", "payout"], unique=True)
    op.create_table(
        "dispute",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gift", sa.Uuid(), nullable=False),
        sa.Column("dispute", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "gift"],
            ["payment.tenant_id", "payment.id"],
            name=op.f("fk_dispute_tenant_id_gift"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dispute")),
    )
    op.create_index("ix_dispute_at", "dispute", ["tenant_id", "at", "id"], unique=False)
    op.create_index(
        "ix_dispute_due", "dispute", ["tenant_id", "due"], unique=False, postgresql_where=sa.text("due IS NOT NULL")
    )
    op.create_index("ix_dispute_gift", "dispute", ["tenant_id", "gift"], unique=False)
    op.create_index("uq_dispute", "dispute", ["tenant_id", "dispute"], unique=True)
    op.create_table(
        "donor_note",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("donor", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "donor"],
            ["donor.tenant_id", "donor.id"],
            name=op.f("fk_donor_note_tenant_id_donor"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_donor_note")),
    )
    op.create_index("uq_donor_note_donor", "donor_note", ["tenant_id", "donor"], unique=True)
    op.create_table(
        "payout_line",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payout", sa.Uuid(), nullable=False),
        sa.Column("txn", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "payout"],
            ["payout.tenant_id", "payout.id"],
            name=op.f("fk_payout_line_tenant_id_payout"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_payout_line")),
    )
    op.create_index("ix_payout_line_at", "payout_line", ["tenant_id", "payout", "at", "id"], unique=False)
    op.create_index("uq_payout_line_txn", "payout_line", ["tenant_id", "payout", "txn"], unique=True)
    op.create_index(
        "ix_gift_unpaid",
        "gift",
        ["tenant_id", "started_at", "id"],
        unique=False,
        postgresql_where=sa.text("paid_at IS NULL"),
    )
    op.create_index(
        "ix_gift_method",
        "gift",
        ["tenant_id", "method", "paid_at", "id"],
        unique=False,
        postgresql_where=sa.text("paid_at IS NOT NULL"),
    )
    op.create_index("ix_donor_last", "donor", ["tenant_id", "last_at", "id"], unique=False)
    op.create_index(
        "ix_payment_refunded",
        "payment",
        ["tenant_id", "paid_at", "id"],
        unique=False,
        postgresql_where=sa.text("refunded_minor > 0"),
    )
    for table in TABLES:
        op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO hark_app')
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY tenant ON "{table}" USING (tenant_id = {TENANT}) WITH CHECK (tenant_id = {TENANT})')


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("ix_payment_refunded", table_name="payment")
    op.drop_index("ix_gift_method", table_name="gift")
    op.drop_index("ix_gift_unpaid", table_name="gift")
    op.drop_index("ix_donor_last", table_name="donor")
    for table in ("payout_line", "donor_note", "dispute", "payout"):
        op.drop_table(table)
