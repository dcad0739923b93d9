"""The poster of a hotline's donation page, or of one campaign, for those who look after gifts."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response

from billing.campaigns.service import campaign_by_slug
from billing.posters.poster import poster
from infra.web import LANGUAGES, language, speaking
from tenants.extras import need
from tenants.members.access import Funds
from tenants.texts import Text, say

router = APIRouter(prefix="/o/{slug}/money/giving")


@router.get("/poster.pdf")
async def download(
    staff: Funds,
    size: Literal["a4", "a5"] = "a4",
    lang: Annotated[str, Query(max_length=20)] = "",
    campaign: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """The poster as PDF."""
    await need(staff.session, "posters")
    path = f"/h/{staff.tenant.slug}/give"
    title: Text = {}
    if campaign:
        row = await campaign_by_slug(staff.session, campaign)
        path, title = f"{path}/{row.slug}", row.title
    with speaking(lang if lang in LANGUAGES else language()):
        data = await poster(staff.session, staff.tenant, path=path, title=say(title, language()), size=size)
    headers = {"content-disposition": f'inline; filename="poster-{staff.tenant.slug}-{size}.pdf"'}
    return Response(data, headers=headers, media_type="application/pdf")
