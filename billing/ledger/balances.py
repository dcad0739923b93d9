"""Reads the books: what is on an account, the trial balance, a statement with its opening and closing.

What was booked on closed days is read from daily sums, where nothing has to be cut inside a day; the rest from the
postings themselves. See docs/decisions for what that was measured against.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from billing.ledger.chart import place
from billing.ledger.sql import BALANCES, CLOSED, LINES, OF_GIFT, SAME_MOMENT, TRIALS
from infra.database import Session

Cursor = tuple[datetime, UUID]
"""The last line seen of a statement: its moment and its posting's id."""


@dataclass(frozen=True, slots=True)
class TrialLine:
    """What is on one account in one currency: a debit above nought, a credit below."""

    account: str
    currency: str
    minor: int

    @property
    def debit(self) -> int:
        """What stands on the left."""
        return max(self.minor, 0)

    @property
    def credit(self) -> int:
        """What stands on the right, as a size."""
        return max(-self.minor, 0)


@dataclass(frozen=True, slots=True)
class Line:
    """A posting in a statement; `balance` is what is on the account after it."""

    key: UUID
    entry: UUID
    at: datetime
    ref: str
    kind: str
    note: str
    minor: int
    balance: int
    campaign: UUID | None
    gift: UUID | None
    pool: UUID | None


@dataclass(frozen=True, slots=True)
class Statement:
    """An account in a stretch of time. `opening` and `closing` are of the whole stretch; `after` is the cursor of the
    next page of lines, if there is one."""

    account: str
    currency: str
    opening: int
    lines: Sequence[Line]
    closing: int
    after: Cursor | None


async def balance(
    session: Session,
    account: str | Sequence[str],
    currency: str,
    *,
    campaign: UUID | None = None,
    pool: UUID | None = None,
    gift: UUID | None = None,
    at: datetime | None = None,
) -> int:
    """What is on an account of the tenant in scope, in minor units: a debit above nought, a credit below.

    Of several accounts, the sum; of one campaign, pool or gift alone where asked; with `at`, of what happened before
    that moment.
    """
    given: dict[str, Any] = {"accounts": [account] if isinstance(account, str) else account, "currency": currency}
    if gift is not None:
        given |= {"gift": gift, "campaign": campaign, "pool": pool, "at": at}
        return int((await session.execute(OF_GIFT, given)).scalar_one())
    dimensions = {name: key for name, key in (("campaign", campaign), ("pool", pool)) if key is not None}
    given |= await _until(session, at)
    found = await session.execute(BALANCES[at is not None, *dimensions], given | dimensions)
    return int(found.scalar_one())


async def _until(session: Session, at: datetime | None) -> dict[str, Any]:
    """The last closed day, and the cut."""
    closed = (await session.execute(CLOSED)).scalar() or date.min
    return {"closed": closed} if at is None else {"closed": closed, "at": at}


async def trial_balance(session: Session, *, at: datetime | None = None) -> list[TrialLine]:
    """Every account that has ever moved, per currency, in the chart's order. They sum to zero in each currency."""
    found = await session.execute(TRIALS[at is not None], await _until(session, at))
    lines = [TrialLine(row.account, row.currency, int(row.minor)) for row in found]
    return sorted(lines, key=lambda line: (line.currency, place(line.account)))


async def statement(
    session: Session,
    account: str,
    currency: str,
    *,
    since: datetime,
    until: datetime,
    after: Cursor | None = None,
    limit: int = 100,
) -> Statement:
    """An account from `since` up to (but without) `until`, oldest first, `limit` lines at a time: pass the last one's
    cursor as `after` to turn the page."""
    of = {"account": account, "currency": currency}
    opening = await balance(session, account, currency, at=since)
    closing = await balance(session, account, currency, at=until)
    running, given = opening, {**of, "until": until, "limit": limit + 1, "at": since}
    if after is not None:
        cursor = {"at": after[0], "key": after[1]}
        given |= cursor
        running = await balance(session, account, currency, at=after[0])
        running += int(
            (await session.execute(SAME_MOMENT, cursor | {"accounts": [account], "currency": currency})).scalar_one()
        )
    rows = (await session.execute(LINES[after is not None], given)).all()
    lines = []
    for row in rows[:limit]:
        running += row.minor
        lines.append(
            Line(
                row.id, row.entry_id, row.at, row.ref, row.kind, row.note, row.minor, running, row.campaign, row.gift,
                row.pool,
            )
        )  # fmt: skip
    further = (lines[-1].at, lines[-1].key) if len(rows) > limit else None
    return Statement(account, currency, opening, lines, closing, further)
