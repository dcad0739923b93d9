"""What came in, out of the books: this month's sum, this year's, all."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from billing.campaigns.thermometer import COUNTS
from billing.ledger.balances import balance, trial_balance
from billing.money import Money
from infra.clock import now
from infra.database import Session


@dataclass(frozen=True, slots=True)
class Sums:
    """What was given in one currency, less what went back."""

    month: Money
    year: Money
    ever: Money


def month_begin(at: datetime, zone: str, back: int = 0) -> datetime:
    """The beginning of the month so many months before that of `at`, where the hotline is."""
    there = at.astimezone(ZoneInfo(zone))
    count = there.year * 12 + there.month - 1 - back
    return datetime(count // 12, count % 12 + 1, 1, tzinfo=ZoneInfo(zone))


async def _given(session: Session, currency: str, at: datetime | None = None) -> int:
    return -await balance(session, COUNTS, currency, at=at)


async def sums(session: Session, zone: str) -> list[Sums]:
    """This month's, this year's and all that ever came, per currency."""
    currencies = sorted({line.currency for line in await trial_balance(session) if line.account in COUNTS})
    month = month_begin(now(), zone)
    found = []
    for currency in currencies:
        ever = await _given(session, currency)
        since_month = ever - await _given(session, currency, month)
        since_year = ever - await _given(session, currency, month.replace(month=1))
        found.append(Sums(Money(since_month, currency), Money(since_year, currency), Money(ever, currency)))
    return found
