"""Twelve months of gifts, split by who gave, how often or for what: a query over postings, and the picture of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from babel.dates import format_date
from sqlalchemy import text

from billing.campaigns.thermometer import COUNTS
from billing.fundraising.overview.sums import month_begin
from billing.ledger.pages.words import locale
from billing.money import Money
from infra.clock import now
from infra.database import Session
from infra.errors import _

MONTHS = 12
PARTS = 4
"""So many can be told apart in a picture; the last of more campaigns is all the others."""
HIGH, BAR, STEP = 160, 40, 60
"""How the picture is measured: the highest bar, a bar's width, and from one to the next."""
Split = dict[tuple[date, str], int]
"""Month and part → minor units."""
By = Literal["all", "givers", "rhythm", "campaign"]
WORDS = {
    "all": _("Gifts"),
    "new": _("Given for the first time"),
    "again": _("Given again"),
    "unknown": _("Left no address"),
    "matched": _("Added by sponsors"),
    "once": _("Once"),
    "monthly": _("Monthly"),
    "none": _("The work of the line"),
    "others": _("Other campaigns"),
}
ORDER = {"givers": ("again", "new", "unknown", "matched"), "rhythm": ("once", "monthly"), "all": ("all",)}
_CELLS = text("""
    SELECT date_trunc('month', posting.at AT TIME ZONE :zone)::date AS month, posting.campaign,
           posting.account = 'matched' AS matched, coalesce(gift.monthly, false) AS monthly,
           CASE WHEN donor.id IS NULL THEN 'unknown'
                WHEN date_trunc('month', donor.first_at AT TIME ZONE :zone)
                     >= date_trunc('month', posting.at AT TIME ZONE :zone) THEN 'new'
                ELSE 'again' END AS giver,
           -sum(posting.minor) AS minor
    FROM ledger_posting posting
    LEFT JOIN gift ON gift.id = posting.gift AND gift.tenant_id = posting.tenant_id
    LEFT JOIN donor ON donor.id = gift.donor AND donor.tenant_id = gift.tenant_id
    WHERE posting.account = ANY(:accounts) AND posting.currency = :currency AND posting.at >= :begin
    GROUP BY 1, 2, 3, 4, 5
""")


@dataclass(frozen=True, slots=True)
class Cell:
    """What came in one month from one kind of giver, once or monthly, for one campaign, in minor units."""

    month: date
    campaign: UUID | None
    matched: bool
    monthly: bool
    giver: str
    minor: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a month in the picture: where it stands, how high, and what it says."""

    part: int
    x: int
    y: float
    high: float
    money: Money


@dataclass(frozen=True, slots=True)
class Month:
    """A month: its name, short and whole; its sum; each part's; and what of them can be drawn."""

    name: str
    whole: str
    middle: int
    total: Money
    sums: list[Money]
    bars: list[Bar]


@dataclass(frozen=True, slots=True)
class Trend:
    """The last twelve months, the present one last. `parts` are their names, a campaign's being its own."""

    parts: list[str]
    months: list[Month]


async def cells(session: Session, currency: str, zone: str) -> list[Cell]:
    """The last twelve months, as fine as any split needs them."""
    given = {"zone": zone, "currency": currency, "accounts": list(COUNTS)}
    given["begin"] = month_begin(now(), zone, MONTHS - 1)  # type: ignore[assignment]  # parameters are of any type
    rows = await session.execute(_CELLS, given)
    return [Cell(row.month, row.campaign, row.matched, row.monthly, row.giver, int(row.minor)) for row in rows]


def split(
    found: Iterable[Cell], by: By, campaigns: Mapping[UUID, str]
) -> tuple[dict[tuple[date, str], int], list[str]]:
    """The sums per month and part, and the parts in their order: words of `WORDS` or campaigns' ids. They add up to
    the same whatever they are split by."""
    sums: Split = defaultdict(int)
    whole: dict[str, int] = defaultdict(int)
    for cell in found:
        part = _part(cell, by, campaigns)
        sums[cell.month, part] += cell.minor
        whole[part] += cell.minor
    if by != "campaign":
        return dict(sums), [part for part in ORDER[by] if part in whole]
    parts = sorted(whole, key=lambda part: -whole[part])
    if len(parts) <= PARTS:
        return dict(sums), parts
    few = {part: part if place < PARTS - 1 else "others" for place, part in enumerate(parts)}
    fewer: Split = defaultdict(int)
    for (month, part), minor in sums.items():
        fewer[month, few[part]] += minor
    return dict(fewer), [*parts[: PARTS - 1], "others"]


def _part(cell: Cell, by: By, campaigns: Mapping[UUID, str]) -> str:
    if by == "givers":
        return "matched" if cell.matched else cell.giver
    if by == "rhythm":
        return "monthly" if cell.monthly else "once"
    if by == "campaign":
        return str(cell.campaign) if cell.campaign in campaigns else "none"
    return "all"


async def trend(session: Session, currency: str, zone: str, by: By, campaigns: Mapping[UUID, str]) -> Trend | None:
    """The twelve months as they are drawn; None while nothing has come in them."""
    sums, parts = split(await cells(session, currency, zone), by, campaigns)
    if not sums:
        return None
    begins = [month_begin(now(), zone, back).date() for back in range(MONTHS - 1, -1, -1)]
    highest = max(sum(max(0, sums.get((month, part), 0)) for part in parts) for month in begins) or 1
    named = {str(key): words for key, words in campaigns.items()}
    months = [_month(place, month, parts, sums, highest, currency) for place, month in enumerate(begins)]
    return Trend([named.get(part, WORDS.get(part, part)) for part in parts], months)


def _month(place: int, month: date, parts: list[str], sums: Split, highest: int, currency: str) -> Month:
    here = [sums.get((month, part), 0) for part in parts]
    bars, floor = [], 0.0
    for part, minor in enumerate(here):
        high = round(max(0, minor) * HIGH / highest, 1)
        if high:
            floor += high
            x = place * STEP + (STEP - BAR) // 2
            bars.append(Bar(part, x, round(HIGH - floor + 5, 1), high, Money(minor, currency)))
    return Month(
        format_date(month, "LLL", locale=locale()),
        format_date(month, "LLLL y", locale=locale()),
        place * STEP + STEP // 2,
        Money(sum(here), currency),
        [Money(minor, currency) for minor in here],
        bars,
    )
