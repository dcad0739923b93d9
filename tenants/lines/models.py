"""A line: one way in to a hotline (a number, the web call), with the flow that callers meet."""

from uuid import UUID

from sqlalchemy import Index

from infra.database import TenantTable, belongs_to


class Line(TenantTable, table=True):
    """A line and the flow it runs; the published version of that flow is what callers get."""

    __tablename__ = "line"
    __table_args__ = (
        belongs_to("flow_id", "flow", ondelete="RESTRICT"),
        Index("uq_line_name", "tenant_id", "name", unique=True),
    )
    name: str
    flow_id: UUID
