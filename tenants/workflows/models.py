"""Workflows as they are kept."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index

from infra.database import TenantTable, document, moment


class WorkflowVersion(TenantTable, table=True):
    """One version of a hotline's case workflow. The highest number is in use."""

    __tablename__ = "workflow_version"
    __table_args__ = (Index("uq_workflow_version_number", "tenant_id", "number", unique=True),)
    number: int = 1
    document: dict[str, Any] = document()
    created_at: datetime = moment(default=True)
