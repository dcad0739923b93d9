"""What somebody gives every month, and the letters that were sent because of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from infra.database import TenantTable, belongs_to, moment, one_of


class MonthlyGift(TenantTable, table=True):
    """A gift that comes again each month until somebody stops it. Its id follows from the processor's `subscription`.

    What is charged each time is `amount_minor` and `cover_minor`. `begun` is the gift that was begun on the page and
    that the first month pays. `anchor` is the moment after which the months run, `next_at` when the next is due, None
    once it is over; while it is paused nothing is charged before `resumes_at`. The card is as the processor shows it.
    Whoever gives is `donor`, by the name and address that they have now. `why_ended`: "stopped" by a wish, "unpaid"
    after the last try, "elsewhere" for what was done in the processor's own pages.
    """

    __tablename__ = "monthly_gift"
    __table_args__ = (
        one_of("state", "active", "past_due", "paused", "ending", "ended"),
        CheckConstraint("amount_minor > 0 AND cover_minor >= 0", name="amount"),
        belongs_to("campaign", "campaign", ondelete="RESTRICT"),
        belongs_to("donor", "donor", ondelete="RESTRICT"),
        UniqueConstraint("tenant_id", "subscription"),
        Index("ix_monthly_gift_donor", "tenant_id", "donor"),
        Index("ix_monthly_gift_customer", "tenant_id", "customer"),
        Index("ix_monthly_gift_running", "tenant_id", "started_at", "id", postgresql_where=text("state <> 'ended'")),
        Index("ix_monthly_gift_over", "tenant_id", "ended_at", "id", postgresql_where=text("state = 'ended'")),
        Index("ix_monthly_gift_started", "tenant_id", "started_at"),
    )
    account: str
    subscription: str
    customer: str = ""
    begun: UUID
    donor: UUID | None = None
    campaign: UUID | None = None
    currency: str
    amount_minor: int = Field(sa_type=BigInteger)
    cover_minor: int = Field(default=0, sa_type=BigInteger)
    state: str = "active"
    anchor: datetime = moment()
    next_at: datetime | None = moment(nullable=True)
    resumes_at: datetime | None = moment(nullable=True)
    card_brand: str = ""
    card_last4: str = ""
    card_month: int = 0
    card_year: int = 0
    started_at: datetime = moment(default=True)
    ended_at: datetime | None = moment(nullable=True)
    why_ended: str = ""
    looked_at: datetime | None = moment(nullable=True)


class MonthlyLetter(TenantTable, table=True):
    """A letter about a monthly gift: one for each reason and `period` (an invoice, a card's last month, a day)."""

    __tablename__ = "monthly_letter"
    __table_args__ = (
        one_of("reason", "failed", "card", "unpaid", "resumes", "stopped"),
        belongs_to("monthly_gift", "monthly_gift"),
        UniqueConstraint("tenant_id", "monthly_gift", "reason", "period"),
    )
    monthly_gift: UUID
    reason: str
    period: str
    sent_at: datetime = moment(default=True)
