"""Trunks: a hotline's own lines to a telephone company, over which its own numbers come in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlmodel import Field

from infra.database import TenantTable, moment, one_of


class Trunk(TenantTable, table=True):
    """A SIP trunk. `register`: our switch signs in there with `username` and the password in `sealed`; `address`: the
    company knows us by our address, and we know it by its own.

    `country` (ISO 3166 alpha-2) is what its national numbers are read in. `state` is what was last seen of it, at
    `seen_at`: `unknown` before anything was.
    """

    __tablename__ = "trunk"
    __table_args__ = (
        one_of("mode", "register", "address"),
        one_of("transport", "udp", "tcp", "tls"),
        one_of("state", "unknown", "up", "refused", "silent"),
        Index("uq_trunk_name", "tenant_id", "name", unique=True),
    )
    name: str
    mode: str = "register"
    host: str
    port: int = 5060
    transport: str = "udp"
    username: str = ""
    sealed: bytes | None = None
    codecs: list[str] = Field(default_factory=lambda: ["alaw", "ulaw"], sa_type=ARRAY(TEXT))
    country: str = ""
    state: str = "unknown"
    seen_at: datetime | None = moment(nullable=True)
    made_at: datetime = moment(default=True)
    made_by: UUID | None = None
