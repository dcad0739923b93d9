"""Once a day, for each hotline: its invoice if its day has come, a look at what is open, and letters that are due."""

from datetime import date, datetime, timedelta

from sqlmodel import col, select

from billing.plans.catalogue import rules
from billing.plans.invoices.drawing import of_month, owe
from billing.plans.letters import write
from billing.plans.models import PlanInvoice
from billing.plans.service import UNPAID, facts_of, plans_on, row_of, today
from billing.plans.standing import Facts, standing_on
from infra.clock import now
from infra.database import Session
from infra.jobs import enqueue, job
from infra.scope import current_tenant, tenant_scope
from tenants.directory.models import Tenant
from tenants.directory.service import tenant_by_id

HOUR = 5
"""In UTC; so every hotline's day is a new one within a day."""


async def begin(session: Session) -> None:
    """Owe today's round, unless it is owed already; a process calls it as it starts. Nothing where plans are off."""
    if plans_on():
        await enqueue(session, "plans.round", key=f"plans:{now().date()}")


@job("plans.round", background=True)
async def go_round(session: Session) -> None:
    """Owe every hotline its day, and tomorrow's round."""
    if not plans_on():
        return
    for tenant in await session.exec(select(Tenant.id).where(Tenant.status == "open")):
        with tenant_scope(tenant):
            await enqueue(session, "plans.day", key=f"plans:{tenant}:{now().date()}")
    tomorrow = now().date() + timedelta(days=1)
    due = datetime(tomorrow.year, tomorrow.month, tomorrow.day, HOUR, tzinfo=now().tzinfo)
    await enqueue(session, "plans.round", key=f"plans:{tomorrow}", due=due)


@job("plans.day", background=True)
async def go_through_day(session: Session) -> None:
    """What today asks of the hotline in scope; done twice, it is done once."""
    tenant = await tenant_by_id(session, current_tenant())
    if not plans_on() or not tenant.usable:
        return
    await of_month(session, tenant)
    mine = (PlanInvoice.tenant_id == tenant.id, col(PlanInvoice.state).in_(("draft", *UNPAID)))
    rows = list(await session.exec(select(PlanInvoice).where(*mine).order_by(col(PlanInvoice.month))))
    for row in rows:
        await owe(session, row)
    open_ones = [row for row in rows if row.state in UNPAID]
    facts = await facts_of(session, await row_of(session, tenant))
    await _remind(session, facts, today(tenant), open_ones)


async def _remind(session: Session, facts: Facts, day: date, unpaid: list[PlanInvoice]) -> None:
    """Letters about a trial's end, and about what isn't paid."""
    stands = standing_on(facts, day, rules())
    if stands.state == "trial" and stands.until:
        for days in sorted(rules().remind_before):
            if stands.until - timedelta(days=days) <= day:
                await write(session, f"trial_ending:{days}", f"{stands.until}", until=stands.until)
                break
    elif stands.plan.free and day - timedelta(days=7) <= facts.trial_until < day:
        await write(session, "trial_over", f"{facts.trial_until}", until=facts.trial_until)
    if stands.state == "asleep":
        await write(session, "asleep", f"{unpaid[0].month}", unpaid[0])
    elif stands.state == "grace" and stands.until:
        for days in sorted(rules().remind_before):
            if stands.until - timedelta(days=days) <= day:
                await write(session, f"soon:{days}", f"{unpaid[0].month}", unpaid[0], until=stands.until)
                break
        else:
            await write(session, "overdue", f"{unpaid[0].month}", unpaid[0], until=stands.until)
