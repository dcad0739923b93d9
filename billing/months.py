"""The months of a monthly gift, counted from its anchor, so that the 31st comes back after every shorter month."""

from calendar import monthrange
from datetime import UTC, datetime, tzinfo

from infra.web import gettext as _
from infra.web import language

SHORTEST = 28
"""Days that every month has."""
ORDINALS = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}


def nth(anchor: datetime, number: int) -> datetime:
    """When the month with this number begins; the anchor itself for nought. A day that a month lacks is its last.

    In UTC, as the processor reckons (https://docs.stripe.com/billing/subscriptions/billing-cycle).
    """
    start = anchor.astimezone(UTC)
    year, month = divmod(start.year * 12 + start.month - 1 + number, 12)
    return start.replace(year=year, month=month + 1, day=min(start.day, monthrange(year, month + 1)[1]))


def next_after(anchor: datetime, at: datetime) -> tuple[int, datetime]:
    """The first month that begins after a moment: its number and when."""
    start, then = anchor.astimezone(UTC), at.astimezone(UTC)
    number = max(1, (then.year - start.year) * 12 + then.month - start.month)
    while nth(anchor, number) <= at:
        number += 1
    return number, nth(anchor, number)


def rhythm(anchor: datetime, zone: tzinfo) -> str:
    """On which day of the month it is given, to be read after "every month", in the reader's language. The day is one
    in `zone`; where that is another than the processor's, the end of a month can't be told to the day, so it isn't."""
    here, there = anchor.astimezone(zone).day, anchor.astimezone(UTC).day
    if max(here, there) > SHORTEST and here != there:
        return _("around its end")
    spoken = f"{here}{ORDINALS.get(here, 'th')}" if language() == "en" else here
    if here > SHORTEST:
        return _("on the %(day)s, or on the last day of a shorter one", day=spoken)
    return _("on the %(day)s", day=spoken)
