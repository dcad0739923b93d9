"""What has been done of opening or closing a hotline, step by step."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from infra.database import PlatformTable, document, moment, one_of


class ProvisioningStep(PlatformTable, table=True):
    """One step of one run for one tenant. `run` is `open` or `close`; `kept` is what its undo needs to know. On a
    failed step `finished_at` is when everything before it had been taken back and the person concerned was told."""

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
    tries: int = Field(default=0)
    kept: dict[str, Any] = document()
    error: str | None = None
    finished_at: datetime | None = moment(nullable=True)
