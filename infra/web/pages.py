"""Renders pages: one Jinja environment over every slice's templates."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from babel.dates import format_datetime, format_time, format_timedelta
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from infra.clock import now
from infra.web import i18n
from infra.web.static import import_map, static

_loader = FileSystemLoader([])
environment = Environment(
    loader=_loader,
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    extensions=["jinja2.ext.i18n"],
)
environment.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]  # the extension adds it


def _locale() -> str:
    return "en_GB" if i18n.language() == "en" else i18n.language().replace("-", "_")  # days before months, 24 hours


def localtime(at: datetime | None, zone: str = "UTC", style: str = "medium") -> str:
    """A moment as people in `zone` write it."""
    return format_datetime(at.astimezone(ZoneInfo(zone)), style, locale=_locale()) if at else ""


def soon(at: datetime | None, zone: str = "UTC") -> str:
    """A moment of the next days as people say it: the hour alone if it is today, else with its day."""
    if at is None:
        return ""
    there, today = at.astimezone(ZoneInfo(zone)), now().astimezone(ZoneInfo(zone)).date()
    hour = format_time(there, "short", locale=_locale())
    if there.date() == today:
        return hour
    if there.date() - today < timedelta(days=7):
        return f"{format_datetime(there, 'EEEE', locale=_locale())} {hour}"
    return localtime(at, zone, "short")


def ago(at: datetime | None) -> str:
    """How long ago, or in how long."""
    return format_timedelta(at - now(), add_direction=True, locale=_locale()) if at else ""


def phone(number: str) -> str:
    """A number in E.164 as its country groups it; +999, which no country has, by threes."""
    try:
        parsed = phonenumbers.parse(number)
        if phonenumbers.is_possible_number(parsed):
            return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        pass
    digits = number.lstrip("+")
    return "+" + " ".join(digits[start : start + 3] for start in range(0, len(digits), 3))


environment.filters.update(localtime=localtime, soon=soon, ago=ago, phone=phone)
environment.globals.update(
    static=static, import_map=import_map, language=i18n.language, languages=i18n.LANGUAGES, now=now
)


def add_templates(folder: Path) -> None:
    """Look for templates in this folder too."""
    _loader.searchpath.append(str(folder))


def render(
    request: Request,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> HTMLResponse:
    """A page. `me`, `tenant` and `staff` are whoever the request turned out to come from, or None."""
    state = request.scope.get("state", {})
    staff = state.get("staff")
    full = {
        "request": request,
        "me": staff.member if staff else None,
        "tenant": staff.tenant if staff else state.get("tenant"),
        "staff": staff,
        "zone": staff.tenant.zone if staff else "UTC",
        **(context or {}),
    }
    return HTMLResponse(environment.get_template(template).render(full), status, headers)


def see_other(url: str) -> RedirectResponse:
    """Answer a form with the page to see next (303), so that a reload repeats nothing."""
    return RedirectResponse(url, 303)
