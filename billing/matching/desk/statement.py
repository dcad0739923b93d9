"""A pool's statement: what of the promise went where, and what was paid; each line an entry of the books."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, TIMESTAMP
from sqlalchemy.dialects.postgresql import UUID as PGUUID

from billing.ledger.balances import Cursor
from billing.ledger.pages.words import kind_words
from billing.matching.models import Pool
from billing.matching.pools import PAYMENTS
from billing.money import Money
from infra.database import Session

LINES = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A posting: `money` came to the pool (above nought) or went from it, and then `left` was left."""

    entry: UUID
    at: datetime
    words: str
    money: Money
    left: Money


_LINES = text(
    "SELECT id, entry_id, at, kind, minor, upto FROM ("
    "SELECT p.id, p.entry_id, p.at, e.kind, -p.minor AS minor, -sum(p.minor) OVER (ORDER BY p.at, p.id) AS upto "
    "FROM ledger_posting AS p JOIN ledger_entry AS e ON e.tenant_id = p.tenant_id AND e.id = p.entry_id "
    "WHERE p.account = 'pool' AND p.currency = :currency AND p.pool = :pool) AS line "
    "WHERE :at IS NULL OR (at, id) < (:at, :key) ORDER BY at DESC, id DESC LIMIT :limit"
).bindparams(
    bindparam("at", type_=TIMESTAMP(timezone=True)), *(bindparam(name, type_=PGUUID()) for name in ("pool", "key"))
)


async def lines(session: Session, row: Pool, before: Cursor | None) -> tuple[list[Line], Cursor | None]:
    """A pool's postings, the latest first, and where the next page begins."""
    at, key = before or (None, None)
    given = {"pool": row.id, "currency": row.currency, "limit": LINES + 1, "at": at, "key": key}
    found = (await session.execute(_LINES, given)).all()
    shown = [
        Line(each.entry_id, each.at, kind_words(each.kind), Money(each.minor, row.currency),
             Money(int(each.upto), row.currency))
        for each in found[:LINES]
    ]  # fmt: skip
    last = found[LINES - 1] if len(found) > LINES else None
    return shown, (last.at, last.id) if last else None


@dataclass(frozen=True, slots=True)
class Payment:
    """What a sponsor paid, or got back (`words` say which); `undone`: it was taken back since."""

    entry: UUID
    at: datetime
    words: str
    money: Money
    undone: bool


_PAYMENTS = text(
    "SELECT e.id, e.at, e.kind, abs(p.minor) AS minor, back.id IS NOT NULL AS undone FROM ledger_posting AS p "
    "JOIN ledger_entry AS e ON e.tenant_id = p.tenant_id AND e.id = p.entry_id "
    "LEFT JOIN ledger_entry AS back ON back.tenant_id = e.tenant_id AND back.reverses = e.id "
    "WHERE p.account IN ('receivable', 'payable') AND p.currency = :currency AND p.pool = :pool "
    "AND e.kind = ANY(:kinds) ORDER BY p.at DESC, p.id DESC LIMIT :limit"
).bindparams(bindparam("pool", type_=PGUUID()), bindparam("kinds", type_=ARRAY(TEXT)))


async def payments(session: Session, row: Pool) -> list[Payment]:
    """The latest payments between a sponsor and the hotline."""
    given = {"pool": row.id, "currency": row.currency, "kinds": list(PAYMENTS), "limit": LINES}
    return [
        Payment(each.id, each.at, kind_words(each.kind), Money(int(each.minor), row.currency), each.undone)
        for each in (await session.execute(_PAYMENTS, given)).all()
    ]
