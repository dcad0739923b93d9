"""Letters about a monthly gift: kind, one for each reason and period, and never more than is known."""

import json
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from billing.giving.models import Donor
from billing.money import Money, shown
from billing.monthly.models import MonthlyGift, MonthlyLetter
from billing.monthly.standing import card_words, day_of
from billing.receipts.paper.wording import day
from infra.clock import now
from infra.database import Session
from infra.errors import _
from infra.ids import new_id
from infra.mail import send
from infra.scope import current_tenant
from infra.settings import settings
from infra.vault import unseal
from infra.web import gettext, speaking
from tenants.directory.service import tenant_by_id


async def failed(session: Session, row: MonthlyGift, invoice: str, again: datetime | None) -> None:
    """A month couldn't be charged. `again`: when the processor tries next, None where it doesn't say."""
    tried = _("The payment service tries again on %(day)s by itself.") if again else ""
    with_day = {"day": day_of(await tenant_by_id(session, current_tenant()), again)} if again else {}
    await _write(
        session, row, "failed", invoice,
        _("Your monthly gift to %(hotline)s did not go through this time"),
        _("this month your monthly gift of %(amount)s could not be taken%(card)s. That happens: a card has ended or "
          "been replaced, a limit was reached, or the bank had a question. You did nothing wrong and owe nothing."),
        tried,
        _("If you would like to go on giving, you can choose another card here, or pause, or stop:"),
        **with_day,
    )  # fmt: skip


async def unpaid(session: Session, row: MonthlyGift) -> None:
    """It has ended because no try went through."""
    await _write(
        session, row, "unpaid", "end",
        _("Your monthly gift to %(hotline)s has ended"),
        _("the payment service could not take your monthly gift of %(amount)s and has stopped trying. Nothing more is "
          "charged. Everything that you gave has arrived, and we thank you for it."),
        _("If you want to give again, you can begin at any time on our donation page. What you gave, with the "
          "receipts, is here:"),
    )  # fmt: skip


async def stopped(session: Session, row: MonthlyGift) -> None:
    """It was stopped by a wish."""
    await _write(
        session, row, "stopped", "end",
        _("Your monthly gift to %(hotline)s has ended, as you wished"),
        _("your monthly gift of %(amount)s has been stopped. Nothing more is charged. Everything that you gave has "
          "arrived, and we thank you for it."),
        _("What you gave, with the receipts, is here:"),
    )  # fmt: skip


async def card_ends(session: Session, row: MonthlyGift) -> None:
    """The card pays for the last time this month."""
    await _write(
        session, row, "card", f"{row.card_year}-{row.card_month:02}",
        _("The card of your monthly gift to %(hotline)s ends soon"),
        _("you give %(amount)s each month%(card)s, which is valid until the end of this month. Often the bank tells us "
          "of the new card by itself, and then you need do nothing. If you want to be sure, name the new one here:"),
    )  # fmt: skip


async def resumes(session: Session, row: MonthlyGift) -> None:
    """A pause is about to end."""
    if row.resumes_at is None:
        return
    begins = day_of(await tenant_by_id(session, current_tenant()), row.resumes_at)
    await _write(
        session, row, "resumes", begins.isoformat(),
        _("Your monthly gift to %(hotline)s begins again soon"),
        _("you had paused your monthly gift of %(amount)s. As you wished, it begins again by itself on %(day)s."),
        _("If that doesn't suit you, pause it for longer, change it or stop it here:"),
        day=begins,
    )  # fmt: skip


async def _write(
    session: Session, row: MonthlyGift, reason: str, period: str, subject: str, *said: str, **more: date
) -> None:
    """Send a letter unless this one was sent; the texts are messages to be translated, and the link comes last."""
    who = await _whom(session, row.donor)
    if who is None or not who[0]:
        return
    values = {
        "tenant_id": current_tenant(), "id": new_id(), "monthly_gift": row.id, "reason": reason, "period": period,
        "sent_at": now(),
    }  # fmt: skip
    new = insert(MonthlyLetter).values(values).on_conflict_do_nothing().returning(col(MonthlyLetter.id))
    if (await session.execute(new)).first() is None:
        return
    tenant = await tenant_by_id(session, current_tenant())
    address, name, tag = who
    with speaking(tag):
        card = card_words(row)
        places = {
            "hotline": tenant.name,
            "amount": shown(Money(row.amount_minor + row.cover_minor, row.currency), tag),
            "card": gettext(_(" by %(card)s"), card=card) if card else "",
            "name": name,
            **{key: day(on) for key, on in more.items()},
        }
        hello = gettext(_("Dear %(name)s,"), **places) if name else gettext(_("Good day,"))
        parts = [gettext(each, **places) for each in said if each]
        link = f"{settings().base_url}/h/{tenant.slug}/my-gifts"
        text = "\n\n".join([hello, *parts, link, tenant.name])
        await send(session, to=address, subject=gettext(subject, **places), text=text)


async def _whom(session: Session, donor: UUID | None) -> tuple[str, str, str] | None:
    """(address, name, language) of a donor; None for one who is forgotten."""
    row = await session.get(Donor, (current_tenant(), donor), populate_existing=True) if donor else None
    if row is None:
        return None
    said = json.loads(await unseal(session, row.sealed))
    return said.get("email", ""), said.get("name", ""), row.language
