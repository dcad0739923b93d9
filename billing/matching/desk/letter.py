"""The letter to a sponsor: what their promise came to, in sums and counts, and nothing about anybody who gave."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy import func
from sqlmodel import col, select

from billing.campaigns.models import Campaign
from billing.matching.models import Pool, PoolMatch
from billing.matching.pools import Figures, figures, sponsor_of
from billing.money import Money, shown
from billing.printing.fonts import printable
from billing.printing.ink import hotline_ink
from billing.printing.press import pdf
from billing.processor.access import simulated
from infra.clock import now
from infra.database import Session
from infra.web import gettext as _
from infra.web import language
from infra.web.i18n import ngettext
from tenants.directory.models import Tenant
from tenants.texts import say

LAYOUT = Path(__file__).with_name("letter.typ")


async def letter(session: Session, tenant: Tenant, row: Pool) -> bytes:
    """As PDF, in the language that is spoken just now, as the books stand."""
    told = await figures(session, row)
    counted = select(func.coalesce(func.sum(col(PoolMatch.kept_minor)), 0)).where(
        PoolMatch.pool == row.id, col(PoolMatch.minor) > 0
    )
    given = Money(int((await session.exec(counted)).one()), row.currency)
    of = await session.get(Campaign, (row.tenant_id, row.campaign)) if row.campaign else None
    sponsor, at = (await sponsor_of(session, row)).name, now()
    banner = _("Simulated: this installation moves no real money.") if simulated() else ""
    words = {
        "language": language(),
        "title": _("What your promise did"),
        "author": printable(tenant.organisation),
        "organisation": printable(tenant.organisation),
        "heading": _("What your promise did"),
        "label": printable(_("For %(sponsor)s, %(day)s", sponsor=sponsor, day=_day(at, tenant))),
        "banner": [banner] if banner else [],
        "amount": shown(told.matched, language()),
        "lead": printable(_lead(told, given)),
        "facts": [
            (word, printable(said))
            for word, said in _facts(row, tenant, told, say(of.title, language(), tenant.languages[0]) if of else "")
            if said
        ],
        "notes": [
            _("What was added, paid in and left are sums of entries in our books, on the day of this letter."),
            _("We tell sponsors nothing about who gave. This letter isn't a receipt."),
            _("Thank you."),
        ],
        "page": _("Page"),
        "accent": await hotline_ink(session),
    }
    return await pdf(LAYOUT, words, made_at=at)


def _lead(told: Figures, given: Money) -> str:
    if not told.gifts:
        return _("No gift has been matched yet.")
    return ngettext(
        "was added to one gift of %(given)s: together, %(sum)s.",
        "was added to %(num)s gifts that came to %(given)s: together, %(sum)s.",
        told.gifts,
        given=shown(given, language()),
        sum=shown(given + told.matched, language()),
    )


def _facts(row: Pool, tenant: Tenant, told: Figures, campaign: str) -> list[tuple[str, str]]:
    """The lines below the sum; those that say nothing are empty."""

    def amount(money: Money) -> str:
        return shown(money, language()) if money.minor > 0 else ""

    first, last = _day(row.since, tenant), _day(row.closed_at or min(row.until, now()), tenant)
    return [
        (_("For the hotline"), tenant.name),
        (_("For"), campaign),
        (_("Promised"), amount(told.promised)),
        (_("From, to"), f"{first} – {last}"),
        (_("Paid in"), amount(told.paid)),
        (_("Not used yet"), amount(told.left)),
        (_("Still to be paid in"), amount(told.owed)),
        (_("Goes back to you"), amount(told.owing)),
        (_("Stayed with us, by your wish"), amount(told.stayed)),
    ]


def _day(at: datetime, tenant: Tenant) -> str:
    locale = "en_GB" if language() == "en" else language().replace("-", "_")
    return format_date(at.astimezone(ZoneInfo(tenant.zone)).date(), "long", locale=locale)
