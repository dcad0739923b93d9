"""A case, the contacts it grew from, and its timeline."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index

from infra.database import TenantTable, belongs_to, moment


class Case(TenantTable, table=True):
    """`number` counts per hotline from 1; `sealed_title` is readable to its team only; `stage` is the workflow's key."""

    __tablename__ = "case"
    __table_args__ = (
        belongs_to("workflow_version_id", "workflow_version", ondelete="RESTRICT"),
        Index("uq_case_number", "tenant_id", "number", unique=True),
        Index("uq_case_contact", "tenant_id", "contact_id", unique=True),
        Index("ix_case_stage", "tenant_id", "stage", "moved_at"),
        belongs_to("contact_id", "contact", ondelete="RESTRICT"),
    )
    number: int
    contact_id: UUID
    workflow_version_id: UUID
    sealed_title: bytes
    stage: str
    outcome: str | None = None
    owner: UUID | None = None
    opened_by: UUID
    opened_at: datetime = moment(default=True)
    moved_at: datetime = moment(default=True)
    closed_at: datetime | None = moment(nullable=True)


class CaseEvent(TenantTable, table=True):
    """One entry of a case's timeline: opened, moved, note, assigned, closed. `sealed` holds the words, where any."""

    __tablename__ = "case_event"
    __table_args__ = (
        belongs_to("case_id", "case"),
        Index("ix_case_event_case", "tenant_id", "case_id", "at"),
    )
    case_id: UUID
    kind: str
    member: UUID
    at: datetime = moment(default=True)
    stage: str | None = None
    sealed: bytes | None = None
