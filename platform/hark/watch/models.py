"""What the watch found: each check, each stretch of trouble, and what a day was like."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text

from infra.database import TenantTable, belongs_to, moment, one_of

RUNNING = "state = 'running'"
OPEN = "over_at IS NULL"


class LineCheck(TenantTable, table=True):
    """One synthetic call. `reached` is where it got to (ring, queue, voicemail, callback, message), after so many
    `seconds`; `reason` says why a bad one was bad. `call_id` is the call itself, which is gone once it is judged."""

    __tablename__ = "line_check"
    __table_args__ = (
        belongs_to("line_id", "line"),
        one_of("state", "running", "good", "bad"),
        Index("uq_line_check_running", "tenant_id", "line_id", unique=True, postgresql_where=text(RUNNING)),
        Index("ix_line_check_at", "tenant_id", "line_id", "at"),
    )
    line_id: UUID
    at: datetime = moment(default=True)
    state: str = "running"
    call_id: UUID | None = None
    promise: int = 0
    reached: str = ""
    seconds: float | None = None
    reason: str = ""


class LineTrouble(TenantTable, table=True):
    """A stretch in which a line didn't keep its promise; at most one of a line is still going on."""

    __tablename__ = "line_trouble"
    __table_args__ = (
        belongs_to("line_id", "line"),
        CheckConstraint("over_at IS NULL OR over_at >= since", name="over_after_it_began"),
        Index("uq_line_trouble_open", "tenant_id", "line_id", unique=True, postgresql_where=text(OPEN)),
        Index("ix_line_trouble_since", "tenant_id", "line_id", "since"),
    )
    line_id: UUID
    since: datetime = moment(default=True)
    over_at: datetime | None = moment(nullable=True)
    reason: str = ""


class LineDay(TenantTable, table=True):
    """How a line's checks went on one day of the hotline's calendar."""

    __tablename__ = "line_day"
    __table_args__ = (
        belongs_to("line_id", "line"),
        Index("uq_line_day", "tenant_id", "line_id", "day", unique=True),
    )
    line_id: UUID
    day: date
    good: int = 0
    bad: int = 0
