"""Each day, at ten in a hotline's own morning: its reminders that are due, one letter a month for each."""

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from billing.campaigns.models import Campaign
from billing.campaigns.service import takes_gifts
from billing.giving.donors import known
from billing.giving.models import Donor
from billing.giving.settings import giving_of
from billing.money import Money, shown
from billing.reminders.models import GiftReminder
from billing.reminders.months import next_after
from billing.reminders.service import link_of
from infra.clock import now
from infra.database import Session
from infra.jobs import enqueue, job
from infra.mail import send
from infra.scope import current_tenant, tenant_scope
from infra.settings import settings
from infra.web import gettext as _
from infra.web import speaking
from tenants.directory.models import Tenant
from tenants.directory.service import tenant_by_id
from tenants.texts import say

AT = time(10)


async def begin(session: Session) -> None:
    """Owe today's round, unless it is owed already; a process calls it as it starts."""
    await enqueue(session, "reminders.round", key=f"reminders:{now().date()}")


@job("reminders.round", background=True)
async def go_round(session: Session) -> None:
    """Owe every hotline its look at today's ten o'clock, whenever that is there, and tomorrow's round."""
    open_ones = select(Tenant).where(Tenant.status == "open")
    for tenant in await session.exec(open_ones):
        zone = ZoneInfo(tenant.zone)
        due = datetime.combine(now().astimezone(zone).date(), AT, zone)
        with tenant_scope(tenant.id):
            await enqueue(session, "reminders.send", due=max(due, now()), key=f"reminders:{tenant.id}:{due.date()}")
    tomorrow = now() + timedelta(days=1)
    await enqueue(session, "reminders.round", key=f"reminders:{tomorrow.date()}", due=tomorrow)


@job("reminders.send", background=True)
async def write_due(session: Session) -> None:
    """Write to whoever is due today. A reminder moves on in the same transaction, so that however often this is done
    it is one letter a month; months in which nobody looked aren't made up for."""
    tenant = await tenant_by_id(session, current_tenant())
    today = now().astimezone(ZoneInfo(tenant.zone)).date()
    found = select(GiftReminder).where(GiftReminder.state == "active", col(GiftReminder.next_on) <= today)
    giving = await giving_of(session, tenant)
    for row in await session.exec(found.with_for_update(skip_locked=True)):
        row.next_on = next_after(row.next_on, row.day, today)
        donor = await session.get(Donor, (current_tenant(), row.donor))
        if donor is not None and giving.mode == "own":  # who takes no gifts now asks for none
            await _write(session, tenant, donor, row)
        session.add(row)


async def _write(session: Session, tenant: Tenant, donor: Donor, row: GiftReminder) -> None:
    said = await known(session, donor)
    if not said.email:
        return
    base = f"{settings().base_url}/h/{tenant.slug}"
    campaign = await _campaign(session, tenant, row.campaign)
    path = f"/give/{campaign.slug}" if campaign else "/give"
    with speaking(row.language):
        title = say(campaign.title, row.language, tenant.languages[0]) if campaign else ""
        places = {
            "hello": _("Dear %(name)s,", name=said.name) if said.name else _("Good day,"),
            "hotline": tenant.name,
            "purpose": title or _("the work of %(hotline)s", hotline=tenant.name),
            "amount": shown(Money(row.amount_minor, row.currency), row.language),
            "give": f"{base}{path}?amount={row.amount_minor}&currency={row.currency}",
            "stop": f"{base}/reminders/{await link_of(session, row.id)}",
            "page": f"{base}/my-gifts",
        }
        text = _(
            "%(hello)s\n\nyou asked to be reminded once a month of giving to %(hotline)s. The last time it was "
            "%(amount)s, for: %(purpose)s.\n\nIf you want to give again, this opens the page with that amount; nothing "
            "is taken unless you pay there:\n%(give)s\n\nIf not this month, there is nothing to do. No more reminders: "
            "%(stop)s\nAll your gifts: %(page)s\n\nThank you.\n%(hotline)s",
            **places,
        )
        subject = _("Your monthly reminder from %(hotline)s", hotline=tenant.name)
    await send(session, to=said.email, subject=subject, text=text)
    row.told_at = now()


async def _campaign(session: Session, tenant: Tenant, key: UUID | None) -> Campaign | None:
    """The campaign that it was for, if that still takes gifts."""
    row = await session.get(Campaign, (current_tenant(), key)) if key else None
    return row if row is not None and takes_gifts(row, tenant) else None
