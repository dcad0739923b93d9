"""A recording of a call; its sound is sealed in the store, in numbered parts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index

from infra.database import TenantTable, belongs_to, moment


class Recording(TenantTable, table=True):
    """`at` is when it began, `until` when it is deleted by itself, as its line said when it was made."""

    __tablename__ = "recording"
    __table_args__ = (
        belongs_to("call_id", "call"),
        belongs_to("line_id", "line"),
        Index("uq_recording_call", "tenant_id", "call_id", "at", unique=True),
        Index("ix_recording_at", "tenant_id", "at", "id"),
        Index("ix_recording_until", "tenant_id", "until"),
    )
    call_id: UUID
    line_id: UUID
    at: datetime = moment(default=True)
    until: datetime = moment()
    media_type: str = "audio/wav"
    parts: int = 0
    seconds: int = 0
