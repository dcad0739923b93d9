"""A figure of open books opened into the postings that it is made of, as far as nobody is told of by them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, DATE, TEXT, TIMESTAMP

from billing.openness.lines import LINES, line_of
from billing.openness.periods import Laid
from infra.database import Session


@dataclass(frozen=True, slots=True)
class Opened:
    """So much on an account: one posting with its moment and kind where a line opens into each, else the sum of all."""

    account: str
    minor: int
    at: datetime | None = None
    kind: str = ""


_POSTINGS = text(
    "SELECT p.account, p.minor, p.at, e.kind FROM ledger_posting AS p "
    "JOIN ledger_entry AS e ON e.tenant_id = p.tenant_id AND e.id = p.entry_id "
    "WHERE p.currency = :currency AND p.account = ANY(:accounts) AND p.at < :until AND p.booked_on < :booked "
    "AND NOT (p.at < :since AND p.booked_on < :booked_then) ORDER BY p.at, p.id"
).bindparams(
    bindparam("accounts", type_=ARRAY(TEXT)),
    *(bindparam(name, type_=TIMESTAMP(timezone=True)) for name in ("until", "since")),
    *(bindparam(name, type_=DATE) for name in ("booked", "booked_then")),
)
_ACCOUNTS = text("SELECT DISTINCT account FROM ledger_sum WHERE currency = :currency")


async def opened(session: Session, laid: Laid, zone: str, place: int, key: str) -> Sequence[Opened]:
    """What a line of the period at `place` is made of, above nought as the line itself is. Empty for a line of which
    the sum alone is told."""
    line = LINES[key]
    if key in ("gifts", "fees"):
        return []
    cuts, currency = laid.cuts(zone), laid.rows[place].currency
    accounts = (await session.execute(_ACCOUNTS, {"currency": currency})).scalars()
    given = {
        "currency": currency, "accounts": [code for code in accounts if line_of(code) == key],
        "since": cuts["untils"][place], "booked_then": cuts["booked"][place],
        "until": cuts["untils"][place + 1], "booked": cuts["booked"][place + 1],
    }  # fmt: skip
    rows = (await session.execute(_POSTINGS, given)).all()
    sign = 1 if line.side == "cost" else -1
    if line.each:
        return [Opened(row.account, sign * row.minor, row.at, row.kind) for row in rows]
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.account] = sums.get(row.account, 0) + sign * row.minor
    return [Opened(code, minor) for code, minor in sums.items()]
