"""What a hotline may spend on telephoning outwards, and each connection that counts against it."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlmodel import Field

from infra.database import TenantTable, moment, one_of


class Allowance(TenantTable, table=True):
    """A hotline's limits; its id is the tenant's. Where there is no row yet, these defaults hold.

    `legs`: connections outwards at once. `minutes`: in any 24 hours. `spend`: minor units of `currency` in a calendar
    month of the hotline's zone, reckoned at `a_minute` wherever a carrier doesn't say what it took. `numbers`: how
    many it may have. `countries`: where it may ring beside its own, which a volunteer's proven telephone needn't be in.
    """

    __tablename__ = "allowance"
    legs: int = 6
    minutes: int = 600
    spend: int = Field(default=20_000, sa_type=BigInteger)
    currency: str = "USD"
    a_minute: int = 5
    numbers: int = 5
    countries: list[str] = Field(default_factory=list, sa_type=ARRAY(TEXT))
    set_at: datetime | None = moment(nullable=True)


class Outbound(TenantTable, table=True):
    """A connection outwards, from when it was allowed to when it was given back. Its id is the leg's. `kind` is whom
    it rings; the number itself is nowhere here. `cost` is in minor units of the allowance's currency."""

    __tablename__ = "outbound"
    __table_args__ = (
        one_of("kind", "member", "caller", "outside", "check"),
        Index("ix_outbound_open", "tenant_id", "taken_at", postgresql_where=text("given_at IS NULL")),
        Index("ix_outbound_taken_at", "tenant_id", "taken_at"),
    )
    kind: str
    country: str = ""
    taken_at: datetime = moment(default=True)
    given_at: datetime | None = moment(nullable=True)
    seconds: int = 0
    cost: int = Field(default=0, sa_type=BigInteger)
