"""A campaign, the news it brings, and its pictures."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field

from infra.database import TenantTable, belongs_to, document, moment, one_of
from tenants.texts import Text


class Campaign(TenantTable, table=True):
    """Something to collect for. `slug` names it in addresses; `title`, `brief` (one sentence) and `story` are texts by
    language. What it has raised stands in the ledger alone. `goal_minor` is in minor units of `currency`; without a
    goal there is no thermometer. It takes gifts while it is open and its last day, in the hotline's zone, isn't over.
    """

    __tablename__ = "campaign"
    __table_args__ = (
        one_of("state", "draft", "open", "closed"),
        CheckConstraint("goal_minor > 0", name="goal"),
        Index("uq_campaign_slug", "tenant_id", "slug", unique=True),
    )
    slug: str
    state: str = "draft"
    title: Text = document()
    brief: Text = document()
    story: Text = document()
    currency: str
    goal_minor: int | None = Field(default=None, sa_type=BigInteger)
    ends_on: date | None = None
    created_at: datetime = moment(default=True)


class CampaignUpdate(TenantTable, table=True):
    """News of a campaign, for those who gave and those who may."""

    __tablename__ = "campaign_update"
    __table_args__ = (
        belongs_to("campaign", "campaign"),
        Index("ix_campaign_update_campaign", "tenant_id", "campaign", "at"),
    )
    campaign: UUID
    at: datetime = moment(default=True)
    words: Text = document()


class CampaignPicture(TenantTable, table=True):
    """A picture of a campaign; `alt` says in words what it shows. Its file has nothing in it but the picture."""

    __tablename__ = "campaign_picture"
    __table_args__ = (
        belongs_to("campaign", "campaign"),
        Index("ix_campaign_picture_campaign", "tenant_id", "campaign", "id"),
    )
    campaign: UUID
    alt: Text = document()
    width: int
    height: int
