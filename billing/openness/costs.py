"""What a hotline spends beside gifts: entered by its own people, once for each form, and taken back by an opposite."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, TIMESTAMP
from sqlmodel import col, select

from billing.ledger import Entry, Posting, book, reverse, trial_balance
from billing.ledger.chart import CHART
from billing.ledger.models import LedgerEntry, LedgerPosting
from billing.ledger.service import entry_of
from billing.money import Money
from billing.usage.service import before, month_of
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict, Invalid, _

KINDS = tuple(code for code in CHART if code.startswith("cost.") and code != "cost.plan")
"""What may be entered by hand; the platform's own invoice comes by itself."""
PAID_FROM = ("bank", "cash", "payable")
"""`payable`: not paid yet."""
OURS = ("cost", "cost.paid")
"""Kinds of entries that were made by hand here, and may be taken back by hand."""
MONTHS_BACK = 24


@dataclass(frozen=True, slots=True)
class Cost:
    """A line of a cost in the books: so much on `account` at `at`. `undone`: it is a reversal, or has one."""

    entry: UUID
    account: str
    at: datetime
    minor: int
    kind: str
    note: str
    undone: bool

    @property
    def ours(self) -> bool:
        """Whether it can be taken back by hand."""
        return self.kind in OURS and not self.undone


_LISTED = text(
    "SELECT p.entry_id, p.account, p.at, p.minor, e.kind, e.note, e.reverses IS NOT NULL OR EXISTS "
    "(SELECT FROM ledger_entry AS back WHERE back.tenant_id = e.tenant_id AND back.reverses = e.id) AS undone "
    "FROM ledger_posting AS p JOIN ledger_entry AS e ON e.tenant_id = p.tenant_id AND e.id = p.entry_id "
    "WHERE p.account = ANY(:accounts) AND p.currency = :currency AND p.at >= :since AND p.at < :until "
    "ORDER BY p.at DESC, p.id DESC LIMIT 1000"
).bindparams(
    bindparam("accounts", type_=ARRAY(TEXT)),
    bindparam("since", type_=TIMESTAMP(timezone=True)),
    bindparam("until", type_=TIMESTAMP(timezone=True)),
)


def start_of(day: date, zone: str) -> datetime:
    """The moment at which a day begins in a zone."""
    return datetime.combine(day, time(), ZoneInfo(zone))


def after(month: date, months: int = 1) -> date:
    """The month so many months after one."""
    for _each in range(months):
        month = (month + timedelta(days=31)).replace(day=1)
    return month


async def enter(
    session: Session, *, zone: str, month: date, kind: str, money: Money, paid_from: str, note: str, ticket: str
) -> UUID:
    """Book a cost of a month (its first day); returns the entry's id. The same `ticket` again is the entry there is.

    Raises Invalid for a month to come or too long ago, a kind that isn't entered by hand, nothing or less.
    """
    held = await _held(session, f"cost:{ticket}")
    if held is not None:
        return held
    present = month_of(now(), zone)
    if month.day != 1 or not before(present, MONTHS_BACK) <= month <= present:
        raise Invalid(_("Choose one of the last 24 months."), field="month")
    if kind not in KINDS or paid_from not in PAID_FROM:
        raise Invalid(_("Choose one of these."), field="kind" if kind not in KINDS else "paid_from")
    if money.minor <= 0:
        raise Invalid(_("Write how much it was."), field="amount")
    at = now() if month == present else start_of(after(month), zone) - timedelta(hours=12)
    lines = (Posting(kind, money.minor, money.currency), Posting(paid_from, -money.minor, money.currency))
    return await book(session, Entry(f"cost:{ticket}", "cost", at, lines, note))


async def owed(session: Session, currency: str) -> int:
    """What is owed for costs, in minor units. What a sponsor gets back is paid on the page of their pool: were it paid
    here, the pool would go on asking for it, and it would leave the bank twice."""
    found = select(func.coalesce(func.sum(LedgerPosting.minor), 0)).where(
        LedgerPosting.account == "payable", LedgerPosting.currency == currency, col(LedgerPosting.pool).is_(None)
    )
    return -int((await session.exec(found)).one())


async def pay(session: Session, *, money: Money, paid_from: str, note: str, ticket: str) -> UUID:
    """Book that something which was owed has been paid now, from `bank` or `cash`; as `enter` otherwise."""
    held = await _held(session, f"paid:{ticket}")
    if held is not None:
        return held
    if paid_from not in PAID_FROM[:2]:
        raise Invalid(_("Choose one of these."), field="paid_from")
    if money.minor <= 0:
        raise Invalid(_("Write how much it was."), field="amount")
    if money.minor > await owed(session, money.currency):
        raise Invalid(_("Between nothing and what is still owed."), field="amount")
    lines = (Posting("payable", money.minor, money.currency), Posting(paid_from, -money.minor, money.currency))
    return await book(session, Entry(f"paid:{ticket}", "cost.paid", now(), lines, note))


async def take_back(session: Session, entry: UUID, *, note: str) -> UUID:
    """Take a cost back that was entered by hand, in the month in which it stood; returns the reversal's id.

    Raises NotFound, or Conflict for an entry of another kind.
    """
    row = await entry_of(session, entry)
    if row.kind not in OURS:
        raise Conflict(_("Only what was entered by hand is taken back by hand."))
    return await reverse(session, entry, ref=f"back:{entry}", at=row.at, note=note)


async def listed(session: Session, currency: str, zone: str, year: int) -> list[Cost]:
    """Every line on an account of costs in a year of the hotline's zone, newest first; the payment processor's fees,
    which come with gifts, are not among them."""
    given = {
        "accounts": await cost_accounts(session), "currency": currency,
        "since": start_of(date(year, 1, 1), zone), "until": start_of(date(year + 1, 1, 1), zone),
    }  # fmt: skip
    rows = await session.execute(_LISTED, given)
    return [Cost(row.entry_id, row.account, row.at, row.minor, row.kind, row.note, row.undone) for row in rows]


async def cost_accounts(session: Session) -> Sequence[str]:
    """The chart's accounts of costs, and others that the books have."""
    moved = {line.account for line in await trial_balance(session) if line.account.startswith("cost.")}
    return [*KINDS, "cost.plan", *sorted(moved - {*KINDS, "cost.plan"})]


async def _held(session: Session, ref: str) -> UUID | None:
    return (await session.exec(select(LedgerEntry.id).where(LedgerEntry.ref == ref))).one_or_none()
