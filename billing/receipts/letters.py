"""What is owed once a receipt stands or ends: its paper, letters to its donor, and once a year a statement."""

from uuid import UUID

from sqlmodel import select

from billing.money import Money, shown
from billing.processor import payments
from billing.receipts.facts import Facts, facts_of
from billing.receipts.given_back import fit
from billing.receipts.models import Receipt
from billing.receipts.paper.official import official
from billing.receipts.paper.printing import receipt_link, receipt_pdf, statement_link, year_pdf
from billing.receipts.paper.wording import day
from billing.receipts.service import chain
from billing.receipts.years import donors_of, entries_of, year_by_id, year_of
from infra.clock import now
from infra.database import Session
from infra.jobs import enqueue, job
from infra.mail import send
from infra.scope import current_tenant
from infra.settings import settings
from infra.web import gettext as _
from infra.web import language, speaking
from tenants.directory.service import tenant_by_id


@job("receipts.print", background=True)
async def print_owed(session: Session, receipt: str, letter: str) -> None:
    """Print a receipt as it stands now, and write to its donor if that is owed."""
    row = (await session.exec(select(Receipt).where(Receipt.id == UUID(receipt)))).one_or_none()
    if row is None:
        return
    await receipt_pdf(session, row)
    if letter == "void" and row.mailed_at is None:  # a donor who never heard of it needn't hear of its end
        return
    facts = await facts_of(session, row.sealed)
    if letter and facts.email:
        before, _after = await chain(session, row)
        mine = await _page_of_donor(session)
        with speaking(row.language):
            subject, text = _letter(row, facts, letter, before, await receipt_link(session, facts), mine)
        await send(session, to=facts.email, subject=subject, text=text)
        row.mailed_at = now()
        session.add(row)


async def _page_of_donor(session: Session) -> str:
    """The address at which a donor finds all that they gave."""
    return f"{settings().base_url}/h/{(await tenant_by_id(session, current_tenant())).slug}/my-gifts"


def _letter(row: Receipt, facts: Facts, letter: str, before: Receipt | None, link: str, mine: str) -> tuple[str, str]:
    """Subject and text, in the language that is spoken now."""
    said = {
        "hotline": facts.hotline,
        "number": row.label,
        "amount": shown(Money(row.minor, row.currency), language()),
        "day": day(row.given_on),
        "link": link,
        "reason": facts.reason,
    }
    parts = [_("Simulated: this installation moves no real money.")] if facts.simulated else []
    if letter == "void":
        subject = _("Your receipt %(number)s is void", **said)
        parts.append(
            _(
                "The receipt %(number)s for your gift of %(amount)s to %(hotline)s on %(day)s counts for nothing any "
                "more: %(reason)s",
                **said,
            )
        )
        parts.append(_("It says so itself: %(link)s", **said))
        return subject, "\n\n".join(parts)
    subject = _("Your receipt from %(hotline)s", **said)
    parts.append(_("Thank you for your gift of %(amount)s to %(hotline)s on %(day)s.", **said))
    parts.append(_("Your receipt has the number %(number)s and is here, as PDF:\n%(link)s", **said))
    if before:
        parts.append(_("It takes the place of the receipt %(number)s, which is no longer good.", number=before.label))
    parts.append(official(facts.country).note_in(language()))
    parts.append(_("Whoever has the link can read the receipt: keep this letter to yourself."))
    parts.append(_("All your gifts and receipts: %(mine)s", mine=mine))
    return subject, "\n\n".join(parts)


async def owe_statements(session: Session, year: int) -> None:
    """Owe a letter with the statement of a year to each of its donors who left an e-mail address."""
    await enqueue(session, "receipts.year", {"year": str(year)}, key=f"receipts.year:{year}")


@job("receipts.year", background=True)
async def write_to_all(session: Session, year: str) -> None:
    """Make each donor's link of the year, and owe the letters one by one."""
    for donor in await donors_of(session, int(year)):
        row = await year_of(session, donor, int(year))
        await enqueue(session, "receipts.statement", {"row": str(row.id)}, key=f"receipts.statement:{row.id}")


@job("receipts.statement", background=True)
async def write_to_one(session: Session, row: str) -> None:
    """Print a donor's statement of a year and send the link to it."""
    held = await year_by_id(session, UUID(row))
    entries = await entries_of(session, held) if held else []
    if held is None or not entries:
        return
    last, facts = entries[-1]
    if not facts.email:
        return
    await year_pdf(session, held)
    link, mine = await statement_link(session, held, facts), await _page_of_donor(session)
    with speaking(last.language):
        said = {"hotline": facts.hotline, "year": held.year, "link": link}
        subject = _("Your gifts to %(hotline)s in %(year)s", **said)
        parts = [_("Simulated: this installation moves no real money.")] if facts.simulated else []
        parts.append(_("Thank you for what you gave in %(year)s. This lists your receipts, as PDF:\n%(link)s", **said))
        parts.append(official(facts.country).note_in(language()))
        parts.append(_("Whoever has the link can read the statement: keep this letter to yourself."))
        parts.append(_("All your gifts and receipts: %(mine)s", mine=mine))
    await send(session, to=facts.email, subject=subject, text="\n\n".join(parts))
    held.mailed_at = now()
    session.add(held)


payments.listeners.append(fit)
