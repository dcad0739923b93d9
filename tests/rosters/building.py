"""Short ways to write a calendar and a local time."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tenants.rosters.hours import Calendar

SHANGHAI = "Asia/Shanghai"


def calendar(zone: str = SHANGHAI, holidays: list[dict[str, Any]] | None = None, **weekly: str) -> Calendar:
    """Weekly hours are written as mon="09:00-12:00 14:00-18:00"."""
    days = {day: [tuple(span.split("-")) for span in text.split()] for day, text in weekly.items()}
    return Calendar.model_validate({"zone": zone, "weekly": days, "holidays": holidays or []})


def local(text: str, zone: str = SHANGHAI, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
