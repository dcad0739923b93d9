"""The periods of a subscription: counted from its anchor, so that the 31st comes back after every shorter month."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta

DAYS = {"day": 1, "week": 7}
MONTHS = {"month": 1, "year": 12}


def boundary(anchor: int, interval: str, count: int, number: int) -> int:
    """When the period with this number begins, in seconds: the anchor itself for nought. Months end when they end: a
    subscription of the 31st renews on the 28th of February and on the 31st of March again."""
    start = datetime.fromtimestamp(anchor, UTC)
    if interval in DAYS:
        return int((start + timedelta(days=DAYS[interval] * count * number)).timestamp())
    months = start.year * 12 + start.month - 1 + MONTHS[interval] * count * number
    year, month = divmod(months, 12)
    day = min(start.day, monthrange(year, month + 1)[1])
    return int(start.replace(year=year, month=month + 1, day=day).timestamp())


def period_at(anchor: int, interval: str, count: int, at: int) -> tuple[int, int]:
    """The period that `at` lies in: its beginning and its end, which is the next one's beginning."""
    number = 0
    while boundary(anchor, interval, count, number + 1) <= at:
        number += 1
    while boundary(anchor, interval, count, number) > at:
        number -= 1
    return boundary(anchor, interval, count, number), boundary(anchor, interval, count, number + 1)
