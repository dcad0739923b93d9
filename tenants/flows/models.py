"""Flows as they are kept: a flow has versions, each a document; one version may be published, one may be a draft."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text

from infra.database import TenantTable, belongs_to, document, moment, one_of


class FlowRow(TenantTable, table=True):
    """A named flow."""

    __tablename__ = "flow"
    __table_args__ = (Index("uq_flow_name", "tenant_id", "name", unique=True),)
    name: str


class FlowVersion(TenantTable, table=True):
    """One version of a flow. Published ones never change: calls under way keep the version that they began with."""

    __tablename__ = "flow_version"
    __table_args__ = (
        belongs_to("flow_id", "flow"),
        one_of("status", "draft", "published", "retired"),
        Index("uq_flow_version_number", "tenant_id", "flow_id", "number", unique=True),
        Index(
            "uq_flow_version_published",
            "tenant_id",
            "flow_id",
            unique=True,
            postgresql_where=text("status = 'published'"),
        ),
        Index(
            "uq_flow_version_draft",
            "tenant_id",
            "flow_id",
            unique=True,
            postgresql_where=text("status = 'draft'"),
        ),
    )
    flow_id: UUID
    number: int
    status: str = "draft"
    document: dict[str, Any] = document()
    author: UUID | None = None
    created_at: datetime = moment(default=True)
    published_at: datetime | None = moment(nullable=True)
