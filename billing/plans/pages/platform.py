"""Plans for the platform's operators: who is on what, who owes what, what comes in and what it costs, and help."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from sqlmodel import col, select

from billing.ledger import trial_balance
from billing.ledger.chart import account
from billing.ledger.pages.words import account_words
from billing.money import Money, shown
from billing.plans import service
from billing.plans.catalogue import plans, rules
from billing.plans.invoices.drawing import follow
from billing.plans.invoices.wording import day_words, month_words
from billing.plans.models import PlanInvoice, PlanStanding
from billing.plans.standing import Facts, Standing, standing_on
from billing.processor.access import Refused, Unavailable
from billing.processor.invoicing.service import fetch, paid_outside, withdraw
from infra.database import Session, unit_of_work
from infra.errors import Invalid, NotFound, _
from infra.scope import PLATFORM, current_tenant, tenant_scope
from infra.web import gettext, language, render, see_other
from tenants.audit import record
from tenants.directory.models import Tenant
from tenants.directory.service import tenant_by_id
from tenants.members.access import PlatformOperator
from tenants.texts import say

router = APIRouter(prefix="/platform/plans")
PAGE = 50
STATES = {
    "trial": (_("On trial"), "info"),
    "given": (_("Given"), "info"),
    "active": (_("Active"), "good"),
    "grace": (_("Overdue, awake"), "warn"),
    "asleep": (_("Extras asleep"), "bad"),
}


async def _platform(_allowed: PlatformOperator) -> AsyncIterator[Session]:
    with tenant_scope(PLATFORM):
        async with unit_of_work() as session:
            yield session


Platform = Annotated[Session, Depends(_platform, scope="function")]
"""The platform's own scope, in which it may read every hotline's plan and invoices."""


@dataclass(frozen=True, slots=True)
class Hotline:
    """A hotline in the list; `unpaid` are its open invoices."""

    tenant: Tenant
    stands: Standing
    unpaid: list[PlanInvoice]


async def hotlines(session: Session) -> list[Hotline]:
    """Every hotline that is open, by name; one that has never been looked at is at the beginning of its trial."""
    rows = {row.tenant_id: row for row in await session.exec(select(PlanStanding))}
    owed: dict[UUID, list[PlanInvoice]] = {}
    unpaid = select(PlanInvoice).where(col(PlanInvoice.state).in_(service.UNPAID)).order_by(col(PlanInvoice.month))
    for row in await session.exec(unpaid):
        owed.setdefault(row.tenant_id, []).append(row)
    found = select(Tenant).where(Tenant.status == "open").order_by(col(Tenant.name), col(Tenant.id))
    return [
        Hotline(tenant, _stands(tenant, rows.get(tenant.id), owed.get(tenant.id, [])), owed.get(tenant.id, []))
        for tenant in await session.exec(found)
    ]


def _stands(tenant: Tenant, row: PlanStanding | None, unpaid: list[PlanInvoice]) -> Standing:
    day = service.today(tenant)
    if row is None:
        return Standing("trial", plans()[0], day + timedelta(days=rules().trial_days))
    facts = Facts(
        plan=row.plan, since=row.since, trial_until=row.trial_until, later=row.later, later_from=row.later_from,
        given=row.given, given_until=row.given_until, unpaid=[each.due_on for each in unpaid],
    )  # fmt: skip
    return standing_on(facts, day, rules())


async def _books(session: Session) -> list[tuple[str, str, str]]:
    """What the platform earns and what it costs, as its own books have it: (account, amount, where it opens)."""
    found = []
    for line in await trial_balance(session):
        kind = account(line.account).kind
        if kind in ("income", "less_income", "expense") and line.minor:
            amount = shown(Money(-line.minor, line.currency), language())
            found.append(
                (account_words(line.account), amount, f"/platform/books/accounts/{line.account}/{line.currency}")
            )
    return found


async def _page(
    request: Request, session: Session, state: str = "", page: int = 1, wrong: dict[str, str] | None = None
) -> Response:
    context: dict[str, Any] = {"on": service.plans_on(), "wrong": wrong or {}}
    if service.plans_on():
        every = await hotlines(session)
        counts: Counter[str] = Counter(each.stands.state for each in every)
        wanted = [each for each in every if not state or each.stands.state == state]
        part = wanted[(page - 1) * PAGE : page * PAGE]
        context |= {
            "tabs": [
                (f"/platform/plans?state={key}", f"{gettext(words)} ({counts[key]})", key == state)
                for key, (words, _kind) in STATES.items()
            ],
            "state": state,
            "all": len(every),
            "listed": [_listed(each) for each in part],
            "by_plan": [
                (say(each.name, language()), sum(1 for one in every if one.stands.plan.code == each.code))
                for each in plans()
            ],
            "owed": _owed(every),
            "books": await _books(session),
            "plans": [(each.code, say(each.name, language())) for each in plans()],
            "newer": f"/platform/plans?state={state}&page={page - 1}" if page > 1 else "",
            "older": f"/platform/plans?state={state}&page={page + 1}" if len(wanted) > page * PAGE else "",
        }
    return render(request, "plans/platform.html", context, status=422 if wrong else 200)


def _owed(every: list[Hotline]) -> list[str]:
    sums: dict[str, int] = {}
    for row in (row for each in every for row in each.unpaid):
        sums[row.currency] = sums.get(row.currency, 0) + row.minor
    return [shown(Money(minor, currency), language()) for currency, minor in sorted(sums.items())]


def _listed(each: Hotline) -> dict[str, Any]:
    words, kind = STATES.get(each.stands.state, STATES["active"])
    return {
        "tenant": each.tenant,
        "plan": say(each.stands.plan.name, language()),
        "state": gettext(words),
        "kind": kind,
        "key": each.stands.state,
        "until": "" if each.stands.state == "asleep" else day_words(each.stands.until),
        "unpaid": [
            (row, month_words(row.month), shown(Money(row.minor, row.currency), language()), day_words(row.due_on))
            for row in each.unpaid
        ],
    }


@router.get("")
async def overview(
    request: Request,
    session: Platform,
    state: Annotated[str, Query(max_length=20)] = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Response:
    """Hotlines by plan and by how they stand, what they owe, and the platform's own income and costs."""
    if state and state not in STATES:
        raise NotFound
    return await _page(request, session, state, page)


@router.post("/{tenant}")
async def help_out(
    request: Request,
    session: Platform,
    tenant: UUID,
    act: Annotated[str, Form(pattern="^(trial|give|take|outside|withdraw)$")],
    plan: Annotated[str, Form(max_length=40)] = "",
    until: Annotated[str, Form(max_length=10)] = "",
    invoice: UUID | None = Form(None),
) -> Response:
    """Lengthen a trial, give a plan or take it back, say that an invoice was paid outside, withdraw one."""
    if not service.plans_on():
        raise NotFound
    hotline = await tenant_by_id(session, tenant)
    if not hotline.usable:
        raise NotFound
    try:
        day = date.fromisoformat(until) if until else None
    except ValueError:
        return await _page(request, session, wrong={f"until-{tenant}": gettext("Write a day, such as 2027-01-31.")})
    try:
        with tenant_scope(tenant):
            async with unit_of_work() as theirs:
                await _act(theirs, act, plan, day, invoice)
                record(theirs, f"plan.{act}", platform=True)
    except (Invalid, Unavailable, Refused) as error:
        return await _page(request, session, wrong={f"act-{tenant}": gettext(error.message)})
    return see_other("/platform/plans")


async def _act(session: Session, act: str, plan: str, until: date | None, invoice: UUID | None) -> None:
    """In the hotline's scope."""
    if act == "trial":
        if until is None:
            raise Invalid(_("Write until when."))
        await service.extend_trial(session, until)
    elif act in ("give", "take"):
        await service.give(session, plan if act == "give" else "", until)
    else:
        row = await session.get(PlanInvoice, (current_tenant(), invoice))
        if row is None or row.ref is None or row.state not in service.UNPAID:
            raise Invalid(_("This invoice isn't open any more."))
        await (paid_outside(row.ref) if act == "outside" else withdraw(row.ref))
        await follow(session, row, await fetch(row.ref))
