"""Numbers on their way to us from another company, and which ways into the house are open."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index

from infra.database import PlatformTable, document, moment, one_of


class Port(PlatformTable, table=True):
    """A number being moved here from another company: begun by the hotline, taken on by the platform's operators.

    `sealed` is what the old company wants to hear (account, PIN), for the platform's operators alone. `story` is what
    happened, the oldest first: {at, state, words}. `moves_on` is the day that was agreed.
    """

    __tablename__ = "port"
    __table_args__ = (
        one_of("state", "asked", "sent", "agreed", "refused", "withdrawn", "done"),
        Index("ix_port_tenant", "tenant"),
        Index("ix_port_state", "state"),
    )
    tenant: UUID
    number: UUID
    e164: str
    line: UUID
    company: str
    holder: str
    sealed: bytes | None = None
    state: str = "asked"
    wanted_on: date | None = None
    moves_on: date | None = None
    story: list[dict[str, Any]] = document(list)
    asked_at: datetime = moment(default=True)
    ended_at: datetime | None = moment(nullable=True)


class CarrierNode(PlatformTable, table=True):
    """A carrier's node (a switch, an account) and since when it has been up or down. Never heard of: up."""

    __tablename__ = "carrier_node"
    __table_args__ = (one_of("state", "up", "down"), Index("uq_carrier_node", "carrier", "node", unique=True))
    carrier: str
    node: str
    state: str
    since: datetime = moment(default=True)
