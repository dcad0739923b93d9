"""The page that anyone may see, if the hotline wants it: what came in, what it cost, how long it can go on."""

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi import Path as PathParam
from fastapi.responses import JSONResponse, Response

from billing.ledger.digest import proofs
from billing.ledger.pages.view import month_words
from billing.ledger.pages.words import account_words, kind_words, said
from billing.openness.lines import LINES
from billing.openness.opening import opened
from billing.openness.pages import view
from billing.openness.periods import laid_open
from billing.openness.settings import wanted
from infra.errors import NotFound
from infra.web import gettext, language, render
from infra.web.i18n import LANGUAGES
from tenants.members.access import AtHotline, Caller
from tenants.profile.service import profile
from tenants.texts import say

router = APIRouter()


async def _shell(at: Caller) -> dict[str, Any]:
    """What every page here is given. Raises NotFound where the hotline doesn't want them."""
    if not await wanted(at.session):
        raise NotFound
    row = await profile(at.session)
    first = at.tenant.languages[0]
    tag = language() if language() in at.tenant.languages else first
    neutral = say(row.texts.get("neutral_title", {}), tag, first) if row.defaults.get("neutral_title") else ""
    home = f"/h/{at.tenant.slug}"
    return {
        "hotline": at.tenant.name,
        "home": home,
        "base": f"{home}/open-books",
        "digests": f"{home}/books" if proofs.wanted(row) else "",
        "neutral_title": neutral,
        "exit_url": row.defaults.get("exit_url", ""),
        "languages_here": {each: LANGUAGES[each] for each in at.tenant.languages if each in LANGUAGES},
    }


@router.get("/h/{slug}/open-books")
async def page(request: Request, at: AtHotline) -> Response:
    """The figures, each leading to what it is made of."""
    shell = await _shell(at)
    found = await view.published(at.session, at.tenant.zone)
    return render(request, "openness/public/books.html", shell | {"told": view.told(found) if found else None})


@router.get("/h/{slug}/open-books.json")
async def for_programs(at: AtHotline) -> Response:
    """The same for programs."""
    await _shell(at)
    return JSONResponse(view.program(at.tenant.slug, await view.published(at.session, at.tenant.zone)))


@router.get("/h/{slug}/open-books/{month}")
async def period_page(request: Request, at: AtHotline, month: Annotated[str, PathParam(max_length=7)]) -> Response:
    """One stretch of months by its lines. Raises NotFound for one that isn't laid open."""
    shell = await _shell(at)
    found = await view.published(at.session, at.tenant.zone)
    period = next((each for each in found if f"{each.since:%Y-%m}" == month), None)
    if period is None:
        raise NotFound
    return render(request, "openness/public/period.html", shell | {"period": view.period(period)})


@router.get("/h/{slug}/open-books/{month}/{line}")
async def line_page(
    request: Request, at: AtHotline, month: Annotated[str, PathParam(max_length=7)], line: str
) -> Response:
    """What a figure is made of. Raises NotFound for one that there isn't."""
    shell = await _shell(at)
    found = await view.published(at.session, at.tenant.zone)
    laid = await laid_open(at.session)
    place = next((place for place, each in enumerate(found) if f"{each.since:%Y-%m}" == month), None)
    if place is None or line not in found[place].lines:
        raise NotFound
    period = found[place]
    parts = await opened(at.session, laid, at.tenant.zone, place, line)
    context = {
        "line": LINES[line],
        "words": gettext(LINES[line].words),
        "period": view.name_of(period),
        "sum": said(period.lines[line], period.currency),
        "parts": [
            {
                "when": month_words(each.at.astimezone(ZoneInfo(at.tenant.zone)).date()) if each.at else "",
                "what": account_words(each.account) + (f" · {kind_words(each.kind)}" if each.kind else ""),
                "amount": said(each.minor, period.currency),
            }
            for each in parts
        ],
    }
    return render(request, "openness/public/line.html", shell | context)
