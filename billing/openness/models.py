"""What a unit of use costs a hotline, and which stretches of months it has laid open."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field

from infra.database import TenantTable, moment, one_of


class UsageRate(TenantTable, table=True):
    """What a hotline pays its telephone or mail company from a month (its first day) on, until another rate begins:
    for a minute, a letter, or a number for a month, in thousandths of a minor unit of `currency`."""

    __tablename__ = "usage_rate"
    __table_args__ = (
        one_of("kind", "minutes", "messages", "numbers"),
        CheckConstraint("milli >= 0", name="milli"),
        CheckConstraint("extract(day FROM month) = 1", name="month"),
        Index("uq_usage_rate", "tenant_id", "kind", "month", unique=True),
    )
    kind: str
    month: date
    currency: str
    milli: int = Field(sa_type=BigInteger)
    set_at: datetime = moment(default=True)


class OpenPeriod(TenantTable, table=True):
    """The months from `since` to before `until` as they were laid open, for good: the database refuses any change.

    What it comes to is a query over the postings that happened before `until` and had been booked before a day in UTC
    that is over (`booked_before`), less those of the periods before it. `answered` is how many contacts were answered,
    as it is published: to the nearest five. Nobody can count them again later, since calls are forgotten.
    """

    __tablename__ = "open_period"
    __table_args__ = (
        CheckConstraint("since < until AND extract(day FROM since) = 1 AND extract(day FROM until) = 1", name="months"),
        CheckConstraint("answered >= 5 AND answered % 5 = 0", name="answered"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        Index("uq_open_period_since", "tenant_id", "since", unique=True),
    )
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    since: date
    until: date
    booked_before: date
    currency: str
    answered: int
