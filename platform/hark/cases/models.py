"""A case, the contact it grew from, and its timeline. Who may read the contact may read the case."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from infra.database import TenantTable, belongs_to, moment, one_of


class Case(TenantTable, table=True):
    """`number` counts per hotline from 1; `sealed_title` is for its team only; `stage` is the workflow's key."""

    __tablename__ = "case"
    __table_args__ = (
        belongs_to("workflow_version_id", "workflow_version", ondelete="RESTRICT"),
        belongs_to("contact_id", "contact", ondelete="RESTRICT"),
        Index("uq_case_number", "tenant_id", "number", unique=True),
        Index("uq_case_contact", "tenant_id", "contact_id", unique=True),
        Index("ix_case_stage", "tenant_id", "stage", "moved_at"),
        Index("ix_case_closed", "tenant_id", "closed_at", "id"),
        Index("ix_case_owner", "tenant_id", "owner", "closed_at"),
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


class CaseCount(TenantTable, table=True):
    """The last case number given, one row per hotline (its id is the tenant's). The row is locked until the case is
    committed, so numbers have no gaps, and a deleted case's number isn't given again."""

    __tablename__ = "case_count"
    last: int = Field(default=0)


class CaseEvent(TenantTable, table=True):
    """One entry of a case's timeline. `sealed` holds a note's words; `stage`, `outcome` and `subject` (a member) say
    what a move, an end or an assignment led to."""

    __tablename__ = "case_event"
    __table_args__ = (
        belongs_to("case_id", "case"),
        one_of("kind", "opened", "moved", "note", "titled", "assigned", "closed", "reopened"),
        Index("ix_case_event_case", "tenant_id", "case_id", "at"),
    )
    case_id: UUID
    kind: str
    member: UUID
    at: datetime = moment(default=True)
    stage: str | None = None
    outcome: str | None = None
    subject: UUID | None = None
    sealed: bytes | None = None
