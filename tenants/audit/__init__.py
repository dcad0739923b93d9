"""Who saw and changed what: append-only, held by the database's grants."""

from tenants.audit.models import AuditEntry, record

__all__ = ["AuditEntry", "record"]
