"""Exports: everything that a hotline held, in one file, kept for a few days for the person who asked for it."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from infra.database import PlatformTable, moment, one_of


class Export(PlatformTable, table=True):
    """A zip of a tenant's own rows, sealed under the platform's key so that it outlives the tenant's. It is gone after
    `expires_at`. `closing_at` is set once the account that asked for it has also asked to close the hotline."""

    __tablename__ = "export"
    __table_args__ = (one_of("state", "building", "ready", "gone"),)
    tenant: UUID = Field(index=True)
    account: UUID = Field(index=True)
    hotline: str
    language: str = "en"
    state: str = "building"
    size: int = 0
    asked_at: datetime = moment(default=True)
    expires_at: datetime = moment()
    fetched_at: datetime | None = moment(nullable=True)
    closing_at: datetime | None = moment(nullable=True)

    @property
    def storage_key(self) -> str:
        """Where the sealed zip lies."""
        return f"exports/{self.tenant}/{self.id}"
