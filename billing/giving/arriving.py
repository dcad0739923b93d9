"""What happens when a payment is looked at: the gift follows it and, once the money is there, its donor is thanked."""

import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, replace
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from billing.campaigns.models import Campaign
from billing.giving.models import Donor, Gift
from billing.giving.service import Words, link_of, words_of
from billing.giving.settings import giving_of
from billing.money import Money, shown
from billing.months import rhythm
from billing.processor import payments
from billing.processor.checkout import shut
from billing.processor.payments import Payment
from billing.receipts.service import issue
from billing.screening.service import card_failed
from infra.clock import now
from infra.database import Session
from infra.errors import Invalid
from infra.ids import new_id
from infra.mail import send
from infra.scope import current_tenant
from infra.settings import settings
from infra.vault import fingerprint, seal, unseal
from infra.web import gettext as _
from infra.web import speaking
from tenants.directory.models import Tenant
from tenants.directory.service import tenant_by_id
from tenants.members.service import normal_email
from tenants.texts import say

arrived: list[Callable[[Session, Gift, Words], Awaitable[None]]] = []
"""Told once of every gift whose money is there, with its donor's words, in the transaction in which that is noted."""


async def follow(session: Session, payment: Payment) -> None:
    """Let the gift be where its payment is. A gift that has come stays so, whatever is heard after it."""
    found = select(Gift).where(Gift.id == payment.gift).with_for_update()
    gift = (await session.exec(found.execution_options(populate_existing=True))).one_or_none()
    if gift is None or gift.state == "paid":
        return
    gift.state = "started" if payment.state == "open" else payment.state
    gift.method, gift.country = payment.method or gift.method, payment.country or gift.country
    session.add(gift)
    if gift.state == "paid":
        gift.paid_at = payment.at or now()
        await _arrived(session, gift, await _reached(session, gift, payment.email))


async def _reached(session: Session, gift: Gift, told: str) -> Words:
    """A gift's words. Who left no address on our page but one with the processor is reached there, and nobody else. A
    later month comes by itself: where it has no address, its donor wished to be forgotten."""
    words = await words_of(session, gift)
    if words.email or not told or gift.later_month:
        return words
    with suppress(Invalid):
        words = replace(words, email=normal_email(told))
        gift.sealed = await seal(session, json.dumps(asdict(words), ensure_ascii=False).encode())
    return words


async def _arrived(session: Session, gift: Gift, words: Words) -> None:
    tenant = await tenant_by_id(session, current_tenant())
    gift.donor = await _donor(session, gift, words)
    session.add(gift)
    await session.flush()
    if words.email:
        with speaking(gift.language):
            subject, text = await _letter(session, tenant, gift, words)
            await send(session, to=words.email, subject=subject, text=text)
    at = (gift.paid_at or now()).astimezone(ZoneInfo(tenant.zone))
    await issue(
        session,
        gift=gift.id,
        money=Money(gift.total_minor, gift.currency),
        name=words.name or None,
        email=words.email or None,
        given_on=at.date(),
        method=gift.method or "card",
        purpose=await _receipt_says(session, gift, tenant),
        language=gift.language,
    )
    for listener in arrived:
        await listener(session, gift, words)


async def _donor(session: Session, gift: Gift, words: Words) -> UUID | None:
    """The donor's row, found by their address; None for whoever left none. Whose name is known keeps it: anybody can
    type somebody else's address, and names are greeted in letters."""
    if not words.email:
        return None
    at = gift.paid_at or now()
    known = json.dumps({"name": words.name, "email": words.email}, ensure_ascii=False).encode()
    values = {
        "tenant_id": current_tenant(), "id": new_id(), "hash": await fingerprint(session, "donor", words.email),
        "sealed": await seal(session, known), "language": gift.language, "first_at": at, "last_at": at,
    }  # fmt: skip
    new = insert(Donor).values(values)
    later = {"last_at": new.excluded.last_at, "language": new.excluded.language}
    made = new.on_conflict_do_update(index_elements=["tenant_id", "hash"], set_=later)
    row = (await session.execute(made.returning(col(Donor.id), col(Donor.sealed)))).one()
    if words.name and not json.loads(await unseal(session, row.sealed))["name"]:
        await session.execute(update(Donor).where(col(Donor.id) == row.id).values(sealed=values["sealed"]))
    return UUID(str(row.id))


async def purpose_of(session: Session, gift: Gift, tenant: Tenant) -> str:
    """What a gift is for, as a receipt and the payment's page say it, in the gift's language."""
    row = await session.get(Campaign, (gift.tenant_id, gift.campaign)) if gift.campaign else None
    if row is not None:
        return say(row.title, gift.language, tenant.languages[0])
    with speaking(gift.language):
        return _("The work of %(hotline)s", hotline=tenant.name)


async def _receipt_says(session: Session, gift: Gift, tenant: Tenant) -> str:
    purpose = await purpose_of(session, gift, tenant)
    with speaking(gift.language):
        return _("Monthly gift: %(purpose)s", purpose=purpose) if gift.monthly else purpose


def _monthly(gift: Gift, tenant: Tenant) -> str:
    """What the letter of a month says beside the thanks: on which day it comes, and where it is changed."""
    where = f"{settings().base_url}/h/{tenant.slug}/my-gifts"
    if gift.later_month or gift.paid_at is None:
        return _("It comes every month. You can change, pause or stop it here, at any time: %(where)s", where=where)
    day = rhythm(gift.paid_at, ZoneInfo(tenant.zone))
    return _(
        "From now on the same comes every month, %(day)s. You can change, pause or stop it here, at any time: "
        "%(where)s",
        day=day,
        where=where,
    )


async def _letter(session: Session, tenant: Tenant, gift: Gift, words: Words) -> tuple[str, str]:
    thanks = say((await giving_of(session, tenant)).settings.thanks, gift.language, tenant.languages[0])
    places = {
        "name": words.name,
        "amount": shown(Money(gift.total_minor, gift.currency), gift.language),
        "hotline": tenant.name,
        "purpose": await purpose_of(session, gift, tenant),
        "thanks": thanks or _("Because of you somebody can call tonight, and is heard."),
        "link": f"{settings().base_url}/h/{tenant.slug}/give/thanks/{await link_of(session, gift.id)}",
        "mine": f"{settings().base_url}/h/{tenant.slug}/my-gifts",
    }
    if gift.monthly:
        places["thanks"] += "\n\n" + _monthly(gift, tenant)
    elif gift.reminded:
        places["thanks"] += "\n\n" + _("Once a month a letter reminds you, as you wished. A link in each ends that.")
    hello = _("Dear %(name)s,", **places) if words.name else _("Good day,")
    text = _(
        "%(hello)s\n\nyour gift of %(amount)s has arrived: %(purpose)s. Thank you.\n\n%(thanks)s\n\nYour receipt comes "
        "in a letter of its own. How your gift stands: %(link)s\nAll your gifts and receipts: %(mine)s\n\n%(hotline)s",
        hello=hello,
        **places,
    )
    return _("Thank you for your gift to %(hotline)s", **places), text


async def watch(session: Session, gift: UUID | None, country: str) -> None:
    """A card was refused: count it, and shut the page on which one after the other is tried."""
    if await card_failed(current_tenant(), gift, country) and gift is not None:
        await shut(session, gift)


payments.listeners.append(follow)
payments.declined.append(watch)
