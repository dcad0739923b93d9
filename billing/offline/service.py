"""Enters gifts that came another way, once each; puts them right, and takes them back, in books and receipts alike."""

import json
from dataclasses import replace as but
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from billing.giving.arriving import purpose_of
from billing.giving.models import Gift
from billing.giving.service import Words
from billing.ledger import Entry, Posting, book, reverse
from billing.matching.service import settle
from billing.money import Money
from billing.offline.donors import donor_known_by
from billing.offline.facts import OfflineFacts, facts_of
from billing.offline.form import Given
from billing.offline.models import OfflineGift
from billing.receipts import service as receipts
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict, Invalid, NotFound, _
from infra.ids import new_id
from infra.scope import current_tenant
from infra.vault import seal
from tenants.directory.models import Tenant

PAGE = 50
ACCOUNTS = {"bank": ("bank", "gifts"), "cash": ("cash", "gifts"), "in_kind": ("goods", "goods_given")}
"""Where a gift of a kind goes in the books, and what it came as."""


def moment_of(day: date, tenant: Tenant) -> datetime:
    """A day as a moment for the books: its noon where the hotline is, or the present where that is yet to come."""
    return min(datetime.combine(day, time(12), ZoneInfo(tenant.zone)), now())


async def enter(
    session: Session,
    tenant: Tenant,
    given: Given,
    *,
    ticket: str,
    by: UUID | None,
    donor: UUID | None = None,
    account: str = "",
) -> tuple[OfflineGift, bool]:
    """The gift that this ticket names, entered when there is none: gift, books, match, receipt. Returns whether it is
    new; the same ticket again enters nothing. `donor` is who gave it, where that is known already, or is found by
    `account`, the number of their account at a bank."""
    at, facts = moment_of(given.given_on, tenant), given.facts
    key, named = new_id(), f"offline:{ticket}"
    made = await session.execute(
        insert(Gift)
        .values(
            tenant_id=current_tenant(), id=key, ticket=named, campaign=given.campaign, currency=given.money.currency,
            amount_minor=given.money.minor, cover_minor=0, state="paid", monthly=False, anonymous=True,
            sealed=await _words(session, facts), language=given.language, method=given.kind, country="",
            started_at=now(), paid_at=at,
        )
        .on_conflict_do_nothing()
        .returning(col(Gift.id))
    )  # fmt: skip
    if made.scalar() is None:
        held = (await session.exec(select(Gift.id).where(Gift.ticket == named))).one()
        return await entered(session, held), False
    gift = (await session.exec(select(Gift).where(Gift.id == key))).one()
    gift.donor = donor or await donor_known_by(
        session, name=facts.name, email=facts.email, postal=facts.postal, account=account, language=given.language,
        at=at,
    )  # fmt: skip
    row = OfflineGift(
        id=key, kind=given.kind, given_on=given.given_on, currency=given.money.currency, minor=given.money.minor,
        campaign=given.campaign, sealed=await facts.sealed(session), language=given.language, receipt=given.receipt,
        entered_by=by,
    )  # fmt: skip
    session.add_all([gift, row])
    await _book(session, row, at)
    if given.receipt:
        await _receipt(session, tenant, gift, row, facts)
    return row, True


async def _words(session: Session, facts: OfflineFacts) -> bytes:
    words = {name: getattr(facts, name, "") for name in Words.__slots__}
    return await seal(session, json.dumps(words, ensure_ascii=False).encode())


async def _book(session: Session, row: OfflineGift, at: datetime) -> None:
    """Enter it into the books, and let sponsors add theirs to money."""
    row.booked += 1
    into, of = ACCOUNTS[row.kind]
    about = {"campaign": row.campaign, "gift": row.id}
    postings = (Posting(into, row.minor, row.currency, **about), Posting(of, -row.minor, row.currency, **about))
    row.entry = await book(session, Entry(f"offline:{row.id}:{row.booked}", f"gift.{row.kind}", at, postings))
    session.add(row)
    await session.flush()
    if row.kind != "in_kind":
        await settle(session, gift=row.id, campaign=row.campaign, kept=Money(row.minor, row.currency), at=at)


async def _receipt(session: Session, tenant: Tenant, gift: Gift, row: OfflineGift, facts: OfflineFacts) -> None:
    await receipts.issue(
        session,
        gift=row.id,
        money=Money(row.minor, row.currency),
        name=facts.name or None,
        email=facts.email or None,
        given_on=row.given_on,
        method=row.kind,
        purpose=await _purpose(session, tenant, gift, facts),
        language=row.language,
    )


async def _purpose(session: Session, tenant: Tenant, gift: Gift, facts: OfflineFacts) -> str:
    """What the receipt says: what was given, where it isn't money, and what for."""
    purpose = facts.purpose or await purpose_of(session, gift, tenant)
    return f"{facts.what} · {purpose}" if facts.what else purpose


async def entered(session: Session, key: UUID, *, lock: bool = False) -> OfflineGift:
    """One that was entered by hand. Raises NotFound, also for a gift that came by the page."""
    found = select(OfflineGift).where(OfflineGift.id == key)
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    row = (await session.exec(found)).one_or_none()
    if row is None:
        raise NotFound
    return row


async def take_back(session: Session, key: UUID, why: str) -> OfflineGift:
    """Undo an entry that was wrong: reversed in the books, unmatched, its receipt void, the gift none. Asked again it
    changes nothing. Raises NotFound, Invalid without a reason."""
    if not (why := " ".join(why.split())):
        raise Invalid(_("Say why, for whoever looks at the books later."), field="why")
    row = await entered(session, key, lock=True)
    if row.entry is None:
        return row
    gift = (await session.exec(select(Gift).where(Gift.id == key))).one()
    await _reverse(session, row)
    if row.kind != "in_kind":
        await settle(session, gift=key, campaign=row.campaign, kept=Money(0, row.currency), at=gift.paid_at or now())
    gift.state, gift.paid_at = "failed", None
    facts = but(await facts_of(session, row.sealed), why=why)
    row.entry, row.changed_at, row.sealed = None, now(), await facts.sealed(session)
    session.add_all([gift, row])
    await session.flush()
    standing = await receipts.receipt_of_gift(session, key)
    if standing is not None and standing.state == "issued":
        await receipts.void(session, standing.id, why)
    return row


async def _reverse(session: Session, row: OfflineGift) -> None:
    assert row.entry is not None, "whoever asks has looked"
    await reverse(session, row.entry, ref=f"offline:{row.id}:{row.booked}:back", at=now())


async def correct(
    session: Session, tenant: Tenant, key: UUID, given: Given, *, by: UUID | None
) -> tuple[OfflineGift, bool]:
    """Put an entry right, for the reason in `given.facts.why`; returns the row that stands, and whether it is another.

    Other words or another amount change the gift itself; its receipt is replaced, or is issued or void as is wanted
    now. Whatever makes it another gift (its kind, day, currency, campaign, language or the address that its receipt
    went to) takes it back and enters it anew.
    Raises NotFound, Invalid without a reason, Conflict for one that was taken back.
    """
    if not given.facts.why:
        raise Invalid(_("Say why, for whoever looks at the books later."), field="why")
    row = await entered(session, key, lock=True)
    before = await facts_of(session, row.sealed)
    held = (row.kind, row.given_on, row.currency, row.campaign, row.language, before.email)
    meant = (
        given.kind, given.given_on, given.money.currency, given.campaign, given.language, given.facts.email,
    )  # fmt: skip
    again = f"{key}:again"
    if row.entry is None:
        if anew := (await session.exec(select(Gift.id).where(Gift.ticket == f"offline:{again}"))).one_or_none():
            return await entered(session, anew), True
        raise Conflict(_("This gift was taken back already. Nothing was changed."))
    if held != meant:
        await take_back(session, key, given.facts.why)
        return (await enter(session, tenant, but(given, facts=but(given.facts, why="")), ticket=again, by=by))[0], True
    await _adjust(session, tenant, row, before, given)
    return row, False


async def _adjust(session: Session, tenant: Tenant, row: OfflineGift, before: OfflineFacts, given: Given) -> None:
    gift = (await session.exec(select(Gift).where(Gift.id == row.id))).one()
    was = await _purpose(session, tenant, gift, before)
    at = gift.paid_at or now()
    gift.sealed, gift.amount_minor = await _words(session, given.facts), given.money.minor
    row.sealed, row.changed_at, row.receipt = await given.facts.sealed(session), now(), given.receipt
    changed = row.minor != given.money.minor
    session.add_all([gift, row])
    if changed:
        await _reverse(session, row)
        row.minor = given.money.minor
        await _book(session, row, at)
    purpose = await _purpose(session, tenant, gift, given.facts)
    standing = await receipts.receipt_of_gift(session, row.id)
    if standing is None:
        if row.receipt:
            await _receipt(session, tenant, gift, row, given.facts)
    elif not row.receipt:
        await receipts.void(session, standing.id, given.facts.why)
    elif changed or standing.state == "void" or given.facts.name != before.name or purpose != was:
        await receipts.replace(
            session, standing.id, given.facts.why, money=given.money, name=given.facts.name, purpose=purpose
        )


async def listed(session: Session, before: UUID | None = None) -> tuple[list[OfflineGift], UUID | None]:
    """A page of what was entered, the latest first, and where the next one begins."""
    found = select(OfflineGift).order_by(col(OfflineGift.id).desc()).limit(PAGE + 1)
    rows = list(await session.exec(found.where(OfflineGift.id < before) if before else found))
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


async def latest(session: Session, key: UUID) -> UUID:
    """The gift that stands in the place of this one: itself, unless a correction made another of it."""
    while anew := (await session.exec(select(Gift.id).where(Gift.ticket == f"offline:{key}:again"))).one_or_none():
        key = anew
    return key


async def donor_of(session: Session, key: UUID) -> UUID | None:
    """Who gave it, where that is known."""
    return (await session.exec(select(Gift.donor).where(Gift.id == key))).one()
