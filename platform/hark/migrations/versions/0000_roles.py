"""The role that the app speaks as: it owns nothing and obeys row-level security."""

from alembic import op

revision = "0000"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        DO $$ BEGIN
          IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'hark_app') THEN
            CREATE ROLE hark_app NOLOGIN NOSUPERUSER NOBYPASSRLS;
          END IF;
          IF NOT pg_has_role(current_user, 'hark_app', 'SET') THEN
            EXECUTE format('GRANT hark_app TO %I', current_user);
          END IF;
        END $$
    """)
    op.execute("GRANT USAGE ON SCHEMA public TO hark_app")
    # The app may only add to the audit trail. A hotline that is being closed takes its whole trail along, and no other.
    op.execute("""
        CREATE OR REPLACE FUNCTION forget_audit() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = public AS $$ BEGIN
          DELETE FROM audit_entry WHERE tenant_id IN (
            SELECT id FROM tenant WHERE id::text = current_setting('app.tenant', true) AND status = 'closing');
        END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION forget_audit() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION forget_audit() TO hark_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION forget_audit()")
    op.execute("REVOKE USAGE ON SCHEMA public FROM hark_app")
