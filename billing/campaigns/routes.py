"""The editor of campaigns, for those who look after gifts."""

from functools import partial
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, UploadFile
from fastapi.responses import Response

from billing.campaigns import service
from billing.campaigns.models import Campaign
from billing.campaigns.pictures import LARGEST, add_picture, pictures_of, remove_picture
from billing.campaigns.thermometer import thermometer
from billing.giving.desk.kept import plain
from billing.giving.settings import giving_of
from billing.money import shown
from infra.errors import Invalid
from infra.settings import settings
from infra.web import gettext, language, limit, render, see_other
from tenants.audit import record
from tenants.extras import need
from tenants.members.access import Funds, Staff
from tenants.texts import language_name, say

router = APIRouter()
ROOT = "/o/{slug}/money/giving/campaigns"


def _home(staff: Staff, row: Campaign) -> str:
    return f"/o/{staff.tenant.slug}/money/giving/campaigns/{row.id}"


def _shown(row: Campaign | None, languages: list[str]) -> service.CampaignForm:
    """The form as things stand; blank for a new one."""
    if row is None:
        empty = dict.fromkeys(languages, "")
        return service.CampaignForm("draft", dict(empty), dict(empty), dict(empty), "", "")
    return service.CampaignForm(
        state=row.state,
        title={tag: row.title.get(tag, "") for tag in languages},
        brief={tag: row.brief.get(tag, "") for tag in languages},
        story={tag: row.story.get(tag, "") for tag in languages},
        goal=plain(row.goal_minor, row.currency) if row.goal_minor else "",
        ends_on=row.ends_on.isoformat() if row.ends_on else "",
    )


async def _page(
    request: Request,
    staff: Staff,
    row: Campaign | None,
    form: service.CampaignForm,
    wrong: dict[str, str] | None = None,
    *,
    saved: bool = False,
) -> Response:
    currency = row.currency if row else (await giving_of(staff.session, staff.tenant)).settings.currency
    context: dict[str, Any] = {
        "row": row,
        "form": form,
        "wrong": wrong or {},
        "saved": saved,
        "currency": currency,
        "tags": {tag: language_name(tag) for tag in staff.tenant.languages},
        "shown": partial(shown, language=language()),
        "meter": await thermometer(staff.session, row) if row else None,
        "pictures": await pictures_of(staff.session, row.id) if row else [],
        "updates": [(each, say(each.words, language())) for each in await service.updates_of(staff.session, row.id)]
        if row
        else [],
        "say": partial(say, language=language()),
        "address": f"{settings().base_url}/h/{staff.tenant.slug}/give/{row.slug}" if row else "",
        "site": settings().base_url,
    }
    return render(request, "campaigns/campaign.html", context, status=422 if wrong else 200)


@router.get(ROOT + "/new")
async def new_page(request: Request, staff: Funds) -> Response:
    """A blank one."""
    await need(staff.session, "campaigns")
    return await _page(request, staff, None, _shown(None, staff.tenant.languages))


@router.post(ROOT)
async def make(request: Request, staff: Funds) -> Response:
    """Make a campaign."""
    await need(staff.session, "campaigns")
    form = service.read(await request.form(), staff.tenant.languages)
    currency = (await giving_of(staff.session, staff.tenant)).settings.currency
    checked, wrong = service.check(form, currency)
    if checked is None:
        return await _page(request, staff, None, form, wrong)
    row = await service.write(staff.session, form, checked, currency)
    record(staff.session, "campaign.make", member=staff.member.id, subject=row.id)
    return see_other(_home(staff, row) + "?saved=1")


@router.get(ROOT + "/{key}")
async def edit_page(request: Request, staff: Funds, key: UUID, saved: bool = False) -> Response:
    """A campaign: its words, its pictures, its news."""
    row = await service.campaign(staff.session, key)
    return await _page(request, staff, row, _shown(row, staff.tenant.languages), saved=saved)


@router.post(ROOT + "/{key}")
async def save(request: Request, staff: Funds, key: UUID) -> Response:
    """Keep its words and its state."""
    row = await service.campaign(staff.session, key, lock=True)
    form = service.read(await request.form(), staff.tenant.languages)
    checked, wrong = service.check(form, row.currency)
    if checked is None:
        return await _page(request, staff, row, form, wrong)
    await service.write(staff.session, form, checked, row.currency, row)
    record(staff.session, "campaign.change", member=staff.member.id, subject=row.id)
    return see_other(_home(staff, row) + "?saved=1")


@router.post(ROOT + "/{key}/news")
async def tell(request: Request, staff: Funds, key: UUID) -> Response:
    """Add news for donors."""
    row, sent = await service.campaign(staff.session, key), await request.form()
    words = {tag: str(sent.get(f"words.{tag}") or "").strip()[:4000] for tag in staff.tenant.languages}
    if not any(words.values()):
        wrong = {f"words.{staff.tenant.languages[0]}": gettext("Write what is new.")}
        return await _page(request, staff, row, _shown(row, staff.tenant.languages), wrong)
    await service.tell(staff.session, row, words)
    record(staff.session, "campaign.tell", member=staff.member.id, subject=row.id)
    return see_other(_home(staff, row) + "#news")


@router.post(ROOT + "/{key}/news/{campaign_update}/removal")
async def take_back(staff: Funds, key: UUID, campaign_update: UUID) -> Response:
    """Remove news."""
    row = await service.campaign(staff.session, key)
    await service.take_back(staff.session, row, campaign_update)
    record(staff.session, "campaign.change", member=staff.member.id, subject=row.id)
    return see_other(_home(staff, row) + "#news")


@router.post(ROOT + "/{key}/pictures")
async def add(request: Request, staff: Funds, key: UUID, picture: UploadFile | None = None) -> Response:
    """Add a picture with words for those who can't see it."""
    row, sent = await service.campaign(staff.session, key), await request.form()
    await limit("campaign.picture", str(staff.tenant.id), "60/hour")
    alt = {tag: str(sent.get(f"alt.{tag}") or "").strip()[:300] for tag in staff.tenant.languages}
    form = _shown(row, staff.tenant.languages)
    if not any(alt.values()):
        said = gettext("Say what the picture shows, for whoever can't see it.")
        return await _page(request, staff, row, form, {f"alt.{staff.tenant.languages[0]}": said})
    try:
        await add_picture(staff.session, row, await picture.read(LARGEST + 1) if picture else b"", alt)
    except Invalid as error:
        return await _page(request, staff, row, form, {"picture": gettext(error.message)})
    record(staff.session, "campaign.change", member=staff.member.id, subject=row.id)
    return see_other(_home(staff, row) + "#pictures")


@router.post(ROOT + "/{key}/pictures/{campaign_picture}/removal")
async def remove(staff: Funds, key: UUID, campaign_picture: UUID) -> Response:
    """Take a picture away."""
    row = await service.campaign(staff.session, key)
    await remove_picture(staff.session, row.id, campaign_picture)
    record(staff.session, "campaign.change", member=staff.member.id, subject=row.id)
    return see_other(_home(staff, row) + "#pictures")
