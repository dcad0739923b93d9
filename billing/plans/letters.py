"""The letters about a plan, each written once: kind, early, and never about more than is known."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from billing.money import Money, shown
from billing.plans.invoices.wording import day_words, month_words
from billing.plans.models import PlanInvoice, PlanLetter, PlanPayer
from billing.plans.service import address_of, payer_of
from infra.clock import now
from infra.database import Session
from infra.ids import new_id
from infra.mail import send
from infra.scope import current_tenant
from infra.settings import settings
from infra.web import gettext as _
from infra.web import language, speaking
from tenants.directory.models import Tenant
from tenants.directory.service import tenant_by_id
from tenants.members.access import LEADS
from tenants.members.models import Account, Member

TO_PAYER = ("invoice", "paid")
"""Kinds that go to whoever pays; the others go to those who lead the hotline."""


async def write(
    session: Session, kind: str, about: str, row: PlanInvoice | None = None, *, until: date | None = None
) -> bool:
    """Write a letter of this kind about a month, a day or a payer, unless it was written; whether it was written now.
    `until` is a day that it names."""
    values = {"tenant_id": current_tenant(), "id": new_id(), "kind": kind, "about": about, "sent_at": now()}
    once = insert(PlanLetter).values(values).on_conflict_do_nothing().returning(col(PlanLetter.id))
    if (await session.execute(once)).first() is None:
        return False
    tenant = await tenant_by_id(session, current_tenant())
    payer = await session.get(PlanPayer, (tenant.id, row.payer)) if row else None
    for address, tongue in await _readers(session, kind, tenant, payer):
        with speaking(tongue):
            subject, parts = _letter(kind, tenant, row, until)
            if settings().stripe == "simulated" and row is not None:
                parts = [_("Simulated: this installation moves no real money."), *parts]
        await send(session, to=address, subject=subject, text="\n\n".join(parts))
    return True


async def _readers(session: Session, kind: str, tenant: Tenant, payer: PlanPayer | None) -> Sequence[tuple[str, str]]:
    """Addresses and languages."""
    if kind in TO_PAYER and payer is not None:
        return [((await address_of(session, payer)).email, payer.language)]
    found = select(Member, Account).join(Account, col(Account.id) == Member.account_id)
    leads = found.where(Member.tenant_id == tenant.id, col(Member.role).in_(LEADS), col(Member.left_at).is_(None))
    rows = (await session.exec(leads)).all()
    readers = {account.email: (member.languages or tenant.languages)[0] for member, account in rows}
    for also in (await payer_of(session, "own"), payer if kind == "overdue" else None):
        if also is not None:
            readers.setdefault((await address_of(session, also)).email, also.language)
    return list(readers.items())


def _letter(kind: str, tenant: Tenant, row: PlanInvoice | None, until: date | None) -> tuple[str, list[str]]:
    """Subject and paragraphs, in the language that is spoken now."""
    said = {
        "hotline": tenant.name,
        "day": day_words(until),
        "month": month_words(row.month) if row else "",
        "amount": shown(Money(row.minor, row.currency), language()) if row else "",
        "number": row.number if row else "",
        "due": day_words(row.due_on) if row else "",
    }
    page = row.page if row and row.page else f"{settings().base_url}/o/{tenant.slug}/money/plan"
    if kind.startswith("trial"):
        page = f"{settings().base_url}/o/{tenant.slug}/money/plan"
    subject, text = {
        "invoice": (
            _("Invoice for %(hotline)s, %(month)s", **said),
            _("The invoice %(number)s for %(hotline)s in %(month)s comes to %(amount)s. It is due on %(due)s.", **said),
        ),
        "paid": (
            _("Paid: %(hotline)s, %(month)s", **said),
            _("%(amount)s for %(hotline)s in %(month)s have arrived. Thank you. The invoice is here:", **said),
        ),
        "overdue": (
            _("%(hotline)s: an invoice isn't paid yet", **said),
            _(
                "The invoice of %(amount)s for %(month)s was due on %(due)s and isn't paid yet. Nothing changes for "
                "now: everything works as before until %(day)s.",
                **said,
            ),
        ),
        "soon": (
            _("%(hotline)s: extras fall asleep after %(day)s", **said),
            _(
                "The invoice of %(amount)s for %(month)s still isn't paid. If it stays so, extras fall asleep after "
                "%(day)s: new campaigns, posters, further numbers, beginning to record calls.",
                **said,
            ),
        ),
        "asleep": (
            _("%(hotline)s: extras sleep, the line goes on", **said),
            _(
                "The invoice of %(amount)s for %(month)s isn't paid, so extras sleep from today. They wake in the "
                "moment in which it is paid, and nothing that you have made is lost. You get no further invoices until "
                "then.",
                **said,
            ),
        ),
        "awake": (
            _("%(hotline)s: everything is awake again", **said),
            _("The invoice for %(month)s is paid, and every extra of your plan is awake again.", **said),
        ),
        "trial_ending": (
            _("%(hotline)s: the trial ends on %(day)s", **said),
            _(
                "Until %(day)s you can use everything. Afterwards you are on the plan that you choose; without a "
                "choice it is the small one, which is free.",
                **said,
            ),
        ),
        "trial_over": (
            _("%(hotline)s: the trial is over", **said),
            _("The trial ended on %(day)s. You are now on the small plan, which is free.", **said),
        ),
        "sponsor_accepted": (
            _("%(hotline)s has a sponsor", **said),
            _("Your sponsor has said yes: from the next invoice on they pay your plan.", **said),
        ),
        "sponsor_ended": (
            _("%(hotline)s: your sponsor has ended it", **said),
            _(
                "Your sponsor has ended it, or has said no. What was invoiced to them stays theirs; the next invoice "
                "comes to you. If that is a difficulty, the small plan is free.",
                **said,
            ),
        ),
    }[kind.partition(":")[0]]
    parts = [text]
    if kind not in ("invoice", "paid", "awake"):
        parts.append(
            _("Whatever happens, your line stays: calls, voicemail, call-backs, notes, cases and gifts never sleep.")
        )
    return subject, [*parts, page]
