"""A contact: what was written down about one call (or a meeting, a letter)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from infra.database import TenantTable, belongs_to, moment, one_of


class Contact(TenantTable, table=True):
    """`sealed` is the JSON of the answers; `revision` rises with each saved change, so that two tabs can't overwrite
    one another unnoticed."""

    __tablename__ = "contact"
    __table_args__ = (
        belongs_to("call_id", "call", ondelete="RESTRICT"),
        belongs_to("member_id", "member", ondelete="RESTRICT"),
        belongs_to("form_version_id", "form_version", ondelete="RESTRICT"),
        one_of("status", "draft", "submitted"),
        Index("uq_contact_call", "tenant_id", "call_id", unique=True),
        Index("ix_contact_at", "tenant_id", "at"),
    )
    call_id: UUID | None = None
    member_id: UUID
    form_version_id: UUID
    sealed: bytes
    revision: int = Field(default=0)
    status: str = "draft"
    at: datetime = moment(default=True)
    submitted_at: datetime | None = moment(nullable=True)
