"""All that is known of one gift: its donor's words, its payment, the books, receipts, what went back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from billing.giving.models import Gift
from billing.giving.service import Words, link_of, words_of
from billing.ledger.models import LedgerEntry, LedgerPosting
from billing.ledger.pages.words import account_words, kind_words, line_of
from billing.ledger.service import Posting
from billing.money import Money
from billing.processor.access import live, simulated
from billing.processor.booking.disputes import disputes_of
from billing.processor.models import Dispute, PaymentRow
from billing.processor.refunds import left, refunds_of
from billing.receipts.models import Receipt
from infra.database import Session
from infra.errors import NotFound, _
from infra.scope import current_tenant

REASONS = {
    "requested_by_customer": _("The donor asked for it"),
    "duplicate": _("It was given twice"),
    "fraudulent": _("The card was used without its owner's leave"),
}
"""Why a gift is given back: the processor's words, and ours."""
DISPUTES = {
    "needs_response": (_("The donor's bank has taken it back. It waits for your answer."), "bad"),
    "under_review": (_("You have answered; the donor's bank decides."), "warn"),
    "won": (_("You were right: the money is yours again."), "good"),
    "lost": (_("It is lost: the money stays with the donor."), "bad"),
    "warning_needs_response": (_("The donor's bank asks about it. The money is still yours; answer in time."), "warn"),
    "warning_under_review": (_("You have answered; the donor's bank looks at it."), "warn"),
    "warning_closed": (_("The donor's bank asked about it, and let it be."), "good"),
    "prevented": (_("It was settled before it became a dispute."), "good"),
}
"""A dispute's states in the processor's words, in ours, and how good they are."""


@dataclass(frozen=True, slots=True)
class Booked:
    """An entry of the books about this gift, with its postings as a page shows them."""

    id: UUID
    at: datetime
    words: str
    lines: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Whole:
    """A gift with all that hangs on it. `left`: what could still be given back, None where nothing can from here.
    `costs` is what its payment cost, by account and currency; `address` its page at the processor, "" for none."""

    gift: Gift
    words: Words
    link: str
    total: Money
    payment: PaymentRow | None
    left: Money | None
    refunds: list[tuple[datetime, Money, str, str]]
    disputes: list[Dispute]
    receipts: list[Receipt]
    entries: list[Booked]
    costs: list[tuple[str, Money]]
    address: str


async def gift_of(session: Session, key: UUID) -> Gift:
    """The gift of this id. Raises NotFound, also for another hotline's."""
    row = await session.get(Gift, (current_tenant(), key))
    if row is None:
        raise NotFound
    return row


async def whole(session: Session, key: UUID) -> Whole:
    """All of it. Raises NotFound."""
    gift = await gift_of(session, key)
    payment = (await session.exec(select(PaymentRow).where(PaymentRow.id == key))).one_or_none()
    receipts = await session.exec(select(Receipt).where(Receipt.gift == key).order_by(col(Receipt.number)))
    entries, costs = await _booked(session, key)
    return Whole(
        gift=gift,
        words=await words_of(session, gift),
        link=await link_of(session, key),
        total=Money(gift.total_minor, gift.currency),
        payment=payment,
        left=await left(session, key) if payment and payment.state == "paid" and payment.charge else None,
        refunds=await refunds_of(session, key),
        disputes=await disputes_of(session, key),
        receipts=list(receipts),
        entries=entries,
        costs=costs,
        address=at_processor(payment),
    )


def at_processor(payment: PaymentRow | None) -> str:
    """Where the organisation finds a payment in its own dashboard at the processor; a simulated one has none."""
    if payment is None or simulated() or not (payment.intent or payment.charge):
        return ""
    test = "" if live() else "test/"
    return f"https://dashboard.stripe.com/{payment.account}/{test}payments/{payment.intent or payment.charge}"


async def _booked(session: Session, key: UUID) -> tuple[list[Booked], list[tuple[str, Money]]]:
    """The entries about a gift, oldest first; what its payment cost, by account and currency."""
    postings = list(
        await session.exec(select(LedgerPosting).where(LedgerPosting.gift == key).order_by(col(LedgerPosting.id)))
    )
    rows = await session.exec(select(LedgerEntry).where(col(LedgerEntry.id).in_({row.entry_id for row in postings})))
    entries = [
        Booked(
            row.id,
            row.at,
            kind_words(row.kind),
            [
                line_of(Posting(each.account, each.minor, each.currency, each.campaign, each.gift, each.pool))
                for each in postings
                if each.entry_id == row.id
            ],
        )
        for row in sorted(rows, key=lambda row: (row.at, row.id))
    ]
    costs: dict[tuple[str, str], int] = {}
    for each in postings:
        if each.account in ("processor_fees", "platform_fees", "dispute_fees"):
            costs[each.account, each.currency] = costs.get((each.account, each.currency), 0) + each.minor
    return entries, [(account_words(account), Money(minor, currency)) for (account, currency), minor in costs.items()]
