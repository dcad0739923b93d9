"""A member's own telephones. A call is rung out to verified ones only, and no caller ever learns their numbers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index

from infra.database import TenantTable, belongs_to, moment, one_of


class Device(TenantTable, table=True):
    """A telephone. `mobile`: `sealed` is its number in E.164. `sip`: `sealed` is its address at somebody else's
    switch. `desk`: `sealed` is the password of the SIP account whose name is this row's id. Until `verified_at` it is
    never rung."""

    __tablename__ = "device"
    __table_args__ = (
        belongs_to("member_id", "member"),
        one_of("kind", "desk", "mobile", "sip"),
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


class SipAccount(TenantTable, table=True):
    """A name and password by which a telephone signs in at the switch: a tab's softphone for as long as it is open, a
    desk phone for good. `secret` is the hex MD5 of "<username>:hark:<password>", all that a switch must know (RFC 3261
    digest). The switch reads it through the views of schema `voice`, which leave out what has expired."""

    __tablename__ = "sip_account"
    __table_args__ = (
        belongs_to("member_id", "member"),
        belongs_to("device_id", "device"),
        CheckConstraint("username ~ '^[a-z][a-z0-9-]{7,63}$'", name="username"),
        CheckConstraint("secret ~ '^[0-9a-f]{32}$'", name="secret"),
        Index("uq_sip_account_username", "username", unique=True),
        Index("ix_sip_account_member", "tenant_id", "member_id"),
        Index("ix_sip_account_expires_at", "tenant_id", "expires_at"),
    )
    member_id: UUID
    device_id: UUID | None = None
    username: str
    secret: str
    browser: bool = True
    made_at: datetime = moment(default=True)
    expires_at: datetime | None = moment(nullable=True)
