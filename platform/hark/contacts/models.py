"""A contact: what was written down about one call (or a meeting, a letter), and who may read it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from infra.database import TenantTable, belongs_to, moment, one_of


class Contact(TenantTable, table=True):
    """`sealed` is a `contacts.sheet.Sheet`; `revision` rises with each saved change. `member_id` is who keeps the
    record; a submitted one that is being amended is a draft again, with its `submitted_at` left standing.
    `silent_at`: since when it is known that the caller said nothing."""

    __tablename__ = "contact"
    __table_args__ = (
        belongs_to("call_id", "call", ondelete="RESTRICT"),
        belongs_to("member_id", "member", ondelete="RESTRICT"),
        belongs_to("form_version_id", "form_version", ondelete="RESTRICT"),
        one_of("status", "draft", "submitted"),
        Index("uq_contact_call", "tenant_id", "call_id", unique=True),
        Index("ix_contact_at", "tenant_id", "at", "id"),
        Index("ix_contact_member", "tenant_id", "member_id", "at", "id"),
        Index("ix_contact_draft", "tenant_id", "member_id", "at", postgresql_where=text("status = 'draft'")),
    )
    call_id: UUID | None = None
    member_id: UUID
    form_version_id: UUID
    sealed: bytes
    revision: int = Field(default=0)
    status: str = "draft"
    at: datetime = moment(default=True)
    submitted_at: datetime | None = moment(nullable=True)
    silent_at: datetime | None = moment(nullable=True)


class ContactReader(TenantTable, table=True):
    """Somebody who may read a contact and the case that grew from it: they answered, it was handed to them, or they
    work on the case. `at` repeats the contact's, so that a volunteer's own list is one index range."""

    __tablename__ = "contact_reader"
    __table_args__ = (
        belongs_to("contact_id", "contact"),
        belongs_to("member_id", "member"),
        Index("uq_contact_reader", "tenant_id", "contact_id", "member_id", unique=True),
        Index("ix_contact_reader_list", "tenant_id", "member_id", "at", "contact_id"),
    )
    contact_id: UUID
    member_id: UUID
    at: datetime = moment()
