"""What holds receipts: each number behind the one before it, none taken back, nothing on a receipt ever changed."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# A number follows the one before it, which is there for good: so there can be no gap.
FOLLOWS = """
CREATE FUNCTION receipt_follows() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  IF NEW.number > 1 AND NOT EXISTS (
    SELECT FROM receipt WHERE tenant_id = NEW.tenant_id AND series = NEW.series AND number = NEW.number - 1
  ) THEN
    RAISE EXCEPTION 'receipt %-% would leave a gap', NEW.series, NEW.number USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""
# What may change: how it stands, by its two steps, and what was learnt later. A hotline that is being closed takes its
# receipts along.
KEEPS = """
CREATE FUNCTION receipt_keeps() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF EXISTS (SELECT FROM tenant WHERE id = OLD.tenant_id AND status = 'closing') THEN
      RETURN OLD;
    END IF;
  ELSIF (OLD.tenant_id, OLD.id, OLD.series, OLD.number, OLD.gift, OLD.currency, OLD.minor, OLD.given_on, OLD.issued_at,
      OLD.language, OLD.replaces, OLD.token_hash, OLD.donor_hash)
    IS NOT DISTINCT FROM (NEW.tenant_id, NEW.id, NEW.series, NEW.number, NEW.gift, NEW.currency, NEW.minor,
      NEW.given_on, NEW.issued_at, NEW.language, NEW.replaces, NEW.token_hash, NEW.donor_hash)
    AND (OLD.state = NEW.state OR (OLD.state, NEW.state) IN
      (('issued', 'void'), ('issued', 'replaced'), ('void', 'replaced'))) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a receipt is never changed nor taken back' USING ERRCODE = 'restrict_violation';
END $$
"""


def upgrade() -> None:
    """Make the functions, and let the table call them."""
    op.execute(FOLLOWS)
    op.execute(KEEPS)
    op.execute("CREATE TRIGGER follows BEFORE INSERT ON receipt FOR EACH ROW EXECUTE FUNCTION receipt_follows()")
    op.execute("CREATE TRIGGER keeps BEFORE UPDATE OR DELETE ON receipt FOR EACH ROW EXECUTE FUNCTION receipt_keeps()")


def downgrade() -> None:
    """Take them away again."""
    op.execute("DROP TRIGGER keeps ON receipt")
    op.execute("DROP TRIGGER follows ON receipt")
    op.execute("DROP FUNCTION receipt_keeps()")
    op.execute("DROP FUNCTION receipt_follows()")
