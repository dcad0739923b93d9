"""A hotline's own page of its plan, for those who lead it."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from billing.plans.invoices.drawing import follow
from billing.plans.pages.view import shown_plan
from billing.plans.service import UNPAID, Address, Choice, address_of, choose, invoices, payer_of, plans_on
from billing.plans.sponsoring import service as sponsoring
from billing.processor.access import Refused, Unavailable, simulated
from billing.processor.invoicing.service import card_page, customer, fetch
from infra.errors import Invalid, NotFound
from infra.settings import settings
from infra.web import gettext, language, limit, render, see_other
from infra.web.security import policy
from tenants.audit import record
from tenants.members.access import Leads, Staff
from tenants.members.models import Account

router = APIRouter(prefix="/o/{slug}/money/plan")
Text = Annotated[str, Form(max_length=200)]


def _home(staff: Staff) -> str:
    return f"/o/{staff.tenant.slug}/money/plan"


async def _page(
    request: Request,
    staff: Staff,
    wrong: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    *,
    failed: str = "",
) -> Response:
    context: dict[str, Any] = {"on": plans_on(), "wrong": wrong or {}, "failed": failed, "simulated": simulated()}
    if plans_on():
        context |= await shown_plan(staff.session, staff.tenant)
        row, payer = context["row"], context["payer"]
        context["typed"] = {
            "plan": row.later or row.plan, "currency": row.currency, "way": row.way,
            "name": payer.name if payer else staff.tenant.organisation,
            "email": payer.email if payer else await _own_email(staff),
            "sponsor_name": "", "sponsor_email": "",
        } | (typed or {})  # fmt: skip
    headers = {} if simulated() else {"content-security-policy": policy(forms_to="https://billing.stripe.com")}
    return render(request, "plans/plan.html", context, status=422 if wrong else 503 if failed else 200, headers=headers)


async def _own_email(staff: Staff) -> str:
    """The address of whoever asks, as a first guess."""
    account = await staff.session.get(Account, staff.account)
    return account.email if account else ""


def _on() -> None:
    if not plans_on():
        raise NotFound


@router.get("")
async def page(request: Request, staff: Leads) -> Response:
    """What the hotline is on, what it used of it, what it may choose, and its invoices."""
    return await _page(request, staff)


@router.post("")
async def take(
    request: Request,
    staff: Leads,
    plan: Text = "",
    currency: Text = "",
    way: Text = "",
    name: Text = "",
    email: Text = "",
) -> Response:
    """Choose a plan, and how it is paid."""
    _on()
    choice = Choice(plan, currency, way, name, email)
    try:
        await choose(staff.session, choice, language=language())
    except Invalid as error:
        typed = {"plan": plan, "currency": currency, "way": way, "name": name, "email": email}
        return await _page(request, staff, {error.field or "plan": gettext(error.message)}, typed)
    record(staff.session, "plan.choose", member=staff.member.id, plan=plan)
    return see_other(_home(staff))


@router.post("/look")
async def look(request: Request, staff: Leads) -> Response:
    """Ask the processor now how open invoices stand."""
    _on()
    await limit("plans.look", str(staff.tenant.id), "60/hour")
    try:
        for row in await invoices(staff.session):
            if row.ref and row.state in UNPAID:
                await follow(staff.session, row, await fetch(row.ref))
    except (Unavailable, Refused) as error:
        return await _page(request, staff, failed=gettext(error.message))
    return see_other(_home(staff) + "#invoices")


@router.post("/card")
async def card(request: Request, staff: Leads) -> Response:
    """To the processor's page, where the card for the plan is kept."""
    _on()
    await limit("plans.card", str(staff.tenant.id), "30/hour")
    payer = await payer_of(staff.session, "own")
    if payer is None:
        raise NotFound
    address = await address_of(staff.session, payer)
    try:
        payer.customer = await customer(
            str(payer.id), name=address.name, email=address.email, language=payer.language
        )  # fmt: skip
        staff.session.add(payer)
        return see_other(await card_page(payer.customer, settings().base_url.rstrip("/") + _home(staff)))
    except (Unavailable, Refused) as error:
        return await _page(request, staff, failed=gettext(error.message))


@router.post("/sponsor")
async def ask(request: Request, staff: Leads, sponsor_name: Text = "", sponsor_email: Text = "") -> Response:
    """Ask somebody else to pay."""
    _on()
    await limit("plans.sponsor.ask", str(staff.tenant.id), "10/day")
    try:
        await sponsoring.ask(staff.session, Address(sponsor_name, sponsor_email), language=language())
    except Invalid as error:
        typed = {"sponsor_name": sponsor_name, "sponsor_email": sponsor_email}
        return await _page(request, staff, {error.field or "sponsor_name": gettext(error.message)}, typed)
    record(staff.session, "plan.sponsor", member=staff.member.id)
    return see_other(_home(staff) + "#sponsor")


@router.post("/sponsor/removal")
async def alone(staff: Leads) -> Response:
    """Pay by oneself from the next invoice on."""
    _on()
    await sponsoring.end(staff.session)
    record(staff.session, "plan.alone", member=staff.member.id)
    return see_other(_home(staff) + "#sponsor")
