"""What holds plans: which one a hotline is on, who pays, each month's invoice, and the letters about them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TENANT = "nullif(current_setting('app.tenant', true), '')::uuid"
PLATFORM = "'00000000-0000-0000-0000-000000000000'::uuid"


def upgrade() -> None:
    """Make the four tables."""
    op.create_table(
        "plan_letter",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_plan_letter")),
    )
    op.create_index("uq_plan_letter", "plan_letter", ["tenant_id", "kind", "about"], unique=True)
    op.create_table(
        "plan_payer",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("customer", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('own', 'sponsor')", name=op.f("ck_plan_payer_kind")),
        sa.CheckConstraint("state IN ('invited', 'active', 'ended')", name=op.f("ck_plan_payer_state")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_plan_payer")),
    )
    op.create_index(
        "uq_plan_payer_kind",
        "plan_payer",
        ["tenant_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_index("uq_plan_payer_token", "plan_payer", ["tenant_id", "token_hash"], unique=True)
    op.create_table(
        "plan_standing",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("later", sa.String(), nullable=True),
        sa.Column("later_from", sa.Date(), nullable=True),
        sa.Column("trial_until", sa.Date(), nullable=False),
        sa.Column("given", sa.String(), nullable=False),
        sa.Column("given_until", sa.Date(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.CheckConstraint("way IN ('card', 'invoice')", name=op.f("ck_plan_standing_way")),
        sa.CheckConstraint("(later IS NULL) = (later_from IS NULL)", name=op.f("ck_plan_standing_later")),
        sa.CheckConstraint("extract(day FROM later_from) = 1", name=op.f("ck_plan_standing_later_from")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_plan_standing")),
    )
    op.create_table(
        "plan_invoice",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("payer", sa.Uuid(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ref", sa.String(), nullable=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("outside", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'open', 'paid', 'void', 'uncollectible')", name=op.f("ck_plan_invoice_state")
        ),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_plan_invoice_month")),
        sa.CheckConstraint("minor > 0", name=op.f("ck_plan_invoice_minor")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "payer"],
            ["plan_payer.tenant_id", "plan_payer.id"],
            name=op.f("fk_plan_invoice_tenant_id_payer"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_plan_invoice")),
    )
    op.create_index("uq_plan_invoice_month", "plan_invoice", ["tenant_id", "month"], unique=True)
    op.create_index("uq_plan_invoice_ref", "plan_invoice", ["tenant_id", "ref"], unique=True)
    for table in ("plan_letter", "plan_payer", "plan_standing", "plan_invoice"):
        op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO hark_app')
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY tenant ON "{table}" USING (tenant_id = {TENANT}) WITH CHECK (tenant_id = {TENANT})')
    for table in ("plan_standing", "plan_invoice"):  # the platform's own scope may read what hotlines owe it
        op.execute(f'CREATE POLICY platform ON "{table}" FOR SELECT USING ({TENANT} = {PLATFORM})')


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("uq_plan_invoice_ref", table_name="plan_invoice")
    op.drop_index("uq_plan_invoice_month", table_name="plan_invoice")
    op.drop_table("plan_invoice")
    op.drop_table("plan_standing")
    op.drop_index("uq_plan_payer_token", table_name="plan_payer")
    op.drop_index("uq_plan_payer_kind", table_name="plan_payer", postgresql_where=sa.text("state <> 'ended'"))
    op.drop_table("plan_payer")
    op.drop_index("uq_plan_letter", table_name="plan_letter")
    op.drop_table("plan_letter")
