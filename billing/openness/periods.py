"""Stretches of months that are laid open, one after another and for good; and what they come to by the books."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, DATE, TEXT, TIMESTAMP
from sqlmodel import col, select

from billing.ledger.chart import CHART
from billing.ledger.digest.closing import close_days
from billing.openness import reckoning
from billing.openness.costs import after, cost_accounts, start_of
from billing.openness.counting import answered
from billing.openness.lines import LINES, LIQUID, OWED, OWED_TO_US, PEOPLE, line_of
from billing.openness.models import OpenPeriod
from billing.openness.reckoning import People
from billing.usage.service import before, month_of
from infra.clock import now
from infra.database import Session

SETTLES = timedelta(days=14)
"""A month waits so long for its bills before it is laid open."""
MONTHS_BACK = 12
"""The first period begins no longer ago than this."""

# Each posting belongs to the first period that ends after it happened and was laid open after it was booked; what lies
# before the first one is 0, what is in none yet comes after the last.
SUMS = text(
    "WITH told AS (SELECT account, minor, "
    "greatest(width_bucket(at, :untils), width_bucket(booked_on, :booked)) AS place "
    "FROM ledger_posting WHERE account = ANY(:accounts) AND currency = :currency) "
    "SELECT account, place, sum(minor)::bigint AS minor FROM told GROUP BY account, place"
).bindparams(
    bindparam("untils", type_=ARRAY(TIMESTAMP(timezone=True))),
    bindparam("booked", type_=ARRAY(DATE)),
    bindparam("accounts", type_=ARRAY(TEXT)),
)
# What happened in these months, and what happened before them but was booked too late to be in an earlier period.
_GIVERS = text(
    "WITH p AS ("
    "SELECT tenant_id, account, gift, entry_id FROM ledger_posting WHERE account = ANY(:asked) "
    "AND currency = :currency AND at >= :since AND at < :until AND booked_on < :booked UNION ALL "
    "SELECT tenant_id, account, gift, entry_id FROM ledger_posting WHERE account = ANY(:asked) "
    "AND currency = :currency AND at < least(:since, :until) AND booked_on >= :booked_then AND booked_on < :booked) "
    "SELECT count(DISTINCT coalesce(gift.donor, p.gift, p.entry_id)) FILTER (WHERE p.account <> 'cost.minutes') "
    "AS givers, count(*) FILTER (WHERE p.account = 'cost.minutes') AS minutes FROM p "
    "LEFT JOIN gift ON gift.tenant_id = p.tenant_id AND gift.id = p.gift"
).bindparams(
    bindparam("asked", type_=ARRAY(TEXT)),
    bindparam("until", type_=TIMESTAMP(timezone=True)),
    bindparam("since", type_=TIMESTAMP(timezone=True)),
    bindparam("booked", type_=DATE),
    bindparam("booked_then", type_=DATE),
)


ASKED = [*PEOPLE, "cost.minutes"]
_EARLIEST = text("SELECT min(at) FROM ledger_posting WHERE currency = :currency")
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Period:
    """A stretch of months as it is laid open: what came in and what it cost by line, in minor units above nought where
    money came or went as the line's name says; and what was there to live on at its end."""

    since: date
    until: date
    currency: str
    answered: int
    lines: dict[str, int] = field(default_factory=dict)
    spendable: int = 0

    @cached_property
    def months(self) -> int:
        """How many."""
        return (self.until.year - self.since.year) * 12 + self.until.month - self.since.month

    @cached_property
    def came(self) -> int:
        """All that came in."""
        return sum(minor for key, minor in self.lines.items() if LINES[key].side == "in")

    @cached_property
    def cost(self) -> int:
        """All that it cost."""
        return sum(minor for key, minor in self.lines.items() if LINES[key].side == "cost")


@dataclass(frozen=True, slots=True)
class Laid:
    """Periods in one currency, oldest first. A hotline that has changed its currency begins anew: what lies before the
    first of them is part of it (`whole`), for what is left out could be told by subtracting."""

    rows: Sequence[OpenPeriod]
    whole: bool

    def cuts(self, zone: str) -> dict[str, list[datetime] | list[date]]:
        """Where the postings are cut: at the beginning of the first of these, and at the end of each."""
        begun = BEGINNING if self.whole else start_of(self.rows[0].since, zone)
        return {
            "untils": [begun, *(start_of(row.until, zone) for row in self.rows)],
            "booked": [self.rows[0].booked_before, *(row.booked_before for row in self.rows)],
        }


def _in(rows: Sequence[OpenPeriod], currency: str) -> Laid:
    mine = [row for row in rows if row.currency == currency]
    return Laid(mine, bool(rows) and rows[0].currency != currency)


async def _rows(session: Session) -> list[OpenPeriod]:
    return list(await session.exec(select(OpenPeriod).order_by(col(OpenPeriod.since))))


async def laid_open(session: Session) -> Laid:
    """What has been laid open, in the currency that was used last."""
    rows = await _rows(session)
    return _in(rows, rows[-1].currency if rows else "")


async def periods(session: Session, laid: Laid, zone: str) -> list[Period]:
    """What these stretches come to by the books."""
    rows = laid.rows
    if not rows:
        return []
    cuts, accounts = laid.cuts(zone), sorted({*CHART, *await cost_accounts(session)})
    found = await session.execute(SUMS, {"currency": rows[0].currency, "accounts": accounts, **cuts})
    sums: list[dict[str, int]] = [{} for _each in range(len(rows) + 1)]
    for account, place, minor in found:
        if place < len(sums):
            sums[place][account] = minor
    made, there = [], dict(sums[0])
    for row, moved in zip(rows, sums[1:], strict=True):
        lines: dict[str, int] = {}
        for account, minor in moved.items():
            there[account] = there.get(account, 0) + minor
            if (key := line_of(account)) is not None:
                lines[key] = lines.get(key, 0) + (minor if LINES[key].side == "cost" else -minor)
        at_hand, due = sum(there.get(code, 0) for code in LIQUID), sum(there.get(code, 0) for code in OWED_TO_US)
        left = reckoning.spendable(at_hand, due, -sum(there.get(code, 0) for code in OWED))
        told = {key: lines[key] for key in LINES if lines.get(key)}
        made.append(Period(row.since, row.until, row.currency, row.answered, told, left))
    return made


def runway(found: Sequence[Period]) -> int | None:
    """For how many whole months the money lasts, as it stood at the end of the last period."""
    return reckoning.runway(found[-1].spendable, [(each.cost, each.months) for each in found]) if found else None


async def next_period(session: Session, zone: str, currency: str, rows: Sequence[OpenPeriod]) -> OpenPeriod | None:
    """The stretch that may be laid open after these: as many whole months as it takes until enough people are in it.

    None while there are too few. It isn't kept; `lay_open` does that.
    """
    ended, booked = month_of(now() - SETTLES, zone), (now() - timedelta(days=1)).date()
    held = _in(rows, currency)
    since = rows[-1].until if rows else await _first(session, zone, currency, ended, booked)
    cut = {"since": start_of(since, zone), "booked_then": booked}
    if held.rows:
        cut = {"since": start_of(held.rows[-1].until, zone), "booked_then": held.rows[-1].booked_before}
    elif held.whole:
        cut = {"since": BEGINNING, "booked_then": booked}
    until = since
    while until < ended:
        until = after(until)
        begun, over = start_of(since, zone), start_of(until, zone)
        told = await answered(session, begun, over)
        if not People(told.callers, 0, 0).enough:
            continue
        given = {"asked": ASKED, "currency": currency, "until": over, "booked": booked, **cut}
        found = (await session.execute(_GIVERS, given)).one()
        if People(told.callers, told.telephoned if found.minutes else 0, found.givers).enough:
            count = reckoning.rounded(told.contacts)
            return OpenPeriod(since=since, until=until, booked_before=booked, currency=currency, answered=count)
    return None


async def _first(session: Session, zone: str, currency: str, ended: date, booked: date) -> date:
    """With which month the first period begins: no more than a year ago, and not before the books do. Where so few
    people gave before that what there was then would tell of them, with the very first of the books."""
    earliest = (await session.execute(_EARLIEST, {"currency": currency})).scalar_one()
    if earliest is None:
        return ended
    first = month_of(earliest, zone)
    month = max(first, before(ended, MONTHS_BACK))
    given = {
        "asked": ASKED, "currency": currency, "until": start_of(month, zone), "booked": booked,
        "since": BEGINNING, "booked_then": booked,
    }  # fmt: skip
    few = (await session.execute(_GIVERS, given)).one().givers
    return month if People(reckoning.FEW, 0, few).enough else first


async def lay_open(session: Session, zone: str, currency: str) -> int:
    """Lay open whatever may be by now, for good; returns how many stretches were. Days that are over are closed first,
    so that nothing can be booked on them any more."""
    await close_days(session)
    rows = await _rows(session)
    held = len(rows)
    while (row := await next_period(session, zone, currency, rows)) is not None:
        session.add(row)
        await session.flush()
        rows.append(row)
    return len(rows) - held


async def draft(session: Session, zone: str, currency: str) -> Laid:
    """What has been laid open and what would be now, for those who decide about it."""
    rows = await _rows(session)
    while (row := await next_period(session, zone, currency, rows)) is not None:
        rows.append(row)
    return _in(rows, rows[-1].currency if rows else currency)
