"""Each month that was paid is one gift: the first the one that was begun on the page, the others made here.

Every name follows from the processor's: a subscription's, an invoice's. So it doesn't matter in which order, how often
or through whom a payment is heard of.
"""

import json
from uuid import UUID, uuid5

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from billing.giving import arriving
from billing.giving.models import MONTH, Donor, Gift
from billing.giving.service import Words, words_of
from billing.money import Money
from billing.monthly.models import MonthlyGift
from billing.months import nth
from billing.processor.booking.truth import refresh
from billing.processor.subscriptions.months import enter, payment_row
from billing.processor.subscriptions.reading import Invoice, gift_of
from infra.clock import now
from infra.database import Session
from infra.jobs import enqueue
from infra.scope import current_tenant
from infra.vault import seal, unseal

NAMES = UUID("6f4f6e9e-6d3a-4a55-9a3b-2f1f8c1d7e40")
"""Where the ids of monthly gifts and of their months come from."""


def monthly_id(account: str, subscription: str) -> UUID:
    """The id of the monthly gift that a subscription is."""
    return uuid5(NAMES, f"subscription {account} {subscription}")


def month_id(account: str, invoice: str) -> UUID:
    """The id of the gift that an invoice pays."""
    return uuid5(NAMES, f"invoice {account} {invoice}")


async def paid(session: Session, invoice: Invoice) -> None:
    """Let a paid invoice be a gift, once. One that no page of ours began is left alone."""
    begun = await _begun(session, invoice)
    if begun is None or invoice.charge is None:
        return
    row = await payment_row(session, begun.id)
    if invoice.first and row is not None and row.charge in (None, invoice.charge):
        await enter(session, invoice, begun.id, begun.campaign)
        return
    if begun.state != "paid":  # a later month is heard of before the first
        await refresh(session, begun.id)
        await session.refresh(begun)
    monthly = await ensure(session, begun, invoice.account, invoice.subscription)
    gift = month_id(invoice.account, invoice.id)
    await _make(session, gift, begun, monthly, invoice)
    await enter(session, invoice, gift, begun.campaign)


async def _begun(session: Session, invoice: Invoice) -> Gift | None:
    """The gift that began it, which must have been begun on this account."""
    named = gift_of(invoice.said)
    row = await payment_row(session, named) if named else None
    if row is None or row.account != invoice.account:
        return None
    found = await session.get(Gift, (current_tenant(), named), populate_existing=True)
    return found if found and found.monthly else None


async def ensure(session: Session, begun: Gift, account: str, subscription: str) -> UUID:
    """The monthly gift that a paid gift has begun, made when there is none; its id."""
    key, since = monthly_id(account, subscription), begun.paid_at or now()
    values = {
        "tenant_id": current_tenant(), "id": key, "account": account, "subscription": subscription, "customer": "",
        "begun": begun.id, "donor": begun.donor, "campaign": begun.campaign, "currency": begun.currency,
        "amount_minor": begun.amount_minor, "cover_minor": begun.cover_minor, "state": "active", "anchor": since,
        "next_at": nth(since, 1), "card_brand": "", "card_last4": "", "card_month": 0, "card_year": 0,
        "started_at": since, "why_ended": "",
    }  # fmt: skip
    made = insert(MonthlyGift).values(values).on_conflict_do_nothing().returning(col(MonthlyGift.id))
    if (await session.execute(made)).first() is not None:
        await enqueue(session, "monthly.look", {"monthly": str(key)}, key=f"monthly.look:{key}")
    return key


async def _make(session: Session, gift: UUID, begun: Gift, monthly: UUID, invoice: Invoice) -> None:
    """The gift of a later month, as its donor is known now."""
    donor = await session.get(Donor, (current_tenant(), begun.donor)) if begun.donor else None
    said = json.loads(await unseal(session, donor.sealed)) if donor else {}
    words = {"name": said.get("name", ""), "email": said.get("email", ""), "message": ""}
    words["honour"] = (await words_of(session, begun)).honour
    money, added = parts_of(invoice)
    values = {
        "tenant_id": current_tenant(), "id": gift, "ticket": f"{MONTH}{gift}", "campaign": begun.campaign,
        "donor": begun.donor, "currency": money.currency, "amount_minor": money.minor, "cover_minor": added.minor,
        "state": "started", "monthly": True, "monthly_gift": monthly, "reminded": False, "anonymous": begun.anonymous,
        "sealed": await seal(session, json.dumps(words, ensure_ascii=False).encode()), "method": "", "country": "",
        "language": donor.language if donor else begun.language, "started_at": now(),
    }  # fmt: skip
    await session.execute(insert(Gift).values(values).on_conflict_do_nothing())


def parts_of(invoice: Invoice) -> tuple[Money, Money]:
    """How much of what was paid is given, and how much covers the fee; all is given where that can't be told."""
    return parts(invoice.money, invoice.said.get("minor", ""), invoice.said.get("cover", ""))


def parts(total: Money, minor: str, cover: str) -> tuple[Money, Money]:
    """A sum as its two parts, if the parts that were written down are those of this sum."""
    nothing = Money(0, total.currency)
    if not (minor.isdecimal() and cover.isdecimal()) or int(minor) + int(cover) != total.minor or int(minor) == 0:
        return total, nothing
    return Money(int(minor), total.currency), Money(int(cover), total.currency)


async def arrived(session: Session, gift: Gift, _words: Words) -> None:
    """A gift that was begun as a monthly one has come: from now on there is one."""
    if not gift.monthly or gift.monthly_gift is not None:
        return
    row = await payment_row(session, gift.id)
    if row is not None and row.subscription:
        gift.monthly_gift = await ensure(session, gift, row.account, row.subscription)
        session.add(gift)
        await session.flush()


arriving.arrived.append(arrived)
