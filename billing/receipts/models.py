"""Receipts, the counters that number them, and the links to a year's statements."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field

from infra.database import TenantTable, belongs_to, moment, one_of


class ReceiptSeries(TenantTable, table=True):
    """A counter: `next` is the number that the series' next receipt takes. Whoever takes it holds the row locked until
    its transaction ends, so that one undone gives its number back."""

    __tablename__ = "receipt_series"
    __table_args__ = (Index("uq_receipt_series_series", "tenant_id", "series", unique=True),)
    series: str
    next: int = Field(default=1, sa_type=BigInteger)


class Receipt(TenantTable, table=True):
    """A receipt, by its number in its series. `sealed` is what stands on it (`facts.Facts`), as it was when it was
    issued; `token_hash` finds it by its donor's link, `donor_hash` finds a donor's others.

    A void one counts for nothing any more; of a replaced one its replacement counts, which names it in `replaces`.
    `official_number` is that of the receipt which the law asks for, where ours isn't that one.
    """

    __tablename__ = "receipt"
    __table_args__ = (
        one_of("state", "issued", "void", "replaced"),
        CheckConstraint("minor > 0", name="minor"),
        CheckConstraint("number > 0", name="number"),
        belongs_to("replaces", "receipt"),
        Index("uq_receipt_number", "tenant_id", "series", "number", unique=True),
        Index("uq_receipt_first", "tenant_id", "gift", unique=True, postgresql_where=text("replaces IS NULL")),
        Index("ix_receipt_gift", "tenant_id", "gift"),
        Index("uq_receipt_replaces", "tenant_id", "replaces", unique=True),
        Index("uq_receipt_token", "tenant_id", "token_hash", unique=True),
        Index("ix_receipt_donor", "tenant_id", "donor_hash", "given_on"),
        Index("ix_receipt_given", "tenant_id", "given_on"),
        Index(
            "ix_receipt_unofficial",
            "tenant_id",
            "id",
            postgresql_where=text("official_number = '' AND state = 'issued'"),
        ),
    )
    series: str
    number: int = Field(sa_type=BigInteger)
    gift: UUID
    sealed: bytes
    token_hash: bytes
    donor_hash: bytes | None = None
    currency: str
    minor: int = Field(sa_type=BigInteger)
    given_on: date
    issued_at: datetime = moment(default=True)
    language: str
    state: str = "issued"
    ended_at: datetime | None = moment(nullable=True)
    replaces: UUID | None = None
    official_number: str = ""
    unprintable: bool = False
    """Whether what stands on it has a sign that no installed type can print."""
    mailed_at: datetime | None = moment(nullable=True)

    @property
    def label(self) -> str:
        """Its number as people quote it: G-000012."""
        return f"{self.series}-{self.number:06}"


class ReceiptYear(TenantTable, table=True):
    """A donor's link to the statement of a year; `sealed` holds its token, so that it can be mailed again."""

    __tablename__ = "receipt_year"
    __table_args__ = (
        Index("uq_receipt_year_donor", "tenant_id", "donor_hash", "year", unique=True),
        Index("uq_receipt_year_token", "tenant_id", "token_hash", unique=True),
    )
    donor_hash: bytes
    year: int
    sealed: bytes
    token_hash: bytes
    mailed_at: datetime | None = moment(nullable=True)
