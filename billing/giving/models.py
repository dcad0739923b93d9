"""How a hotline takes gifts, each gift, and who gave it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from infra.database import TenantTable, belongs_to, document, moment, one_of
from tenants.texts import Text

MONTH = "month "
"""What the ticket of a gift begins with that was begun on no page."""


class GivingSettings(TenantTable, table=True):
    """How a hotline takes gifts, one row; its id is the tenant's.

    `open`: the donation page is on. `amounts` are what it suggests, in minor units of `currency`. `does` says what a
    gift does, `thanks` is what donors read afterwards. `fee_points` (hundredths of a percent) and `fee_minor` are what
    a payment costs, about: what "cover the fee" adds. `filing` is the number of the hotline's own public appeal where
    the law wants one; `partner` (name, filing, url) who collects in its place.
    """

    __tablename__ = "giving_settings"
    __table_args__ = (
        CheckConstraint("least_minor > 0 AND most_minor >= least_minor", name="bounds"),
        CheckConstraint("fee_points BETWEEN 0 AND 2000 AND fee_minor >= 0", name="fee"),
    )
    open: bool = False
    currency: str
    amounts: list[int] = Field(sa_type=ARRAY(BigInteger))
    least_minor: int = Field(sa_type=BigInteger)
    most_minor: int = Field(sa_type=BigInteger)
    fee_points: int = 290
    fee_minor: int = Field(default=0, sa_type=BigInteger)
    does: Text = document()
    thanks: Text = document()
    filing: str = ""
    partner: dict[str, Any] = document()


class Donor(TenantTable, table=True):
    """Somebody who gave and left an address; `hash` finds them again by it. `sealed` is JSON of name and email."""

    __tablename__ = "donor"
    __table_args__ = (
        Index("uq_donor_hash", "tenant_id", "hash", unique=True),
        Index("ix_donor_last", "tenant_id", "last_at", "id"),
    )
    hash: bytes
    sealed: bytes
    language: str
    first_at: datetime = moment(default=True)
    last_at: datetime = moment(default=True)


class Gift(TenantTable, table=True):
    """A gift from the moment that its donor presses the button. `ticket` is that of the page that it was given on:
    pressed twice, it is one gift. What is paid is `amount_minor` and, so that the whole of it arrives, `cover_minor`.

    `sealed` is JSON of name, email, honour and message, each "" where nothing was said. `state` follows the processor:
    it is `paid` only when the money is there, and then stays so; what is given back later stands in the ledger.
    `country` is the card's, known afterwards. `monthly`: it is one of a `monthly_gift`, which is known once it is paid;
    `reminded`: its donor wants a letter a month later.
    """

    __tablename__ = "gift"
    __table_args__ = (
        one_of("state", "started", "processing", "paid", "failed", "expired"),
        CheckConstraint("amount_minor > 0 AND cover_minor >= 0", name="amount"),
        belongs_to("campaign", "campaign", ondelete="RESTRICT"),
        belongs_to("donor", "donor", ondelete="RESTRICT"),
        belongs_to("monthly_gift", "monthly_gift", ondelete="RESTRICT"),
        Index("uq_gift_ticket", "tenant_id", "ticket", unique=True),
        Index("ix_gift_paid", "tenant_id", "paid_at", "id", postgresql_where=text("paid_at IS NOT NULL")),
        Index("ix_gift_unpaid", "tenant_id", "started_at", "id", postgresql_where=text("paid_at IS NULL")),
        Index("ix_gift_method", "tenant_id", "method", "paid_at", "id", postgresql_where=text("paid_at IS NOT NULL")),
        Index("ix_gift_campaign", "tenant_id", "campaign", postgresql_where=text("paid_at IS NOT NULL")),
        Index("ix_gift_donor", "tenant_id", "donor", "paid_at"),
        Index("ix_gift_monthly", "tenant_id", "monthly_gift", postgresql_where=text("monthly_gift IS NOT NULL")),
        Index("ix_gift_started", "tenant_id", "started_at"),
    )
    ticket: str
    campaign: UUID | None = None
    donor: UUID | None = None
    currency: str
    amount_minor: int = Field(sa_type=BigInteger)
    cover_minor: int = Field(default=0, sa_type=BigInteger)
    state: str = "started"
    monthly: bool = False
    monthly_gift: UUID | None = None
    reminded: bool = False
    anonymous: bool = True
    sealed: bytes
    language: str
    method: str = ""
    country: str = ""
    started_at: datetime = moment(default=True)
    paid_at: datetime | None = moment(nullable=True)

    @property
    def later_month(self) -> bool:
        """Whether it came by itself, after the first month of a monthly gift."""
        return self.ticket.startswith(MONTH)

    @property
    def total_minor(self) -> int:
        """What is paid."""
        return self.amount_minor + self.cover_minor
