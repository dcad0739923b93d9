"""A sponsor's page: whose line it is, what it comes to, yes or no, and how to end it. Nothing else of the hotline."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from sqlmodel import col, select

from billing.money import Money, shown
from billing.plans.invoices.wording import month_words
from billing.plans.models import PlanInvoice
from billing.plans.service import facts_of, plans_on, row_of, today
from billing.plans.sponsoring import service
from billing.plans.standing import plan_on
from infra.errors import Invalid, NotFound
from infra.web import gettext, language, limit, render, see_other
from tenants.members.access import AtHotline, Caller
from tenants.texts import say

router = APIRouter(prefix="/h/{slug}/sponsor/{token}")


async def _page(request: Request, at: Caller, token: str, wrong: str = "") -> Response:
    if not plans_on():
        raise NotFound
    row = await service.of_token(at.session, token)
    standing = await row_of(at.session, at.tenant)
    held = plan_on(await facts_of(at.session, standing), today(at.tenant))
    theirs = select(PlanInvoice).where(PlanInvoice.tenant_id == at.tenant.id, PlanInvoice.payer == row.id)
    context = {
        "row": row,
        "hotline": at.tenant,
        "plan": say(held.name, language()),
        "price": shown(held.price(standing.currency), language()),
        "free": held.free,
        "invoices": [
            (month_words(each.month), shown(Money(each.minor, each.currency), language()), each)
            for each in await at.session.exec(theirs.order_by(col(PlanInvoice.month).desc()).limit(24))
            if each.number
        ],
        "wrong": wrong,
    }
    answer = render(request, "plans/sponsor.html", context, status=422 if wrong else 200)
    answer.headers["x-robots-tag"] = "noindex"
    return answer


@router.get("")
async def page(request: Request, at: AtHotline, token: str) -> Response:
    """What the sponsor is asked, or pays."""
    return await _page(request, at, token)


@router.post("")
async def answer(
    request: Request, at: AtHotline, token: str, said: Annotated[str, Form(pattern="^(yes|no)$")] = "no"
) -> Response:
    """Yes, no, or no longer."""
    if not plans_on():
        raise NotFound
    row = await service.of_token(at.session, token)
    await limit("plans.sponsor", str(row.id), "60/hour")
    try:
        await service.answer(at.session, row, yes=said == "yes")
    except Invalid as error:
        return await _page(request, at, token, gettext(error.message))
    return see_other(request.url.path)
