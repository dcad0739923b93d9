"""What comes in a month if nothing changes, and how many monthly gifts began and ended in each month of a year."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy import case, func, text
from sqlmodel import col, select

from billing.money import Money
from billing.monthly.models import MonthlyGift
from infra.database import Session
from infra.web import language

MONTHS = 12
WIDE, HIGH, BAR, STEP = 720, 120, 22, 60
"""The picture's measures: its width, the highest bar, a bar, a month."""
_TURNS = text("""
    SELECT month, sum(began)::int AS began, sum(ended)::int AS ended FROM (
      SELECT date_trunc('month', started_at AT TIME ZONE :zone)::date AS month, 1 AS began, 0 AS ended
      FROM monthly_gift WHERE started_at >= :since
      UNION ALL
      SELECT date_trunc('month', ended_at AT TIME ZONE :zone)::date, 0, 1
      FROM monthly_gift WHERE state = 'ended' AND ended_at >= :since
    ) AS turns GROUP BY month
""")


@dataclass(frozen=True, slots=True)
class Coming:
    """One currency's: `each_month` is what is charged if nothing changes; how many give it, how many of them couldn't
    be charged lately, and how many rest."""

    each_month: Money
    running: int
    failing: int
    paused: int


async def coming(session: Session) -> list[Coming]:
    """What comes in a month, by currency, the largest first. What is paused or ends with its month isn't counted."""
    state, one = col(MonthlyGift.state), func.count()
    runs = state.in_(("active", "past_due"))
    sums = (
        func.coalesce(func.sum(case((runs, col(MonthlyGift.amount_minor) + col(MonthlyGift.cover_minor)))), 0),
        one.filter(runs),
        one.filter(state == "past_due"),
        one.filter(state == "paused"),
    )
    found = select(col(MonthlyGift.currency), *sums).where(state != "ended").group_by(col(MonthlyGift.currency))  # type: ignore[call-overload]  # five columns
    rows = [
        Coming(Money(int(minor), currency), running, failing, paused)
        for currency, minor, running, failing, paused in await session.exec(found)
    ]
    return sorted(rows, key=lambda each: -each.each_month.minor)


@dataclass(frozen=True, slots=True)
class Month:
    """A month: its name, how many began and ended, how many there were at its end, and its bars in the picture as
    (part, x, y, height)."""

    whole: str
    name: str
    began: int
    ended: int
    there: int
    middle: int
    bars: tuple[tuple[int, int, int, int], ...]


def months_back(today: date) -> list[date]:
    """The first days of the last twelve months, the running one last."""
    place = today.year * 12 + today.month - 1
    return [date(at // 12, at % 12 + 1, 1) for at in range(place - MONTHS + 1, place + 1)]


def drawn(counted: dict[date, tuple[int, int]], running: int, today: date) -> list[Month]:
    """Twelve months, oldest first; `running` is how many there are now."""
    firsts = months_back(today)
    top = max((max(counted.get(first, (0, 0))) for first in firsts), default=0) or 1
    tongue = "en_GB" if language() == "en" else language().replace("-", "_")  # as on the other pages of money
    there, made = running, []
    for place, first in reversed(list(enumerate(firsts))):
        began, ended = counted.get(first, (0, 0))
        middle = place * STEP + STEP // 2
        bars = tuple(
            (part, middle - BAR + part * (BAR + 2) - 1, HIGH + 5 - high, high)
            for part, many in enumerate((began, ended))
            if (high := round(many * HIGH / top))
        )
        month = format_date(first, "LLLL y", locale=tongue), format_date(first, "LLL", locale=tongue)
        made.append(Month(*month, began, ended, there, middle, bars))
        there -= began - ended
    return made[::-1]


async def turns(session: Session, zone: str, today: date) -> list[Month]:
    """What began and what ended in the last twelve months."""
    since = months_back(today)[0]
    asked = {"zone": zone, "since": _begin(since, zone)}
    counted = {row.month: (row.began, row.ended) for row in await session.execute(_TURNS, asked)}
    alive = select(func.count()).select_from(MonthlyGift).where(col(MonthlyGift.state) != "ended")
    return drawn(counted, (await session.exec(alive)).one(), today)


def _begin(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
