"""A number outside that a caller may be passed on to. No other number is ever rung for a transfer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index

from infra.database import TenantTable, belongs_to, moment


class Destination(TenantTable, table=True):
    """Somebody outside: a lawyer's office, a shelter. `sealed` is the number in E.164, `hash` finds one that is kept
    already; `note` says when and for whom to use it."""

    __tablename__ = "destination"
    __table_args__ = (
        belongs_to("added_by", "member"),
        Index("uq_destination_name", "tenant_id", "name", unique=True),
        Index("uq_destination_hash", "tenant_id", "hash", unique=True),
    )
    name: str
    sealed: bytes
    hash: bytes
    note: str = ""
    added_by: UUID
    added_at: datetime = moment(default=True)
