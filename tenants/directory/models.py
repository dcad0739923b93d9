"""Tenants, their hosts and their numbers: platform tables, read before any tenant is known."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlmodel import Field

from infra.database import PlatformTable, moment, one_of


class Tenant(PlatformTable, table=True):
    """An organisation's hotline. `slug` names it in addresses, `zone` is an IANA time zone."""

    __tablename__ = "tenant"
    __table_args__ = (
        one_of("status", "setting_up", "pending", "open", "declined", "closing", "closed"),
        Index("uq_tenant_slug", "slug", unique=True),
    )
    slug: str
    name: str
    organisation: str
    kind: str
    country: str
    zone: str
    languages: list[str] = Field(sa_type=ARRAY(TEXT))
    status: str = "setting_up"
    created_at: datetime = moment(default=True)
    closed_at: datetime | None = moment(nullable=True)

    @property
    def usable(self) -> bool:
        """Whether staff may work in it: anything but closed."""
        return self.status not in ("closing", "closed")


class Host(PlatformTable, table=True):
    """A domain that leads to a tenant's public page."""

    __tablename__ = "host"
    __table_args__ = (Index("uq_host_name", "name", unique=True),)
    tenant: UUID = Field(index=True)
    name: str


class Number(PlatformTable, table=True):
    """A phone number in E.164, with one tenant at a time; a released one rests until `rests_until`."""

    __tablename__ = "number"
    __table_args__ = (
        one_of("status", "free", "held", "resting"),
        Index("uq_number_e164", "e164", unique=True),
        Index("ix_number_tenant", "tenant", postgresql_where=text("tenant IS NOT NULL")),
    )
    e164: str
    carrier: str
    status: str = "free"
    tenant: UUID | None = None
    line: UUID | None = None
    rests_until: datetime | None = moment(nullable=True)

    @property
    def simulated(self) -> bool:
        """Whether no telephone network knows it: +999 is a country code that the ITU has left unassigned."""
        return self.carrier == "sandbox"
