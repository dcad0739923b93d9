"""What came in, for the hotline's leads: sums out of the books, and the gifts behind them."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy import tuple_
from sqlmodel import col, select

from billing.campaigns.thermometer import COUNTS
from billing.giving.models import Gift
from billing.giving.service import Words, words_of
from billing.ledger.balances import balance, trial_balance
from billing.money import Money
from infra.clock import now
from infra.database import Session
from infra.web import language

PAGE = 50
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Sums:
    """What was given in one currency, less what went back."""

    month: Money
    year: Money
    ever: Money


def _month(at: datetime, zone: str, back: int = 0) -> datetime:
    """The beginning of the month so many months before that of `at`, where the hotline is."""
    there = at.astimezone(ZoneInfo(zone))
    count = there.year * 12 + there.month - 1 - back
    return datetime(count // 12, count % 12 + 1, 1, tzinfo=ZoneInfo(zone))


async def _given(session: Session, currency: str, at: datetime | None = None) -> int:
    total = 0
    for account in COUNTS:
        total -= await balance(session, account, currency, at=at)
    return total


async def sums(session: Session, zone: str) -> list[Sums]:
    """This month's, this year's and all that ever came, per currency."""
    currencies = sorted({line.currency for line in await trial_balance(session) if line.account in COUNTS})
    month = _month(now(), zone)
    found = []
    for currency in currencies:
        ever = await _given(session, currency)
        since_month = ever - await _given(session, currency, month)
        since_year = ever - await _given(session, currency, month.replace(month=1))
        found.append(Sums(Money(since_month, currency), Money(since_year, currency), Money(ever, currency)))
    return found


@dataclass(frozen=True, slots=True)
class Month:
    """A month's sum; `high` is its share of the highest, 0 to 100."""

    name: str
    money: Money
    high: int


async def months(session: Session, zone: str, currency: str) -> list[Month]:
    """The last twelve months, the present one last; none while nothing has come."""
    begins = [_month(now(), zone, back) for back in range(MONTHS - 1, -1, -1)]
    until = [await _given(session, currency, at) for at in begins] + [await _given(session, currency)]
    given = [after - before for before, after in pairwise(until)]
    highest = max(given, default=0)
    if highest <= 0:
        return []
    locale = language().replace("-", "_")
    return [
        Month(format_date(at, "LLL", locale=locale), Money(minor, currency), max(0, minor) * 100 // highest)
        for at, minor in zip(begins, given, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Listed:
    """A gift with what its donor wrote."""

    gift: Gift
    words: Words
    total: Money


async def listed(
    session: Session, before: tuple[datetime, UUID] | None = None
) -> tuple[list[Listed], tuple[datetime, UUID] | None]:
    """Gifts that have come, the latest first, and where the next page begins."""
    found = select(Gift).where(col(Gift.paid_at).is_not(None))
    if before:
        found = found.where(tuple_(col(Gift.paid_at), col(Gift.id)) < before)
    found = found.order_by(col(Gift.paid_at).desc(), col(Gift.id).desc()).limit(PAGE + 1)
    rows = list(await session.exec(found))
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    shown = [Listed(row, await words_of(session, row), Money(row.total_minor, row.currency)) for row in rows[:PAGE]]
    return shown, (last.paid_at, last.id) if last and last.paid_at else None
