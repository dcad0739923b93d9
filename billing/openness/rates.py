"""What use costs: rates from a month on, and each month's use booked by them once it is over, corrected by reversal."""

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from billing.ledger import Entry, Posting, book, reverse
from billing.ledger.models import LedgerEntry
from billing.ledger.service import postings_of
from billing.money import Money, digits
from billing.openness.costs import after, start_of
from billing.openness.models import UsageRate
from billing.usage.service import MONTHS_OPEN, before, by_month, month_of
from infra.clock import now
from infra.database import Session
from infra.errors import Invalid, _
from infra.ids import new_id
from infra.scope import current_tenant

KINDS = ("minutes", "messages", "numbers")
MILLI = 1000
LAST_COUNT = timedelta(days=2)
"""So long after a month its last night has surely been counted."""


def parse_rate(typed: str, currency: str) -> int:
    """What somebody typed ("0.0085", "0,0085") in thousandths of a minor unit. Raises Invalid."""
    try:
        milli = Decimal(typed.strip().replace(",", ".")) * 10 ** digits(currency) * MILLI
    except InvalidOperation:
        raise Invalid(_("Write the price as a number, such as 0.0085."), field="rate") from None
    if not (milli.is_finite() and 0 <= milli <= 10**9 and milli == milli.to_integral_value()):
        raise Invalid(_("Write the price as a number, such as 0.0085."), field="rate")
    return int(milli)


def shown_rate(milli: int, currency: str) -> str:
    """As it is typed: "0.0085"."""
    worth = Decimal(milli) / (10 ** digits(currency) * MILLI)
    return f"{worth.normalize():f}"


def worth(kind: str, quantity: int, milli: int, month: date) -> int:
    """What a month's use comes to in minor units, rounded half up: `quantity` is seconds of minutes, letters, or days
    of numbers; `milli` thousandths of a minor unit for a minute, a letter, or a number for this month."""
    units = {"minutes": 60, "messages": 1, "numbers": (after(month) - month).days}[kind]
    return (2 * quantity * milli + units * MILLI) // (2 * units * MILLI)


async def set_rate(session: Session, kind: str, month: date, currency: str, milli: int) -> None:
    """From this month (its first day) on, a unit costs so much."""
    values = {"tenant_id": current_tenant(), "id": new_id(), "kind": kind, "month": month}
    new = {"currency": currency, "milli": milli, "set_at": now()}
    made = insert(UsageRate).values(values | new)
    await session.execute(made.on_conflict_do_update(index_elements=["tenant_id", "kind", "month"], set_=new))


async def rates(session: Session, month: date) -> dict[str, UsageRate]:
    """The rate of each kind that holds in a month, where there is one."""
    found = select(UsageRate).where(UsageRate.month <= month).order_by(col(UsageRate.month))
    return {row.kind: row for row in await session.exec(found)}


async def book_use(session: Session, zone: str) -> int:
    """Book what the use of each month came to that is over and still open, once; returns how many entries were made.

    A month whose use or rate has changed since is taken back and booked anew. Run again, it books nothing.
    """
    ended = month_of(now() - LAST_COUNT, zone)
    made, month = 0, before(month_of(now(), zone), MONTHS_OPEN)
    while month < ended:
        held = await rates(session, month)
        used = await by_month(session, month, after(month))
        for kind in KINDS:
            quantity, rate = used.get((kind, month), 0), held.get(kind)
            due = Money(worth(kind, quantity, rate.milli, month), rate.currency) if rate else None
            made += await _book(session, kind, month, due, zone)
        month = after(month)
    return made


async def _book(session: Session, kind: str, month: date, due: Money | None, zone: str) -> int:
    ref = f"usage:{month:%Y-%m}:{kind}"
    last, times = await _last(session, ref)
    stands = await _stands(session, last, f"cost.{kind}")
    if stands == (due if due and due.minor else None):
        return 0
    at = start_of(after(month), zone) - timedelta(hours=12)
    if last is not None and stands is not None:
        await reverse(session, last, ref=f"{ref}:{times}:back", at=at)
    if due is None or not due.minor:
        return 1
    lines = (Posting(f"cost.{kind}", due.minor, due.currency), Posting("payable", -due.minor, due.currency))
    await book(session, Entry(f"{ref}:{times + 1}", "cost.usage", at, lines))
    return 1


async def _last(session: Session, ref: str) -> tuple[UUID | None, int]:
    """The latest entry of a month's use, and how many there have been."""
    last, times = None, 0
    while True:
        found = select(LedgerEntry.id).where(LedgerEntry.ref == f"{ref}:{times + 1}")
        key = (await session.exec(found)).one_or_none()
        if key is None:
            return last, times
        last, times = key, times + 1


async def _stands(session: Session, entry: UUID | None, account: str) -> Money | None:
    """What an entry put on an account, unless it was taken back."""
    if entry is None or (await session.exec(select(LedgerEntry.id).where(LedgerEntry.reverses == entry))).first():
        return None
    return next(
        (Money(each.minor, each.currency) for each in await postings_of(session, entry) if each.account == account),
        None,
    )
