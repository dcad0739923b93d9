"""Finds gifts: by how they stand, for what, by which way, in which month, from whom."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, tuple_
from sqlmodel import col, select

from billing.fundraising.sheet import Cursor
from billing.giving.models import Donor, Gift
from billing.giving.service import Words, words_of
from billing.ledger.models import LedgerPosting
from billing.money import Money
from billing.processor.models import Dispute, PaymentRow
from infra.database import Session
from infra.errors import Invalid
from infra.vault import fingerprint
from tenants.members.service import normal_email

PAGE = 50
STATES = ("came", "back", "disputed", "unpaid")
GIVEN = ("gifts", "goods_given", "refunds", "disputes")
"""Accounts that say what donors gave, less what went back to them."""
METHODS = ("card", "alipay", "wechat_pay", "bank", "cash", "in_kind")


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for. `state` is "came" (the money is there, whatever became of it), "back" (some of it was given
    back), "disputed" or "unpaid"; `month` its first day; `email` an address, of which only the whole is found."""

    state: str = "came"
    campaign: UUID | None = None
    method: str = ""
    month: date | None = None
    email: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether anything is looked for."""
        return replace(self, email=self.email.strip()) != Sought()


@dataclass(frozen=True, slots=True)
class Listed:
    """A gift with what its donor wrote, and what was given back or taken by a bank since."""

    gift: Gift
    words: Words
    total: Money
    refunded: Money
    disputed: Money
    at: datetime
    dispute: str = ""
    """How the processor says that its dispute stands."""
    key: UUID | None = None
    """The row by which the list is in order, where it isn't the gift's own."""


def month_of(text: str) -> date | None:
    """The month in an address, "2026-03", as its first day."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


async def listed(
    session: Session, sought: Sought, zone: str, after: Cursor | None = None, most: int = PAGE
) -> tuple[list[Listed], Cursor | None]:
    """Gifts, the latest first, and where the next page begins. `zone` is where months begin."""
    found, at, key = _in_order(sought.state)
    if sought.campaign:
        found = found.where(col(Gift.campaign) == sought.campaign)
    if sought.method:
        found = found.where(col(Gift.method) == sought.method)
    if sought.month:
        first, following = sought.month, (sought.month + timedelta(days=31)).replace(day=1)
        begins, ends = (datetime(day.year, day.month, 1, tzinfo=ZoneInfo(zone)) for day in (first, following))
        found = found.where(at >= begins, at < ends)
    if sought.email.strip():
        donor = await donor_by_email(session, sought.email)
        if donor is None:
            return [], None
        found = found.where(col(Gift.donor) == donor)
    if after:
        found = found.where(tuple_(at, key) < after)
    rows = (await session.execute(found.order_by(at.desc(), key.desc()).limit(most + 1))).all()
    back = await _gone_back(session, [row[0] for row in rows[:most]])
    entries = [await _listed(session, row, *back[row[0].id]) for row in rows[:most]]
    last = entries[-1] if len(rows) > most else None
    return entries, (last.at, last.key or last.gift.id) if last else None


def _in_order(state: str) -> tuple[Any, Any, Any]:
    """What is selected, and by what it is in order."""
    if state == "disputed":
        found = select(Gift, Dispute).join(Dispute, col(Dispute.gift) == col(Gift.id))
        return found, col(Dispute.at), col(Dispute.id)
    if state == "back":
        paid = select(Gift, PaymentRow).join(PaymentRow, col(PaymentRow.id) == col(Gift.id))
        paid = paid.where(col(PaymentRow.refunded_minor) > 0, col(PaymentRow.paid_at).is_not(None))
        return paid, col(PaymentRow.paid_at), col(PaymentRow.id)
    if state == "unpaid":
        return select(Gift).where(col(Gift.paid_at).is_(None)), col(Gift.started_at), col(Gift.id)
    return select(Gift).where(col(Gift.paid_at).is_not(None)), col(Gift.paid_at), col(Gift.id)


async def _gone_back(session: Session, gifts: list[Gift]) -> dict[UUID, tuple[Money, Money]]:
    """Of each gift what was given back, and what a dispute holds: as its payment says or, of one that didn't come by
    the processor, as the books do."""
    keys = [gift.id for gift in gifts]
    rows = {row.id: row for row in await session.exec(select(PaymentRow).where(col(PaymentRow.id).in_(keys)))}
    kept = await kept_of(session, [key for key in keys if key not in rows])
    found = {}
    for gift in gifts:
        row = rows.get(gift.id)
        back = row.refunded_minor if row else 0
        if row is None and gift.state == "paid":
            back = gift.total_minor - kept.get((gift.id, gift.currency), 0)
        held = row.disputed_minor if row else 0
        found[gift.id] = Money(back, gift.currency), Money(held, gift.currency)
    return found


async def kept_of(session: Session, gifts: list[UUID]) -> dict[tuple[UUID, str], int]:
    """What the books say was given and not given back, in minor units, per gift and currency."""
    if not gifts:
        return {}
    left = select(col(LedgerPosting.gift), col(LedgerPosting.currency), -func.sum(col(LedgerPosting.minor))).where(
        col(LedgerPosting.gift).in_(gifts), col(LedgerPosting.account).in_(GIVEN)
    )
    rows = await session.execute(left.group_by(col(LedgerPosting.gift), col(LedgerPosting.currency)))
    return {(gift, currency): int(minor) for gift, currency, minor in rows if gift}


async def _listed(session: Session, row: Any, refunded: Money, disputed: Money) -> Listed:
    gift = row[0]
    other = row[1] if len(row) > 1 else None
    at = gift.paid_at or gift.started_at
    if isinstance(other, Dispute):
        at = other.at
    elif isinstance(other, PaymentRow):
        at = other.paid_at
    return Listed(
        gift,
        await words_of(session, gift),
        Money(gift.total_minor, gift.currency),
        refunded,
        disputed,
        at,
        other.status if isinstance(other, Dispute) else "",
        other.id if other is not None else None,
    )


async def donor_by_email(session: Session, typed: str) -> UUID | None:
    """The donor with this address, whole; None for nobody, or where it isn't one."""
    try:
        email = normal_email(typed)
    except Invalid:
        return None
    found = select(Donor.id).where(Donor.hash == await fingerprint(session, "donor", email))
    return (await session.exec(found)).one_or_none()
