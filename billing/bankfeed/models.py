"""Accounts at banks, the files that were brought, how each bank's columns are read, and every line once."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field

from infra.database import TenantTable, belongs_to, document, moment, one_of


class BankAccount(TenantTable, table=True):
    """An account of the organisation's at a bank, by the name that it gives it."""

    __tablename__ = "bank_account"
    __table_args__ = (Index("uq_bank_account_name", "tenant_id", "name", unique=True),)
    name: str
    currency: str
    made_at: datetime = moment(default=True)


class BankLayout(TenantTable, table=True):
    """How a file with this header is read, as somebody confirmed it: `columns` is `mapping.Mapping` as a document."""

    __tablename__ = "bank_layout"
    __table_args__ = (
        belongs_to("account", "bank_account"),
        Index("uq_bank_layout_header", "tenant_id", "header", unique=True),
    )
    header: str
    account: UUID
    columns: dict[str, Any] = document()
    used_at: datetime = moment(default=True)


class BankFile(TenantTable, table=True):
    """A file that somebody brought. `sealed` is what was in it, gone as soon as its lines are kept; `sealed_name` what
    it was called, which may hold an account's number. `hash` knows it again."""

    __tablename__ = "bank_file"
    __table_args__ = (
        one_of("state", "brought", "read"),
        belongs_to("account", "bank_account"),
        Index("ix_bank_file_brought", "tenant_id", "at", "id", postgresql_where=text("state = 'brought'")),
        Index("ix_bank_file_hash", "tenant_id", "hash"),
    )
    account: UUID | None = None
    state: str = "brought"
    sealed_name: bytes
    sealed: bytes | None = None
    hash: bytes
    lines: int = 0
    fresh: int = 0
    """How many of its lines hadn't been there before."""
    by: UUID | None = None
    at: datetime = moment(default=True)


class BankLine(TenantTable, table=True):
    """A line of a statement: above nought what came, below what went. `hash` is over account, day, amount, payer,
    reference and which of several alike it is, so that a file brought twice, or one that overlaps, adds nothing.

    `sealed` is JSON of `lines.Told`; `payer` finds others of the same payer by. `doubt`: another file of the account
    has the same amount on the same day in other words. `subject` is what it was found to be (a gift, an entry, a
    pool's), which no other line is; `entry` what was booked because of it, None where it was in the books already.
    `turn` counts how often it was undone.
    """

    __tablename__ = "bank_line"
    __table_args__ = (
        one_of("state", "waiting", "gift", "known", "payout", "pool", "grant", "cash", "cost", "ignored"),
        CheckConstraint("minor <> 0", name="minor"),
        belongs_to("account", "bank_account"),
        belongs_to("file", "bank_file"),
        Index("uq_bank_line_hash", "tenant_id", "hash", unique=True),
        Index(
            "uq_bank_line_subject", "tenant_id", "subject", unique=True, postgresql_where=text("subject IS NOT NULL")
        ),
        Index("ix_bank_line_waiting", "tenant_id", "day", "id", postgresql_where=text("state = 'waiting'")),
        Index("ix_bank_line_day", "tenant_id", "day", "id"),
        Index("ix_bank_line_account", "tenant_id", "account", "day", "minor"),
        Index("ix_bank_line_file", "tenant_id", "file"),
    )
    account: UUID
    file: UUID
    day: date
    minor: int = Field(sa_type=BigInteger)
    currency: str
    hash: bytes
    sealed: bytes
    payer: bytes | None = None
    doubt: bool = False
    state: str = "waiting"
    subject: UUID | None = None
    entry: UUID | None = None
    turn: int = 0
    by: UUID | None = None
    decided_at: datetime | None = moment(nullable=True)


class BankPayer(TenantTable, table=True):
    """What the last confirmed line of a payer was; `hash` is of their account's number, or of their name. `donor` is
    whom a gift was from; `cost` the account of the books of what was paid to them."""

    __tablename__ = "bank_payer"
    __table_args__ = (
        belongs_to("donor", "donor"),
        Index("uq_bank_payer_hash", "tenant_id", "hash", unique=True),
        Index("ix_bank_payer_donor", "tenant_id", "donor"),
    )
    hash: bytes
    donor: UUID | None = None
    cost: str = ""
    at: datetime = moment(default=True)
