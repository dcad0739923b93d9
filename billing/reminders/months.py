"""The same day of each month, or a shorter month's last: pure reckoning with days."""

from calendar import monthrange
from datetime import date


def month_after(on: date, day: int) -> date:
    """The day `day` (1 to 31) of the month after that of `on`, or that month's last where it is shorter."""
    year, month = (on.year + 1, 1) if on.month == 12 else (on.year, on.month + 1)
    return date(year, month, min(day, monthrange(year, month)[1]))


def next_after(due: date, day: int, today: date) -> date:
    """The first such day after `today`, from one that was due; months that were missed are not made up for."""
    while due <= today:
        due = month_after(due, day)
    return due
