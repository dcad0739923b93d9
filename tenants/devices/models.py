"""A member's own telephones. A call is rung out to verified ones only, and no caller ever learns their numbers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index

from infra.database import TenantTable, belongs_to, moment, one_of


class Device(TenantTable, table=True):
    """A telephone. `mobile`: `sealed` is its number in E.164. `desk`: `sealed` is the password of the SIP account
    whose name is this row's id. Until `verified_at` it is never rung."""

    __tablename__ = "device"
    __table_args__ = (
        belongs_to("member_id", "member"),
        one_of("kind", "desk", "mobile"),
        Index("ix_device_member", "tenant_id", "member_id"),
        Index("uq_device_hash", "tenant_id", "member_id", "hash", unique=True),
    )
    member_id: UUID
    kind: str
    label: str = ""
    sealed: bytes
    hash: bytes
    made_at: datetime = moment(default=True)
    verified_at: datetime | None = moment(nullable=True)
    code_hash: bytes | None = None
    code_until: datetime | None = moment(nullable=True)
    tries: int = 0
