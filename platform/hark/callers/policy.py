"""Who is asked to wait or to press a key before the flow begins. Pure; nobody is ever refused on a first call."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

FIRST = 5
"""So many calls in an hour are always let through, whatever a hotline has set."""
USUAL_MOST = 12
HOUR = timedelta(hours=1)
TRY_AGAIN = timedelta(minutes=10)
"""Who was turned away for pressing no key and calls again within this time is a person: robots don't."""


def rests_until(begun: Sequence[datetime], at: datetime, most: int = USUAL_MOST) -> datetime | None:
    """Until when the line rests for a caller whose calls `begun` at these moments; None where they may call.

    At most `most` calls fit into any hour, and never fewer than `FIRST`. Calls that were themselves refused aren't
    given in, so that trying again makes nothing longer.
    """
    most = max(most, FIRST)
    lately = sorted(each for each in begun if at - HOUR < each <= at)
    return lately[-most] + HOUR if len(lately) >= most else None


class KeyFirst(NamedTuple):
    """How a key is asked for: so many times, waiting so many seconds each; any key will do."""

    tries: int = 3
    seconds: int = 6


def key_first(*, asked_for: bool, talked_before: bool, turned_away: datetime | None, at: datetime) -> KeyFirst | None:
    """Whether a telephone caller is asked for a key before the flow begins; None where they aren't.

    `asked_for`: the line is set so. Nobody whom a volunteer has talked with before is asked, nor who was turned away
    (at that moment) for pressing none and calls again soon: not everybody finds the keys in time.
    """
    if not asked_for or talked_before:
        return None
    if turned_away is not None and at - turned_away < TRY_AGAIN:
        return None
    return KeyFirst()
