"""When somebody may be called back: their own hours, days and zone, or the hotline's hours where they named none. Pure.

A window is what the caller asked for: `days` (none: any day), `from` and `until` (none: no hours of their own),
`zone` (an IANA name, where their device told it) and `never`. Named hours are those of the caller's own clock; a caller
who named none is called while the hotline is open, for nobody expects its call at night.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tenants.rosters.hours import WEEKDAYS, Calendar, Span, merge, spans

Reason = Literal["", "never", "theirs", "ours"]
_DAY = timedelta(days=1)
_AHEAD = 60 * _DAY
"""How far ahead the next moment is looked for."""
_STEP = 8 * _DAY


class Verdict(NamedTuple):
    """Whether a call is allowed now. `turn` is until when, or from when again (None: for good, or never).

    `reason` why not: `never` wanted at all, outside `theirs` (the caller's own hours), outside `ours`.
    """

    now: bool
    turn: datetime | None
    reason: Reason = ""


def zone_of(window: Mapping[str, Any], zone: str) -> str:
    """The zone of the caller's clock: their own where it is known, else the hotline's."""
    try:
        ZoneInfo(str(window.get("zone") or ""))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return zone
    return str(window["zone"])


def verdict(window: Mapping[str, Any], zone: str, hours: Calendar | None, at: datetime) -> Verdict:
    """Whether the caller may be called at this moment. `zone` and `hours` are the hotline's; without `hours` it is
    always open."""
    if window.get("never"):
        return Verdict(now=False, turn=None, reason="never")
    wished = _wished(window, zone_of(window, zone))
    ours = None if window.get("from") else hours
    ahead = timedelta()
    while ahead < _AHEAD:
        for span in _both(wished, ours, at + ahead, at + ahead + _STEP):
            if span.start > at:
                outside: Reason = "ours" if ours and _covers(wished, at) else "theirs"
                return Verdict(now=False, turn=span.start, reason=outside)
            return Verdict(now=True, turn=span.end if span.end < at + _STEP else None)
        ahead += _STEP
    return Verdict(now=False, turn=None, reason="ours" if ours and _covers(wished, at) else "theirs")


def _wished(window: Mapping[str, Any], zone: str) -> Calendar:
    hours = (window.get("from") or "00:00", window.get("until") or "24:00")
    days = [day for day in WEEKDAYS if day in (window.get("days") or WEEKDAYS)]
    return Calendar.model_validate({"zone": zone, "weekly": {day: [hours] for day in days}})


def _covers(calendar: Calendar, at: datetime) -> bool:
    return bool(spans(calendar, at, at + timedelta(microseconds=1)))


def _both(wished: Calendar, ours: Calendar | None, start: datetime, end: datetime) -> list[Span]:
    """The stretches that both allow, in order."""
    found = spans(wished, start, end)
    if ours is None:
        return found
    shared = (
        Span(max(one.start, other.start), min(one.end, other.end)) for one in found for other in spans(ours, start, end)
    )
    return merge(span for span in shared if span.start < span.end)
