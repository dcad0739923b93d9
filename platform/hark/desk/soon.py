"""A moment as one would say it: by its time today, by its weekday within a week, else by its date."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_skeleton

from infra.clock import now
from infra.web import language


def soon(at: datetime | None, zone: str) -> str:
    """In the hotline's zone and the reader's language; "" for none."""
    if at is None:
        return ""
    locale, local = language().replace("-", "_"), at.astimezone(ZoneInfo(zone))
    away = local.date() - now().astimezone(ZoneInfo(zone)).date()
    if away == timedelta():
        return format_skeleton("Hm", local, locale=locale)
    if timedelta() < away < timedelta(days=7):
        return format_skeleton("EHm", local, locale=locale)
    return format_datetime(local, "medium", locale=locale)
