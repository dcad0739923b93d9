"""What was used, as sums by the month; and beside them, unconnected, what has been counted already.

Nothing here leads back to a call. A source is kept as its keyed fingerprint, without its own quantity (a call's length
alone would name it) or moment, and its id is random, for ids of the usual kind say when they were made.
"""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field

from infra.database import TenantTable, one_of

KINDS = ("minutes", "messages", "numbers", "storage")


class UsageEvent(TenantTable, table=True):
    """Something that was counted in a month (its first day). `source` is its fingerprint, once for each kind."""

    __tablename__ = "usage_event"
    __table_args__ = (
        one_of("kind", *KINDS),
        CheckConstraint("extract(day FROM month) = 1", name="month"),
        Index("uq_usage_event_source", "tenant_id", "kind", "source", unique=True),
        Index("ix_usage_event_month", "tenant_id", "month"),
    )
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: str
    source: bytes
    month: date


class UsageSum(TenantTable, table=True):
    """What a month (its first day) comes to: seconds of `minutes`, letters and texts, days of a number, byte-days."""

    __tablename__ = "usage_sum"
    __table_args__ = (
        one_of("kind", *KINDS),
        CheckConstraint("extract(day FROM month) = 1", name="month"),
        CheckConstraint("quantity >= 0", name="quantity"),
        Index("uq_usage_sum", "tenant_id", "kind", "month", unique=True),
    )
    kind: str
    month: date
    quantity: int = Field(sa_type=BigInteger)
