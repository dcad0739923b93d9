"""What holds the books: entries that sum to zero, rows that are only ever added, days that stay closed."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEPT = ("ledger_entry", "ledger_posting", "ledger_day")

# Whoever books holds this lock until the end of the transaction; whoever closes a day waits for all of them. What comes
# with an earlier day, or from a clock that is behind, is booked on the first day that is open.
ENTERS = """
CREATE FUNCTION ledger_enters() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE closed date;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('books:' || NEW.tenant_id, 0));
  SELECT max(day) INTO closed FROM ledger_day WHERE tenant_id = NEW.tenant_id;
  NEW.booked_at := greatest(NEW.booked_at, (closed + 1)::timestamp AT TIME ZONE 'UTC');
  RETURN NEW;
END $$
"""
POSTED = """
CREATE FUNCTION ledger_posted() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  SELECT at, (booked_at AT TIME ZONE 'UTC')::date INTO NEW.at, NEW.booked_on
    FROM ledger_entry WHERE tenant_id = NEW.tenant_id AND id = NEW.entry_id;
  RETURN NEW;
END $$
"""
BALANCED = """
CREATE FUNCTION ledger_balanced() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE key uuid; found bigint; uneven text;
BEGIN
  key := CASE TG_TABLE_NAME WHEN 'ledger_entry' THEN to_jsonb(NEW) ->> 'id' ELSE to_jsonb(NEW) ->> 'entry_id' END;
  SELECT sum(postings), min(currency) FILTER (WHERE minor <> 0) INTO found, uneven FROM (
    SELECT currency, count(*) AS postings, sum(minor) AS minor FROM ledger_posting
    WHERE tenant_id = NEW.tenant_id AND entry_id = key GROUP BY currency) AS by_currency;
  IF uneven IS NOT NULL THEN
    RAISE EXCEPTION 'entry % does not sum to zero in %', key, uneven USING ERRCODE = 'check_violation';
  END IF;
  IF found IS DISTINCT FROM (SELECT size FROM ledger_entry WHERE tenant_id = NEW.tenant_id AND id = key) THEN
    RAISE EXCEPTION 'entry % is not whole', key USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
"""
# A hotline that is being closed takes its books along, and no other can.
KEEPS = """
CREATE FUNCTION ledger_keeps() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  IF TG_OP = 'DELETE' AND EXISTS (SELECT FROM tenant WHERE id = OLD.tenant_id AND status = 'closing') THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'the books are only ever added to' USING ERRCODE = 'restrict_violation';
END $$
"""
REFUSES = """
CREATE FUNCTION ledger_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the books are only ever added to' USING ERRCODE = 'restrict_violation';
END $$
"""


def upgrade() -> None:
    """Make the functions, and let the tables call them."""
    for function in (ENTERS, POSTED, BALANCED, KEEPS, REFUSES):
        op.execute(function)
    op.execute("CREATE TRIGGER enters BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_enters()")
    op.execute("CREATE TRIGGER posted BEFORE INSERT ON ledger_posting FOR EACH ROW EXECUTE FUNCTION ledger_posted()")
    for table in ("ledger_entry", "ledger_posting"):
        op.execute(
            f"CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION ledger_balanced()"
        )
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER keeps BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION ledger_keeps()"
        )
        op.execute(f"CREATE TRIGGER refuses BEFORE TRUNCATE ON {table} EXECUTE FUNCTION ledger_refuses()")
        op.execute(f"REVOKE UPDATE ON {table} FROM hark_app")


def downgrade() -> None:
    """Take them away again."""
    for table in KEPT:
        op.execute(f"GRANT UPDATE ON {table} TO hark_app")
        op.execute(f"DROP TRIGGER keeps ON {table}")
        op.execute(f"DROP TRIGGER refuses ON {table}")
    for table in ("ledger_entry", "ledger_posting"):
        op.execute(f"DROP TRIGGER balanced ON {table}")
    op.execute("DROP TRIGGER enters ON ledger_entry")
    op.execute("DROP TRIGGER posted ON ledger_posting")
    for function in ("enters", "posted", "balanced", "keeps", "refuses"):
        op.execute(f"DROP FUNCTION ledger_{function}()")
