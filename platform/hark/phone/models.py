"""Legs: the telephone connections of a call, what each was told to do last, and how a carrier's name for one leads to
its hotline."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index

from infra.database import PlatformTable, TenantTable, belongs_to, document, moment, one_of


class Leg(TenantTable, table=True):
    """One connection; `ref` is its carrier's name for it. `doing` is the command it was given last, `heard` the id of
    the last one it has finished.

    `sealed` is the number or address at its other end, for those alone who may see it. A volunteer's leg belongs to
    their offer; `device` is what they answer on. `talks` is set once a person has shown to be there. Somebody outside
    has `notes`: who they are (`name`), whether they get the caller at once (`blind`), whether they are to `leave`. A
    volunteer whom another carrier rings through our switch has, until it does, their `account` and for how long it
    `rings`.
    """

    __tablename__ = "leg"
    __table_args__ = (
        belongs_to("call_id", "call"),
        belongs_to("offer_id", "offer"),
        belongs_to("member_id", "member"),
        one_of("role", "caller", "operator", "outside"),
        one_of("device", "trunk", "browser", "desk", "mobile", "sip"),
        one_of("state", "wanted", "ringing", "answered", "over"),
        Index("ix_leg_call", "tenant_id", "call_id"),
        Index("uq_leg_offer", "tenant_id", "offer_id", "attempt", unique=True),
    )
    call_id: UUID
    ref: str
    offer_id: UUID | None = None
    member_id: UUID | None = None
    role: str = "caller"
    device: str = "trunk"
    attempt: str = ""
    state: str = "wanted"
    talks: bool = False
    reason: str | None = None
    sealed: bytes | None = None
    doing: dict[str, Any] = document()
    heard: str = ""
    notes: dict[str, Any] = document()
    made_at: datetime = moment(default=True)
    answered_at: datetime | None = moment(nullable=True)
    over_at: datetime | None = moment(nullable=True)


class Carried(PlatformTable, table=True):
    """A living leg as its carrier names it, and whose it is; read when a signal comes, before any tenant is known.
    Its id is the leg's. An `errand` is a connection without a call: `call` is then what it is about."""

    __tablename__ = "carried"
    __table_args__ = (
        Index("uq_carried_ref", "carrier", "node", "ref", unique=True),
        Index("ix_carried_call", "call"),
    )
    carrier: str
    node: str
    ref: str
    tenant: UUID
    call: UUID
    errand: str = ""
    typed: str = ""
    since: datetime = moment(default=True)
