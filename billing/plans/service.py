"""A hotline's plan: how it stands today, which extras are awake, choosing another one. In the hotline's scope."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from billing.plans.catalogue import Plan, currencies, offered, plans, rank, rules
from billing.plans.models import PlanInvoice, PlanPayer, PlanStanding
from billing.plans.standing import Facts, Standing, next_month, plan_on, standing_on
from infra.clock import now
from infra.database import Session
from infra.errors import Invalid, _
from infra.scope import current_tenant
from infra.settings import settings
from infra.vault import seal, unseal
from tenants.directory.models import Tenant
from tenants.directory.service import tenant_by_id
from tenants.extras import decide_by
from tenants.members.service import normal_email

CURRENCY = {"CN": "HKD", "HK": "HKD", "GB": "GBP", "US": "USD"}
"""In which a hotline is asked first, by its country; euros elsewhere."""
UNPAID = ("open", "uncollectible")
"""States of an invoice that somebody can pay. One that isn't drawn up yet can't be, so it puts nobody to sleep."""


def plans_on() -> bool:
    """Whether hotlines of this installation have plans at all."""
    return settings().plans == "on"


def today(tenant: Tenant) -> date:
    """The day where the hotline is."""
    return now().astimezone(ZoneInfo(tenant.zone)).date()


async def row_of(session: Session, tenant: Tenant, *, lock: bool = False) -> PlanStanding:
    """The hotline's row, made on first sight: a trial, and after it the first plan."""
    fresh = PlanStanding(
        id=tenant.id, plan=plans()[0].code, since=today(tenant),
        trial_until=today(tenant) + timedelta(days=rules().trial_days), currency=CURRENCY.get(tenant.country, "EUR"),
    )  # fmt: skip
    await session.execute(insert(PlanStanding).values(fresh.model_dump()).on_conflict_do_nothing())
    found = select(PlanStanding).where(PlanStanding.tenant_id == tenant.id, PlanStanding.id == tenant.id)
    found = found.with_for_update() if lock else found
    return (await session.exec(found, execution_options={"populate_existing": lock})).one()


async def facts_of(session: Session, row: PlanStanding) -> Facts:
    """What a hotline's standing follows from."""
    mine = PlanInvoice.tenant_id == row.tenant_id
    unpaid = select(col(PlanInvoice.due_on)).where(mine, col(PlanInvoice.state).in_(UNPAID))
    return Facts(
        plan=row.plan, since=row.since, trial_until=row.trial_until, later=row.later, later_from=row.later_from,
        given=row.given, given_until=row.given_until, unpaid=list(await session.exec(unpaid)),
        sponsored=await payer_of(session, "sponsor") is not None,
    )  # fmt: skip


async def standing(session: Session) -> Standing:
    """How the hotline in scope stands today."""
    tenant = await tenant_by_id(session, current_tenant())
    if not plans_on():
        return Standing("off", plans()[-1])
    return standing_on(await facts_of(session, await row_of(session, tenant)), today(tenant), rules())


async def awake(session: Session, extra: str) -> bool:
    """Whether an extra of the hotline in scope is awake; every one is where plans are off."""
    return not plans_on() or (await standing(session)).has(extra)


async def payer_of(session: Session, kind: str, *, state: str = "active") -> PlanPayer | None:
    """Who pays: the hotline itself ("own"), or its sponsor; None unless there is one in this state."""
    mine = (PlanPayer.tenant_id == current_tenant(), PlanPayer.kind == kind, PlanPayer.state == state)
    return (await session.exec(select(PlanPayer).where(*mine))).one_or_none()


@dataclass(frozen=True, slots=True)
class Address:
    """To whom invoices go."""

    name: str
    email: str


async def address_of(session: Session, row: PlanPayer) -> Address:
    """A payer's name and e-mail."""
    held = json.loads(await unseal(session, row.sealed))
    return Address(held["name"], held["email"])


async def sealed(session: Session, address: Address) -> bytes:
    """A payer's name and e-mail as they are kept."""
    return await seal(session, json.dumps({"name": address.name, "email": address.email}).encode())


@dataclass(frozen=True, slots=True)
class Choice:
    """What an owner or admin has chosen: `way` is "card" or "invoice"."""

    plan: str
    currency: str
    way: str
    name: str
    email: str


def check(choice: Choice) -> Plan:
    """The plan that was chosen. Raises Invalid with the field that can't be used."""
    chosen = offered(choice.plan)
    if chosen.free:
        return chosen
    if choice.currency not in currencies():
        raise Invalid(_("Choose one of these currencies."), field="currency")
    if choice.way not in ("card", "invoice"):
        raise Invalid(_("Choose one of these."), field="way")
    if not choice.name.strip():
        raise Invalid(_("Write the name that stands on the invoice."), field="name")
    try:
        normal_email(choice.email)
    except Invalid:
        raise Invalid(_("This isn't an e-mail address."), field="email") from None
    return chosen


async def choose(session: Session, choice: Choice, *, language: str) -> None:
    """Take a plan: a larger one at once, a smaller one from the first of the next month, anything at once in a trial.
    There are no parts of months. Raises Invalid."""
    chosen = check(choice)
    tenant = await tenant_by_id(session, current_tenant())
    row, day = await row_of(session, tenant, lock=True), today(tenant)
    own = plan_on(Facts(row.plan, row.since, row.trial_until, row.later, row.later_from), day)
    if row.later_from is not None and day >= row.later_from:
        row.plan = own.code
    row.later = row.later_from = None
    if rank(chosen.code) >= rank(own.code) or day <= row.trial_until:
        if own.free and not chosen.free:
            row.since = day
        row.plan = chosen.code
    else:
        row.later, row.later_from = chosen.code, next_month(day)
    session.add(row)
    if not chosen.free:
        row.currency, row.way = choice.currency, choice.way
        await _pays_itself(session, Address(choice.name.strip(), choice.email.strip()), language)
    await session.flush()


async def _pays_itself(session: Session, address: Address, language: str) -> PlanPayer:
    """The hotline's own payer with this address; with another one it is another customer."""
    held = await payer_of(session, "own")
    if held is not None and await address_of(session, held) == address:
        return held
    if held is not None:
        held.state = "ended"
        session.add(held)
        await session.flush()
    row = PlanPayer(kind="own", state="active", sealed=await sealed(session, address), language=language)
    session.add(row)
    await session.flush()
    return row


async def invoices(session: Session, most: int = 36) -> list[PlanInvoice]:
    """The hotline's invoices, the latest first."""
    mine = select(PlanInvoice).where(PlanInvoice.tenant_id == current_tenant())
    return list(await session.exec(mine.order_by(col(PlanInvoice.month).desc()).limit(most)))


async def give(session: Session, code: str, until: date | None) -> None:
    """The platform gives the hotline in scope a plan, until a day or for good; "" takes it back. Raises Invalid."""
    tenant = await tenant_by_id(session, current_tenant())
    row = await row_of(session, tenant, lock=True)
    row.given = offered(code).code if code else ""
    row.given_until = until if code else None
    session.add(row)


async def extend_trial(session: Session, until: date) -> None:
    """Let the trial of the hotline in scope last until this day."""
    row = await row_of(session, await tenant_by_id(session, current_tenant()), lock=True)
    row.trial_until = until
    session.add(row)


decide_by(awake)
