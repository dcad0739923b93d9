"""What is kept of a gift that was entered by hand, beside the gift itself."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field

from infra.database import TenantTable, belongs_to, moment, one_of


class OfflineGift(TenantTable, table=True):
    """A gift that came another way than by the page; `id` is the gift's. `given_on` is a day where the hotline is.

    `sealed` is JSON of `facts.OfflineFacts`. `entry` is the entry of the ledger that stands for it, None once it was
    taken back; `booked` how often it was entered there, for a correction takes back what was and enters what is right.
    `receipt` says whether one is wanted.
    """

    __tablename__ = "offline_gift"
    __table_args__ = (
        one_of("kind", "bank", "cash", "in_kind"),
        CheckConstraint("minor > 0", name="minor"),
        belongs_to("campaign", "campaign", ondelete="RESTRICT"),
        Index("ix_offline_gift_given", "tenant_id", "minor", "given_on"),
    )
    kind: str
    given_on: date
    currency: str
    minor: int = Field(sa_type=BigInteger)
    campaign: UUID | None = None
    sealed: bytes
    language: str
    receipt: bool = True
    booked: int = 0
    entry: UUID | None = None
    entered_by: UUID | None = None
    entered_at: datetime = moment(default=True)
    changed_at: datetime | None = moment(nullable=True)
