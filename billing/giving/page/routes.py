"""The donation page and what follows it: one form, the processor's own page, a thank-you that tells the truth."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.requests import HTTPConnection

from billing.campaigns.models import Campaign
from billing.campaigns.service import campaign_by_slug, takes_gifts
from billing.giving import service
from billing.giving.arriving import purpose_of
from billing.giving.form import Chosen, GiftForm, check, read
from billing.giving.models import Gift
from billing.giving.page.device import device_of, remember
from billing.giving.page.view import campaign_shown, first_choice, giving_context, headers, shell, spoken
from billing.giving.settings import Giving, giving_of
from billing.money import Money
from billing.processor.access import NotReady, Unavailable
from billing.processor.checkout import CheckoutOrder, methods, start_checkout
from billing.screening import service as screening
from billing.screening.service import Passed, Refused, Try
from infra.database import Session, unit_of_work
from infra.errors import NotFound
from infra.scope import tenant_scope
from infra.settings import settings
from infra.web import gettext as _
from infra.web import render, see_other
from infra.web.sessions import read_session
from tenants.directory.models import Tenant
from tenants.members.access import AtHotline, find_tenant
from tenants.members.service import member_of_account
from tenants.profile.service import profile

router = APIRouter()


async def _tenant(connection: HTTPConnection, slug: str) -> AsyncIterator[Tenant]:
    tenant = await find_tenant(slug)
    connection.scope.setdefault("state", {})["tenant"] = tenant
    with tenant_scope(tenant.id):
        yield tenant


AtTenant = Annotated[Tenant, Depends(_tenant, scope="function")]
"""A hotline in scope without a unit of work: for routes that wait for the processor between two of them."""


async def _page(
    request: Request,
    session: Session,
    tenant: Tenant,
    row: Campaign | None,
    form: GiftForm | None = None,
    *,
    wrong: dict[str, str] | None = None,
    notice: str = "",
    ticket: str = "",
    proof: str = "",
    status: int = 200,
) -> Response:
    giving = await giving_of(session, tenant)
    form = form or first_choice(giving, request.query_params)
    context = shell(tenant, await profile(session))
    context |= await giving_context(session, tenant, giving, form, row.id if row else None)
    context |= {
        "campaign": await campaign_shown(session, tenant, row) if row else None,
        "methods": await methods(session),
        "wrong": wrong or {},
        "notice": notice,
        "ticket": ticket or await screening.give_out(tenant.id),
        "proof": proof,
        "left": "left" in request.query_params,
        "address": f"{settings().base_url}/h/{tenant.slug}/give" + (f"/{row.slug}" if row else ""),
    }
    template = "giving/partner.html" if giving.mode == "partner" else "giving/give.html"
    return render(request, template, context, status=422 if wrong else status, headers=headers())


async def _visible(request: Request, session: Session, giving: Giving) -> None:
    """Raise NotFound where gifts can't be given, except for the hotline's own people, who may look before."""
    if giving.mode == "off":
        who = await read_session(request)
        if who is None or await member_of_account(session, who.account) is None:
            raise NotFound


@router.get("/h/{slug}/give")
async def give_page(request: Request, at: AtHotline) -> Response:
    """The donation page."""
    await _visible(request, at.session, await giving_of(at.session, at.tenant))
    return await _page(request, at.session, at.tenant, None)


@router.get("/h/{slug}/give/{campaign}")
async def campaign_page(request: Request, at: AtHotline, campaign: str) -> Response:
    """A campaign's page; a draft's for the hotline's own people alone."""
    await _visible(request, at.session, await giving_of(at.session, at.tenant))
    row = await campaign_by_slug(at.session, campaign)
    if row.state == "draft":
        who = await read_session(request)
        if who is None or await member_of_account(at.session, who.account) is None:
            raise NotFound
    return await _page(request, at.session, at.tenant, row)


@router.post("/h/{slug}/give")
async def give(request: Request, tenant: AtTenant) -> Response:
    """Begin a gift and lead to the page on which it is paid. Sent twice, it is one gift and one page to pay on."""
    try:
        await screening.knock(request)
        return await _give(request, tenant)
    except Refused as refused:
        return await _refused(request, tenant, refused)


async def _give(request: Request, tenant: Tenant) -> Response:
    """What was sent, as far as it goes: back to the form, on to the slower way, or to the page for paying."""
    sent = await request.form()
    form, ticket, proof = read(sent), str(sent.get("ticket") or ""), str(sent.get("proof") or "")
    device = device_of(request)
    async with unit_of_work() as session:
        giving = await giving_of(session, tenant)
        if giving.mode != "own":
            raise NotFound
        row = await _campaign(session, tenant, str(sent.get("campaign") or ""))
        chosen, wrong = check(form, giving, await methods(session))
        if chosen is None:
            return await _page(request, session, tenant, row, form, wrong=wrong, ticket=ticket, proof=proof)
        passed = await screening.screen(request, tenant.id, Try(ticket, proof, chosen.email, device))
        if passed.early:
            return await _wait(request, session, tenant, form, chosen, ticket, row)
        try:
            gift = await _begin(session, tenant, form, chosen, passed, row)
        except service.Spent:
            again = _("This page was used before. Here it is again, with what you chose. Press once more.")
            return await _page(request, session, tenant, row, form, notice=again, status=409)
        order = await order_of(session, tenant, gift)
    try:
        where = await start_checkout(order)
    except (Unavailable, NotReady) as away:
        async with unit_of_work() as session:
            said = _("%(why)s Nothing was paid, and what you wrote is still here.", why=_(away.message))
            return await _page(
                request, session, tenant, row, form, notice=said, ticket=ticket, proof=proof, status=away.status
            )
    answer = see_other(where)
    answer.headers.update(headers())
    async with unit_of_work() as session:
        await remember(session, answer, tenant, device)
    return answer


async def _refused(request: Request, tenant: Tenant, refused: Refused) -> Response:
    """The one answer to whoever is refused."""
    async with unit_of_work() as session:
        context = shell(tenant, await profile(session)) | {"words": _(refused.message)}
    return render(request, "giving/refused.html", context, status=refused.status, headers=headers())


async def _campaign(session: Session, tenant: Tenant, slug: str) -> Campaign | None:
    """The campaign that a gift is for. Raises NotFound for one that takes none."""
    if not slug:
        return None
    row = await campaign_by_slug(session, slug)
    if not takes_gifts(row, tenant):
        raise NotFound
    return row


async def _begin(
    session: Session, tenant: Tenant, form: GiftForm, chosen: Chosen, passed: Passed, row: Campaign | None
) -> Gift:
    key = row.id if row else None
    return await service.begin(session, form, chosen, ticket=passed.key, campaign=key, spoken=spoken(tenant))


async def _wait(
    request: Request,
    session: Session,
    tenant: Tenant,
    form: GiftForm,
    chosen: Chosen,
    ticket: str,
    row: Campaign | None,
) -> Response:
    """The slower way for browsers without scripts: what was chosen, to be looked at once more."""
    context: dict[str, Any] = shell(tenant, await profile(session)) | {
        "form": form,
        "total": chosen.money + chosen.added,
        "ticket": ticket,
        "campaign": row.slug if row else "",
    }
    return render(request, "giving/wait.html", context, headers=headers())


async def order_of(session: Session, tenant: Tenant, gift: Gift) -> CheckoutOrder:
    """What the processor is told about a gift."""
    base = f"{settings().base_url}/h/{tenant.slug}/give"
    words, token = await service.words_of(session, gift), await service.link_of(session, gift.id)
    campaign: UUID | None = gift.campaign
    row = await session.get(Campaign, (gift.tenant_id, campaign)) if campaign else None
    away = f"{base}/{row.slug}" if row else base
    rhythm = "monthly" if gift.monthly else "reminded" if gift.reminded else "once"
    return CheckoutOrder(
        gift=gift.id,
        money=Money(gift.total_minor, gift.currency),
        label=_("Gift: %(purpose)s", purpose=await purpose_of(session, gift, tenant)),
        language=gift.language,
        back=f"{base}/thanks/{token}",
        away=f"{away}?left=1&amount={gift.amount_minor}{f'&rhythm={rhythm}' if rhythm != 'once' else ''}",
        email=words.email or None,
        campaign=campaign,
        monthly=gift.monthly,
        added=Money(gift.cover_minor, gift.currency),
    )
