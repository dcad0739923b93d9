"""Who wants to be reminded of giving, of what, and when next."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field

from infra.database import TenantTable, belongs_to, moment, one_of


class GiftReminder(TenantTable, table=True):
    """A letter each month on the day of the month that `day` says, or on a shorter month's last. At most one for a
    donor and a campaign: `gift` is the last one given with that wish, `amount_minor` what it was. `next_on` is a day in
    the hotline's zone."""

    __tablename__ = "gift_reminder"
    __table_args__ = (
        one_of("state", "active", "stopped"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("day BETWEEN 1 AND 31", name="day"),
        belongs_to("donor", "donor"),
        belongs_to("gift", "gift"),
        belongs_to("campaign", "campaign", ondelete="RESTRICT"),
        Index(
            "uq_gift_reminder_one", "tenant_id", "donor", "campaign", unique=True,
            postgresql_where=text("state = 'active'"), postgresql_nulls_not_distinct=True,
        ),
        Index("ix_gift_reminder_donor", "tenant_id", "donor"),
        Index("ix_gift_reminder_due", "tenant_id", "next_on", postgresql_where=text("state = 'active'")),
    )  # fmt: skip
    donor: UUID
    gift: UUID
    campaign: UUID | None = None
    currency: str
    amount_minor: int = Field(sa_type=BigInteger)
    day: int
    next_on: date
    state: str = "active"
    language: str
    made_at: datetime = moment(default=True)
    told_at: datetime | None = moment(nullable=True)
