"""The status page of a hotline: whether its lines work, in plain words, for everybody."""

from babel.dates import format_date
from fastapi import APIRouter, Request
from fastapi.responses import Response

from hark.public.page import hotline_page
from hark.public.routes import shell
from hark.watch.history import DAYS, Day, standings
from infra.errors import NotFound
from infra.web import gettext, language, render
from infra.web.i18n import ngettext
from tenants.members.access import AtHotline

router = APIRouter()
WIDTH, GAP = 4, 1


@router.get("/h/{slug}/status")
async def status(request: Request, at: AtHotline) -> Response:
    """Each checked line: works, has trouble since, or nobody knows; and ninety days as bars. Nothing where the hotline
    has turned the page off, or no line is checked."""
    page = await hotline_page(at.session, at.tenant)
    found = await standings(at.session, at.tenant.zone) if page.defaults.get("status_page", True) else []
    if not found:
        raise NotFound
    locale = language().replace("-", "_")
    lines = [
        {
            "name": each.line.name,
            "state": each.state,
            "checked": each.checked,
            "since": each.since,
            "width": DAYS * (WIDTH + GAP),
            "bars": [
                {"x": place * (WIDTH + GAP), "state": day.state, "words": f"{format_date(day.day, 'medium', locale)}: "
                 f"{_said(day)}"}
                for place, day in enumerate(each.days)
            ],
            "bad_days": sum(day.state == "bad" for day in each.days),
            "known_days": sum(day.state != "unknown" for day in each.days),
        }
        for each in found
    ]  # fmt: skip
    return render(request, "watch/status.html", shell(page) | {"lines": lines, "days": DAYS})


def _said(day: Day) -> str:
    if day.state == "bad":
        return ngettext("%(num)s minute of trouble", "%(num)s minutes of trouble", day.minutes)
    return gettext("worked") if day.state == "good" else gettext("not checked")
