"""Payouts beside the books: whether each line stands in both, and whether the lines come to what was paid out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PGUUID
from sqlmodel import col, select

from billing.fundraising.models import Payout
from billing.fundraising.sheet import Cursor
from billing.ledger.models import LedgerEntry
from billing.money import Money
from infra.database import Session
from infra.errors import NotFound

PAGE, LINES = 30, 200
_BESIDE = """
    FROM payout_line line
    LEFT JOIN ledger_entry entry ON entry.tenant_id = line.tenant_id AND entry.ref = 'txn:' || line.txn
    LEFT JOIN ledger_posting posting
        ON posting.tenant_id = entry.tenant_id AND posting.entry_id = entry.id AND posting.account = 'processor'
"""
"""Each line with its entry, and with what that did to the balance at the processor."""
_AGREES = "coalesce(posting.minor, 0) = line.net_minor"
_SUMS = text(f"""
    SELECT line.payout, line.category, count(*) AS lines, sum(line.minor) AS minor, sum(line.fee_minor) AS fees,
           sum(line.net_minor) AS net, count(*) FILTER (WHERE NOT ({_AGREES})) AS off
    {_BESIDE} WHERE line.payout = ANY(:payouts) GROUP BY 1, 2 ORDER BY 1, 6 DESC, 2
""").bindparams(bindparam("payouts", type_=ARRAY(PGUUID())))
_LINES = {
    after: text(f"""
        SELECT line.id, line.txn, line.category, line.at, line.minor, line.fee_minor, line.net_minor,
               entry.id AS entry, posting.gift, {_AGREES} AS agrees
        {_BESIDE} WHERE line.payout = :payout {"AND (line.at, line.id) > (:at, :key)" if after else ""}
        ORDER BY line.at, line.id LIMIT :most
    """)
    for after in (False, True)
}


@dataclass(frozen=True, slots=True)
class Kind:
    """The lines of one kind in a payout: how many, what they come to before and after fees, and how many of them stand
    otherwise in the books, or not at all."""

    category: str
    lines: int
    money: Money
    fees: Money
    net: Money
    off: int


@dataclass(frozen=True, slots=True)
class Beside:
    """A payout and its lines by kind. `difference`: what was paid out and no line says; None as long as the lines are
    unknown."""

    row: Payout
    money: Money
    kinds: Sequence[Kind]
    difference: Money | None

    @property
    def off(self) -> int:
        """How many lines stand otherwise in the books."""
        return sum(kind.off for kind in self.kinds)

    @property
    def agrees(self) -> bool | None:
        """Whether every line is in the books as it is here, and all come to the payout; None when it can't be said."""
        return None if self.difference is None else not (self.difference.minor or self.off)


@dataclass(frozen=True, slots=True)
class Line:
    """A movement that went out with a payout, and where the books have it."""

    key: UUID
    txn: str
    category: str
    at: datetime
    money: Money
    fee: Money
    net: Money
    entry: UUID | None
    gift: UUID | None
    agrees: bool


async def listed(session: Session, after: Cursor | None = None) -> tuple[list[Beside], Cursor | None]:
    """Payouts, the latest first, and where the next page begins."""
    found = select(Payout).order_by(col(Payout.made_at).desc(), col(Payout.id).desc()).limit(PAGE + 1)
    if after:
        found = found.where(tuple_(col(Payout.made_at), col(Payout.id)) < after)
    rows = list(await session.exec(found))
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return await _beside(session, rows[:PAGE]), (last.made_at, last.id) if last else None


async def one(session: Session, key: UUID) -> Beside:
    """One payout. Raises NotFound."""
    row = (await session.exec(select(Payout).where(Payout.id == key))).one_or_none()
    if row is None:
        raise NotFound
    return (await _beside(session, [row]))[0]


async def _beside(session: Session, rows: list[Payout]) -> list[Beside]:
    kinds: dict[UUID, list[Any]] = {row.id: [] for row in rows}
    for each in await session.execute(_SUMS, {"payouts": list(kinds)}):
        kinds[each.payout].append(each)
    return [_one(row, kinds[row.id]) for row in rows]


def _one(row: Payout, sums: list[Any]) -> Beside:
    def money(minor: Any) -> Money:
        return Money(int(minor), row.currency)

    kinds = [
        Kind(each.category, each.lines, money(each.minor), money(each.fees), money(each.net), each.off) for each in sums
    ]
    known = row.automatic and row.listed_at is not None
    difference = money(row.minor - sum(kind.net.minor for kind in kinds)) if known else None
    return Beside(row, money(row.minor), kinds, difference)


async def lines(
    session: Session, row: Payout, after: Cursor | None = None, most: int = LINES
) -> tuple[list[Line], Cursor | None]:
    """A payout's lines, oldest first, and where the next page begins."""
    given: dict[str, Any] = {"payout": row.id, "most": most + 1}
    if after:
        given |= {"at": after[0], "key": after[1]}
    rows = (await session.execute(_LINES[after is not None], given)).all()
    found = [_line(each, row.currency) for each in rows[:most]]
    return found, (found[-1].at, found[-1].key) if len(rows) > most else None


def _line(each: Any, currency: str) -> Line:
    amount, fee, net = (Money(minor, currency) for minor in (each.minor, each.fee_minor, each.net_minor))
    return Line(each.id, each.txn, each.category, each.at, amount, fee, net, each.entry, each.gift, each.agrees)


async def arrival_of(session: Session, row: Payout) -> UUID | None:
    """The entry by which it came into the bank; None before it has."""
    found = select(LedgerEntry.id).where(LedgerEntry.ref == f"payout:{row.payout}")
    return (await session.exec(found)).one_or_none()
