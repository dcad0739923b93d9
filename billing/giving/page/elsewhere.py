"""What a donation page is elsewhere: a widget in another site's page, the picture behind a link, its own pictures."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from billing.campaigns import card
from billing.campaigns.models import Campaign
from billing.campaigns.pictures import picture_of, storage_key
from billing.campaigns.service import campaign_by_slug, takes_gifts
from billing.campaigns.thermometer import thermometer
from billing.giving.page.view import headers, shell, spoken
from billing.giving.settings import giving_of
from billing.matching.offer import offer
from billing.money import shown
from infra.database import Session
from infra.errors import NotFound
from infra.storage import store
from infra.web import gettext as _
from infra.web import language, limit, render
from infra.web.limits import address_of
from tenants.directory.models import Tenant
from tenants.members.access import AtHotline, Caller
from tenants.profile.service import profile
from tenants.texts import say

router = APIRouter()
WHILE = {"cache-control": "public, max-age=600"}
SOON = {"cache-control": "public, max-age=30"}
ALWAYS = {"cache-control": "public, max-age=31536000, immutable"}


async def _public(at: Caller, slug: str) -> Campaign | None:
    """The campaign of this name ("" for none). Raises NotFound where gifts can't be given, and for drafts."""
    giving = await giving_of(at.session, at.tenant)
    row = await campaign_by_slug(at.session, slug) if slug else None
    if giving.mode == "off" or (row is not None and row.state == "draft"):
        raise NotFound
    return row


@router.get("/h/{slug}/give/widget")
async def widget(request: Request, at: AtHotline, campaign: str = "") -> Response:
    """A small page for other sites to show within theirs: amounts and a button that opens the donation page."""
    row = await _public(at, campaign)
    giving = await giving_of(at.session, at.tenant)
    kept, tag = await profile(at.session), spoken(at.tenant)
    promised = await offer(at.session, at.tenant, row.id if row else None, giving.settings.currency)
    context = shell(at.tenant, kept) | {
        "offer": promised,
        "giving": giving,
        "open": giving.mode == "own" and (row is None or takes_gifts(row, at.tenant)),
        "title": say(row.title, tag, at.tenant.languages[0]) if row else at.tenant.name,
        "meter": await thermometer(at.session, row) if row else None,
        "page": f"/h/{at.tenant.slug}/give" + (f"/{row.slug}" if row else ""),
    }
    return render(request, "giving/widget.html", context, headers=headers(framed=True) | (SOON if promised else WHILE))


async def _card(request: Request, session: Session, tenant: Tenant, row: Campaign | None) -> Response:
    await limit(f"card:{tenant.id}", address_of(request), "120/hour")
    kept, tag, first = await profile(session), spoken(tenant), tenant.languages[0]
    meter = await thermometer(session, row) if row else None
    goal = meter.goal if meter else None
    open_still = row is None or takes_gifts(row, tenant)
    currency = (await giving_of(session, tenant)).settings.currency
    promised = await offer(session, tenant, row.id if row else None, currency) if open_still else None
    made = card.Card(
        language=language(),
        accent=str(kept.theme.get("brand", "#1d6b63")),
        hotline=tenant.name,
        title=say(row.title, tag, first) if row else _("Support %(hotline)s", hotline=tenant.name),
        brief=say(row.brief, tag, first) if row else say(kept.texts.get("who", {}), tag, first),
        note=promised.lasting if promised else "",
        raised=shown(meter.raised, language()) if meter and goal else "",
        goal=_("of %(goal)s", goal=shown(goal, language())) if goal else "",
        filled=meter.filled if meter else 0,
        button=_("Give"),
    )
    return Response(await card.draw(made), media_type="image/png", headers=WHILE)


@router.get("/h/{slug}/give/card.png")
async def general_card(request: Request, at: AtHotline) -> Response:
    """The picture behind a link to the donation page."""
    return await _card(request, at.session, at.tenant, await _public(at, ""))


@router.get("/h/{slug}/give/{campaign}/card.png")
async def campaign_card(request: Request, at: AtHotline, campaign: str) -> Response:
    """The picture behind a link to a campaign."""
    return await _card(request, at.session, at.tenant, await _public(at, campaign))


@router.get("/h/{slug}/give/{campaign}/pictures/{key}")
async def picture(at: AtHotline, campaign: str, key: UUID) -> Response:
    """A campaign's picture."""
    row = await picture_of(at.session, (await campaign_by_slug(at.session, campaign)).id, key)
    return Response(await store().get(storage_key(row.id)), media_type="image/webp", headers=ALWAYS)
