"""Calendars (when a line is open) and shifts (who is on)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from infra.database import TenantTable, belongs_to, document, moment


class CalendarRow(TenantTable, table=True):
    """Opening hours and holidays, as a document of `tenants.rosters.hours.Calendar`; `previous` is the one before the
    last change, for undoing it."""

    __tablename__ = "calendar"
    __table_args__ = (Index("uq_calendar_name", "tenant_id", "name", unique=True),)
    name: str
    document: dict[str, Any] = document()
    previous: dict[str, Any] | None = Field(default=None, sa_type=JSONB, nullable=True)


class Shift(TenantTable, table=True):
    """A weekly shift in the hotline's zone. `weekday` 0 is Monday; `starts` and `ends` are minutes after midnight and
    an end at or before the start is on the next day. Without a member it is a hole in the week."""

    __tablename__ = "shift"
    __table_args__ = (
        belongs_to("team_id", "team"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("starts BETWEEN 0 AND 1439 AND ends BETWEEN 0 AND 1439", name="minutes"),
        Index("ix_shift_week", "tenant_id", "weekday", "starts"),
    )
    team_id: UUID
    member_id: UUID | None = None
    weekday: int
    starts: int
    ends: int
    created_at: datetime = moment(default=True)
