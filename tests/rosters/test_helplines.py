"""The hours and holidays of six real helplines, read minute by minute as they meant them."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tenants.rosters.hours import WEEKDAYS, Calendar, is_open

FOLDER = Path(__file__).parents[3] / "shared" / "fixtures" / "helplines" / "hours"
HELPLINES = ("br", "ca", "hu", "nz", "th", "za")


def clock(number: int) -> str:
    return f"{number // 100:02}:{number % 100:02}"


def read(helpline: str) -> tuple[dict[str, Any], dict[str, Calendar]]:
    """The original, and our calendar for each of its channels."""
    path = FOLDER / f"{helpline}.json"
    if not path.exists():
        pytest.skip(f"the helplines' hours are not here: {path.name} is looked for beside the checkout")
    original = json.loads(path.read_text())
    holidays = [
        {"date": datetime.strptime(day, "%m/%d/%Y").date(), "name": {"en": name}}  # noqa: DTZ007 - a date has no zone
        for day, name in original["holidays"].items()
    ]
    calendars = {}
    for channel, week in original["operatingHours"].items():
        weekly = {
            WEEKDAYS[int(day) - 1]: [(clock(span["open"]), clock(span["close"])) for span in spans]
            for day, spans in week.items()
        }
        document = {"zone": original["timezone"], "weekly": weekly, "holidays": holidays}
        calendars[channel] = Calendar.model_validate(document)
    return original, calendars


@pytest.mark.parametrize("helpline", HELPLINES)
def test_a_helplines_hours_hold_at_every_quarter_of_its_years(helpline: str) -> None:
    original, calendars = read(helpline)
    zone = ZoneInfo(original["timezone"])
    closed = {datetime.strptime(day, "%m/%d/%Y").date() for day in original["holidays"]}  # noqa: DTZ007 - as above
    first = min(closed, default=datetime(2026, 1, 1, tzinfo=zone).date())
    begin = datetime(first.year, 1, 1, tzinfo=zone).astimezone(ZoneInfo("UTC"))
    moments = [begin + timedelta(minutes=435 * step) for step in range(3 * 1210)]
    for day in closed:
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
        moments += [midnight + timedelta(minutes=15 * quarter) for quarter in range(-8, 104)]
    for channel, week in original["operatingHours"].items():
        for at in moments:
            wall = at.astimezone(zone)
            now = wall.hour * 100 + wall.minute
            staffed = any(span["open"] <= now < span["close"] for span in week[str(wall.isoweekday())])
            expected = "holiday" if wall.date() in closed else "open" if staffed else "closed"
            assert is_open(calendars[channel], at) == expected, (channel, wall)
