"""The books: entries and their postings, which are only ever added to, and what is derived from them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field

from infra.database import TenantTable, belongs_to, moment


class LedgerEntry(TenantTable, table=True):
    """Something that happened to money, at `at`; entered into the books at `booked_at`, which the database sees to be
    on no day whose digest is made. `ref` names it for whoever books it, once. `size` is how many postings it has, so
    that none can be added later. `reverses` is the entry that this one takes back; there is one such at most."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        belongs_to("reverses", "ledger_entry", ondelete="NO ACTION"),
        CheckConstraint("size > 1", name="size"),
        Index("uq_ledger_entry_ref", "tenant_id", "ref", unique=True),
        Index(
            "uq_ledger_entry_reverses", "tenant_id", "reverses", unique=True,
            postgresql_where=text("reverses IS NOT NULL"),
        ),
        Index("ix_ledger_entry_at", "tenant_id", "at", "id"),
        Index("ix_ledger_entry_booked_at", "tenant_id", "booked_at", "id"),
    )  # fmt: skip
    ref: str
    kind: str
    at: datetime = moment()
    booked_at: datetime = moment(default=True)
    size: int
    note: str = ""
    reverses: UUID | None = None


class LedgerPosting(TenantTable, table=True):
    """So much on one account, in minor units: a debit above nought, a credit below. `at` and `booked_on` (the day in
    UTC) are the entry's; the database copies them. Campaign, gift and pool say what it was for."""

    __tablename__ = "ledger_posting"
    __table_args__ = (
        belongs_to("entry_id", "ledger_entry", ondelete="NO ACTION"),
        CheckConstraint("minor <> 0", name="minor"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        Index("ix_ledger_posting_entry_id", "tenant_id", "entry_id"),
        Index(
            "ix_ledger_posting_account", "tenant_id", "account", "currency", "at", "id", postgresql_include=["minor"]
        ),
        Index(
            "ix_ledger_posting_booked_on", "tenant_id", "booked_on", "account", "currency",
            postgresql_include=["minor", "at", "campaign", "pool"],
        ),
        Index("ix_ledger_posting_gift", "tenant_id", "gift", postgresql_where=text("gift IS NOT NULL")),
    )  # fmt: skip
    entry_id: UUID
    account: str
    minor: int = Field(sa_type=BigInteger)
    currency: str
    at: datetime = moment()
    booked_on: date
    campaign: UUID | None = None
    gift: UUID | None = None
    pool: UUID | None = None


class LedgerSum(TenantTable, table=True):
    """What the postings of one day (of `at`, in UTC) on one account come to, as far as they were booked on days that
    are closed: all of them, and once more those of each campaign, of each pool, and of both where a posting names
    both. Derived: it can be made anew from the postings at any time, and a test does."""

    __tablename__ = "ledger_sum"
    __table_args__ = (
        Index(
            "uq_ledger_sum", "tenant_id", "campaign", "pool", "account", "currency", "day", unique=True,
            postgresql_include=["minor"], postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip
    campaign: UUID | None = None
    pool: UUID | None = None
    account: str
    currency: str
    day: date
    minor: int = Field(sa_type=BigInteger)
    postings: int


class LedgerDay(TenantTable, table=True):
    """A closed day: the digest of the entries that were booked on it (in UTC), and of all closed days so far. Hashes
    are SHA-256 in hexadecimal."""

    __tablename__ = "ledger_day"
    __table_args__ = (Index("uq_ledger_day", "tenant_id", "day", unique=True),)
    day: date
    entries: int
    root: str
    chain: str
    closed_at: datetime = moment(default=True)
