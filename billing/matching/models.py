"""A sponsor's pool, and what of it went to each gift."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field

from infra.database import TenantTable, belongs_to, moment, one_of


class Pool(TenantTable, table=True):
    """What a sponsor promises to add to gifts of the same currency that come from `since` up to `until`.

    Each gift is matched by `percent` of it (100: doubled), by at most `most_per_gift_minor`; those to `campaign`
    alone, or all. `sealed` is JSON of the sponsor's name and email; the page says the name only where they are
    `named`. `rest` is their wish for what is left when the pool is closed. The money itself stands in the ledger;
    `used_minor` is there so that the database refuses a match beyond the promise, and is shown nowhere; `rests` counts
    how often something was left, and so names its entries.
    """

    __tablename__ = "pool"
    __table_args__ = (
        one_of("state", "draft", "open", "closed"),
        one_of("rest", "returns", "stays"),
        CheckConstraint("used_minor BETWEEN 0 AND amount_minor AND amount_minor > 0", name="used"),
        CheckConstraint("percent BETWEEN 1 AND 1000", name="percent"),
        CheckConstraint("most_per_gift_minor > 0", name="most_per_gift"),
        CheckConstraint("until > since", name="until"),
        CheckConstraint("(state = 'draft') = (opened_at IS NULL)", name="opened"),
        belongs_to("campaign", "campaign", ondelete="RESTRICT"),
        Index("ix_pool_open", "tenant_id", "currency", postgresql_where=text("state = 'open'")),
        Index("ix_pool_campaign", "tenant_id", "campaign"),
    )
    state: str = "draft"
    sealed: bytes
    named: bool = True
    campaign: UUID | None = None
    currency: str
    amount_minor: int = Field(sa_type=BigInteger)
    used_minor: int = Field(default=0, sa_type=BigInteger)
    percent: int = 100
    most_per_gift_minor: int | None = Field(default=None, sa_type=BigInteger)
    since: datetime = moment()
    until: datetime = moment()
    rest: str = "returns"
    rests: int = 0
    made_at: datetime = moment(default=True)
    opened_at: datetime | None = moment(nullable=True)
    closed_at: datetime | None = moment(nullable=True)


class PoolMatch(TenantTable, table=True):
    """What of a pool went to a gift, as it stands: `minor` for `kept_minor` of the gift that were kept when it was
    last settled. `times` counts how often it changed, and so names its entries in the ledger."""

    __tablename__ = "pool_match"
    __table_args__ = (
        CheckConstraint("minor >= 0 AND kept_minor >= 0", name="minor"),
        belongs_to("pool", "pool", ondelete="RESTRICT"),
        belongs_to("gift", "gift", ondelete="RESTRICT"),
        Index("uq_pool_match", "tenant_id", "pool", "gift", unique=True),
        Index("ix_pool_match_gift", "tenant_id", "gift"),
    )
    pool: UUID
    gift: UUID
    kept_minor: int = Field(default=0, sa_type=BigInteger)
    minor: int = Field(default=0, sa_type=BigInteger)
    times: int = 0
    at: datetime = moment()
