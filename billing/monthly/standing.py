"""What somebody gives every month, as their own page and the staff's see it, and what they wish about it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import String, cast, literal
from sqlmodel import col, exists, or_, select

from billing.money import Money
from billing.monthly.models import MonthlyGift
from billing.processor.models import Operation
from infra.database import Session
from infra.errors import NotFound
from infra.jobs import Job
from infra.scope import current_tenant
from tenants.directory.models import Tenant
from tenants.directory.service import tenant_by_id

BRANDS = {
    **{"visa": "Visa", "mastercard": "Mastercard", "amex": "American Express", "unionpay": "UnionPay", "jcb": "JCB"},
    **{"diners": "Diners Club", "discover": "Discover", "eftpos_au": "eftpos", "cartes_bancaires": "Cartes Bancaires"},
}
"""How cards are called by those who carry them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a monthly gift stands. `money` is given each month, `cover` added for the fee; `total` is what is charged.

    `state`: "active", "past_due" (the last payment failed and is tried again), "paused", "ending" or "ended".
    `next_on` is the day of the next gift in the hotline's zone, None when there is none; while paused it is the first
    after the pause, as is `paused_until`. `card` reads "Visa •••• 4242", or "". `changing`: a wish is on its way.
    """

    id: UUID
    money: Money
    cover: Money
    total: Money
    state: str
    next_on: date | None
    card: str
    card_ends: tuple[int, int] | None
    """(year, month) in which the card ends."""
    campaign: UUID | None
    since: datetime
    paused_until: date | None
    changing: bool = False


async def monthly_of(session: Session, donor: UUID) -> list[Standing]:
    """A donor's monthly gifts, running ones first, then those that are over, newest first."""
    found = select(MonthlyGift).where(MonthlyGift.donor == donor)
    rows = await session.exec(found.order_by(col(MonthlyGift.state) == "ended", col(MonthlyGift.started_at).desc()))
    return [await _standing(session, row) for row in rows]


async def standing(session: Session, key: UUID) -> Standing:
    """One of them. Raises NotFound."""
    return await _standing(session, await row_of(session, key))


async def row_of(session: Session, key: UUID) -> MonthlyGift:
    """Its row. Raises NotFound."""
    row = await session.get(MonthlyGift, (current_tenant(), key))
    if row is None:
        raise NotFound
    return row


def day_of(tenant: Tenant, at: datetime) -> date:
    """The day that a moment lies on, where the hotline is."""
    return at.astimezone(ZoneInfo(tenant.zone)).date()


async def _standing(session: Session, row: MonthlyGift) -> Standing:
    tenant = await tenant_by_id(session, current_tenant())
    # A wish that the processor has answered is on its way until the job that noted what came of it is done.
    owed = exists().where(
        col(Job.key) == literal("monthly.wish:").concat(cast(col(Operation.id), String)),
        col(Job.done_at).is_(None),
        col(Job.failed_at).is_(None),
    )
    waits = exists().where(
        col(Operation.subject) == row.id,
        col(Operation.kind) == "monthly",
        or_(col(Operation.state) == "wanted", owed),
    )
    due = row.resumes_at if row.state == "paused" else row.next_at
    day = day_of(tenant, due) if due and row.state in ("active", "past_due", "paused") else None
    money, cover = Money(row.amount_minor, row.currency), Money(row.cover_minor, row.currency)
    return Standing(
        id=row.id,
        money=money,
        cover=cover,
        total=money + cover,
        state=row.state,
        next_on=day,
        card=card_words(row),
        card_ends=(row.card_year, row.card_month) if row.card_year else None,
        campaign=row.campaign,
        since=row.started_at,
        paused_until=day if row.state == "paused" else None,
        changing=bool((await session.exec(select(waits))).one()),
    )


def card_words(row: MonthlyGift) -> str:
    """The card as its holder knows it; "" where nothing is known."""
    if not row.card_last4:
        return ""
    return f"{BRANDS.get(row.card_brand, row.card_brand.replace('_', ' ').title())} •••• {row.card_last4}"
