"""Open books as pages and programs read them: every figure already withheld where it would tell of few."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from billing.ledger.pages.view import month_words
from billing.ledger.pages.words import said
from billing.money import digits
from billing.openness.lines import LINES
from billing.openness.periods import Laid, Period, laid_open, periods, runway
from billing.openness.reckoning import FEW, each_cost
from infra.database import Session
from infra.web import gettext

SHOWN = 24
"""So many periods a page shows, the latest."""
_kept: "OrderedDict[UUID, list[Period]]" = OrderedDict()
_MOST_KEPT = 500


async def published(session: Session, zone: str) -> list[Period]:
    """What has been laid open. It never changes, so a process reads it from the books once."""
    laid = await laid_open(session)
    if not laid.rows:
        return []
    key = laid.rows[-1].id
    if key not in _kept:
        _kept[key] = await periods(session, laid, zone)
        if len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return _kept[key]


async def drafted(session: Session, laid: Laid, zone: str) -> list[Period]:
    """As `published`, of what isn't kept yet."""
    return await periods(session, laid, zone)


def name_of(period: Period) -> str:
    """ "September 2026", "July 2026 to September 2026"."""
    last = (period.until - timedelta(days=1)).replace(day=1)
    if last == period.since:
        return month_words(period.since)
    return gettext("%(first)s to %(last)s", first=month_words(period.since), last=month_words(last))


def runway_words(months: int | None) -> str:
    """A runway as people say it."""
    if months is None:
        return gettext("Not known yet")
    if months == 0:
        return gettext("Less than a month")
    return gettext("About %(months)s months", months=months) if months > 1 else gettext("About one month")


@dataclass(frozen=True, slots=True)
class Bar:
    """A period's two bars, as parts of a hundred of the highest of all."""

    name: str
    came: int
    cost: int


def told(found: Sequence[Period]) -> dict[str, Any]:
    """What the page is drawn from: the latest period on top, its lines, the trend, and the runway."""
    shown = found[-SHOWN:]
    last = found[-1]
    highest = max([1, *(max(each.came, each.cost) for each in shown)])
    return {
        "currency": last.currency,
        "few": FEW,
        "runway": runway_words(runway(found)),
        "runway_known": runway(found) is not None,
        "spendable": said(last.spendable, last.currency),
        "as_of": month_words((last.until - timedelta(days=1)).replace(day=1)),
        "bars": [
            Bar(name_of(each), max(0, each.came) * 100 // highest, max(0, each.cost) * 100 // highest) for each in shown
        ],
        "periods": [period(each) for each in reversed(shown)],
    }


def period(each: Period) -> dict[str, Any]:
    """A stretch of months as a page shows it."""

    def lines(side: str) -> list[dict[str, str]]:
        return [
            {"key": key, "words": gettext(LINES[key].words), "amount": said(minor, each.currency)}
            for key, minor in each.lines.items()
            if LINES[key].side == side
        ]

    return {
        "key": f"{each.since:%Y-%m}",
        "name": name_of(each),
        "answered": each.answered,
        "in": lines("in"),
        "cost": lines("cost"),
        "came_sum": said(each.came, each.currency),
        "cost_sum": said(each.cost, each.currency),
        "each": said(each_cost(each.cost, each.answered), each.currency) if each.cost > 0 else "",
    }


def program(hotline: str, found: Sequence[Period]) -> dict[str, Any]:
    """The same for programs: amounts in minor units, and how many of those make one unit."""
    currency = found[-1].currency if found else ""
    return {
        "hotline": hotline,
        "currency": currency,
        "decimals": digits(currency) if currency else None,
        "withheld_below": FEW,
        "runway_months": runway(found),
        "periods": [
            {
                "since": f"{each.since:%Y-%m}",
                "until": f"{each.until - timedelta(days=1):%Y-%m}",
                "answered": each.answered,
                "in": {key: minor for key, minor in each.lines.items() if LINES[key].side == "in"},
                "cost": {key: minor for key, minor in each.lines.items() if LINES[key].side == "cost"},
                "cost_per_answered": each_cost(each.cost, each.answered),
                "spendable_at_end": each.spendable,
            }
            for each in found
        ],
    }
