"""The audit trail. The app's role may insert and read it, never change or delete."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index

from infra.database import Session, TenantTable, document, moment


class AuditEntry(TenantTable, table=True):
    """One act: `action` is a verb with its noun (`case.open`), `detail` holds names of fields, never contents."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_at", "tenant_id", "at"),
        Index("ix_audit_entry_member", "tenant_id", "member", "at", "id"),
        Index("ix_audit_entry_subject", "tenant_id", "subject", "at"),
    )
    at: datetime = moment(default=True)
    member: UUID | None = None
    action: str
    subject: UUID | None = None
    detail: dict[str, Any] = document()


def record(
    session: Session, action: str, *, member: UUID | None = None, subject: UUID | None = None, **detail: Any
) -> None:
    """Write down an act, in the same transaction as the act itself."""
    session.add(AuditEntry(action=action, member=member, subject=subject, detail=detail))
