"""A hotline's page and the web call: begun by a button, led by a socket, ended by either side."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, Response

from billing.giving.settings import giving_of
from hark.public.access import CALL_COOKIE, Calling
from hark.public.callers import caller_of, may_try
from hark.public.page import HotlinePage, first_line, hotline_page, profile_of, spoken
from hark.switchboard import calls
from hark.watch.history import watched
from infra.clock import now
from infra.errors import Conflict
from infra.settings import settings
from infra.web import limit, render, see_other
from infra.web.limits import address_of
from tenants.flows.engine import events as on
from tenants.members.access import AtHotline
from themes.stylesheet import Theme, stylesheet

router = APIRouter()
CALLS_PER_HOUR = "60/hour"


def _ways(page: HotlinePage, base: str) -> list[dict[str, str]]:
    """Other ways to get help than the web call: always real ones."""
    return [
        {"icon": "phone", "label": number.e164, "href": f"tel:{number.e164}"}
        for number in page.numbers
        if not number.simulated
    ] + [{"icon": "house", "label": page.tenant.name, "href": base}]


def shell(page: HotlinePage) -> dict[str, Any]:
    """What every public page of a hotline is given."""
    base = f"/h/{page.tenant.slug}"
    neutral = page.said.get("neutral_title", "") if page.defaults.get("neutral_title") else ""
    return {
        "page": page,
        "hotline": page.tenant.name,
        "home": base,
        "start": f"{base}/call",
        "neutral_title": neutral,
        "exit_url": page.defaults.get("exit_url", ""),
        "languages_here": page.languages,
        "zone": page.tenant.zone,
        "relayed": settings().relay_only,
        "ways": _ways(page, base),
    }


@router.get("/h/{slug}")
async def hotline(request: Request, at: AtHotline) -> Response:
    """The hotline's page."""
    page = await hotline_page(at.session, at.tenant)
    context = shell(page) | {"trying": await may_try(request, at.session), "reviewed": at.tenant.status == "open"}
    context["giving"] = (await giving_of(at.session, at.tenant)).mode != "off"
    context["status"] = page.defaults.get("status_page", True) and await watched(at.session)
    return render(request, "public/hotline.html", context)


@router.get("/h/{slug}/theme.css")
async def theme(at: AtHotline) -> Response:
    """The hotline's colours, for light and dark."""
    profile = await profile_of(at.session)
    css = stylesheet(Theme.model_validate(profile.theme))
    return Response(css, media_type="text/css", headers={"cache-control": "public, max-age=60"})


@router.get("/h/{slug}/call")
async def before_call(request: Request, at: AtHotline) -> Response:
    """The page on which a call is begun."""
    page = await hotline_page(at.session, at.tenant)
    return render(request, "public/call.html", shell(page) | {"call": None, "screen": None})


@router.post("/h/{slug}/call")
async def begin(request: Request, at: AtHotline, microphone: Annotated[str, Form()] = "yes") -> Response:
    """Begin a call; nobody is rung before the caller's page has connected."""
    if at.tenant.status != "open" and not await may_try(request, at.session):
        raise Conflict("This hotline is not open to callers yet.")
    await limit(f"call:{at.tenant.id}", address_of(request), CALLS_PER_HOUR)
    line = await first_line(at.session)
    caller, remember = await caller_of(request, at.session)
    call, token = await calls.start(
        at.session, line, language=spoken(at.tenant), caller=caller, microphone=microphone != "no"
    )
    base = f"/h/{at.tenant.slug}/call/{call}"
    plain = "application/json" not in request.headers.get("accept", "")
    response: Response = see_other(base) if plain else JSONResponse({"base": base})
    secure = settings().base_url.startswith("https:")
    response.set_cookie(CALL_COOKIE, token, httponly=True, samesite="lax", secure=secure, path=base)
    if remember:
        age = int(timedelta(days=365).total_seconds())
        where = f"/h/{at.tenant.slug}"
        response.set_cookie("caller", remember, httponly=True, samesite="lax", secure=secure, path=where, max_age=age)
    return response


@router.get("/h/{slug}/call/{call_id}")
async def call_page(request: Request, at: AtHotline, call: Calling) -> Response:
    """The page of a call under way; reloaded, it shows where the caller stands."""
    return await call_page_with(request, at, call)


async def call_page_with(
    request: Request, at: AtHotline, call: UUID, errors: dict[str, str] | None = None, values: Any = None
) -> Response:
    """The same page, with what was wrong in a form and what was typed into it."""
    page = await hotline_page(at.session, at.tenant)
    screen = await calls.shown(at.session, call)
    context = shell(page) | {"call": {"base": f"/h/{at.tenant.slug}/call/{call}"}, "screen": screen}
    if errors:
        context |= {"errors": errors, "values": values}
    return render(request, "public/call.html", context, status=422 if errors else 200)


@router.post("/h/{slug}/call/{call_id}/bye")
async def bye(at: AtHotline, call: Calling, leaving: Annotated[str, Form()] = "no") -> Response:
    """The page is closing: a reload has a few seconds to come back, a hang-up is at once."""
    if leaving == "yes":
        await calls.seen(at.session, call, closing=True)
    else:
        await calls.handle(at.session, call, on.CallerGone(at=now()))
    return Response(status_code=204)
