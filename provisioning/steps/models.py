"""What has been done of opening or closing a hotline, step by step."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index

from infra.database import PlatformTable, moment, one_of


class ProvisioningStep(PlatformTable, table=True):
    """One step of one run for one tenant. `run` is `open` or `close`."""

    __tablename__ = "provisioning_step"
    __table_args__ = (
        one_of("state", "waiting", "done", "failed", "undone"),
        Index("uq_provisioning_step", "tenant", "run", "name", unique=True),
    )
    tenant: UUID
    run: str
    place: int
    name: str
    state: str = "waiting"
    error: str | None = None
    finished_at: datetime | None = moment(nullable=True)
