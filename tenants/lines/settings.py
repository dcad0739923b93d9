"""What a hotline has set for one of its lines: keys before the flow, recording with its consent, how it is watched."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, select

from infra.database import Session, TenantTable, belongs_to, document
from tenants.lines.models import Line

RECORDING_DAYS = 90
INTERVALS = (5, 15, 30, 60, 240, 1440)
"""How often a line may be checked, in minutes."""


class LineSetting(TenantTable, table=True):
    """Its id is the line's. Everything is off until a hotline turns it on.

    `ask_key`: telephone callers press a key before the flow begins, which robots don't. `record`: calls are recorded;
    `consent` is what callers are told first, per language. `check_minutes`: how often the line is checked, None for
    never; `check_keys` are the keys pressed, one menu after the other.
    """

    __tablename__ = "line_setting"
    __table_args__ = (
        belongs_to("id", "line"),
        CheckConstraint("recording_days BETWEEN 1 AND 3650", name="recording_days"),
        CheckConstraint("check_minutes BETWEEN 1 AND 1440", name="check_minutes"),
    )
    ask_key: bool = Field(default=False)
    record: bool = Field(default=False)
    consent: dict[str, Any] = document()
    recording_days: int = Field(default=RECORDING_DAYS)
    check_minutes: int | None = None
    check_keys: str = ""


async def setting_of(session: Session, line: UUID) -> LineSetting:
    """What is set for a line; a row that isn't kept yet where nothing was ever set."""
    row = (await session.exec(select(LineSetting).where(LineSetting.id == line))).one_or_none()
    return row or LineSetting(id=line)


async def settings_of_all(session: Session) -> list[tuple[Line, LineSetting]]:
    """Every line with what is set for it, by name."""
    lines = list(await session.exec(select(Line).order_by(Line.name)))
    kept = {row.id: row for row in await session.exec(select(LineSetting))}
    return [(line, kept.get(line.id) or LineSetting(id=line.id)) for line in lines]
