"""Tenants, their hosts and their numbers: platform tables, read before any tenant is known."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
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
    """A phone number in E.164, with one tenant at a time; a released one rests until `rests_until`.

    `carrier` and `node` (an account there) have it and are its first way in; `ref` is the carrier's id for it. Should
    that way fail, calls are sent by the second one; `by` says which it is now. A number on a hotline's own `trunk` is
    looked after by whoever sold it. `monthly` is in minor units of `currency`. `verified_at` is when a call was seen
    to come in. `rests_from` is whose it was.
    """

    __tablename__ = "number"
    __table_args__ = (
        one_of("status", "free", "reserved", "held", "porting", "resting"),
        one_of("kind", "local", "tollfree", "shared400", "mobile"),
        one_of("by", "first", "second"),
        Index("uq_number_e164", "e164", unique=True),
        Index("ix_number_tenant", "tenant", postgresql_where=text("tenant IS NOT NULL")),
        Index("ix_number_rests_from", "rests_from", postgresql_where=text("rests_from IS NOT NULL")),
        Index("ix_number_first", "carrier", "node", postgresql_where=text("second_carrier <> ''")),
    )
    e164: str
    carrier: str
    node: str = ""
    ref: str = ""
    trunk: UUID | None = None
    second_carrier: str = ""
    second_node: str = ""
    by: str = "first"

    country: str = ""
    area: str = ""
    kind: str = "local"
    capabilities: list[str] = Field(default_factory=lambda: ["voice"], sa_type=ARRAY(TEXT))
    monthly: int = Field(default=0, sa_type=BigInteger)
    currency: str = "USD"

    status: str = "free"
    tenant: UUID | None = None
    line: UUID | None = None
    reserved_at: datetime | None = moment(nullable=True)
    verified_at: datetime | None = moment(nullable=True)
    rests_until: datetime | None = moment(nullable=True)
    rests_from: UUID | None = None

    label: str = ""
    language: str = ""
    """What it greets in (BCP 47); empty: callers choose, as the flow says."""
    listed: bool = True
    """Whether the public page names it."""
    shown: bool = False
    """Whether calls that the hotline makes show it; one at most does."""

    @property
    def simulated(self) -> bool:
        """Whether no telephone network knows it: +999 is a country code that the ITU has left unassigned."""
        return self.carrier == "sandbox"

    @property
    def in_use(self) -> bool:
        """Whether it is a hotline's to give out, no longer on its way there."""
        return self.status == "held"
