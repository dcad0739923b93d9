"""Bringing one's own: a telephone company's trunk, whether it answers, and the numbers on it."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hark.settings.numbers.view import common, line_names
from infra.carriers.options import Asked
from infra.errors import HarkError, Invalid, NotFound
from infra.settings import settings
from infra.web import gettext, language, limit, render, see_other
from provisioning.numbers.brought import bring, drop_trunk, numbers_on
from provisioning.signup.places import countries
from tenants.audit import record
from tenants.members.access import Leads, Staff
from tenants.problems import _
from tenants.trunks.form import CODECS, TrunkForm, check, read, shown
from tenants.trunks.models import Trunk
from tenants.trunks.service import keep, look, trunk_of

router = APIRouter()
BASE = "/o/{slug}/settings/numbers/trunks"
SEEN = {
    "no_such_name": _("Nothing is known under that name. See whether it is written as the company wrote it."),
    "private": _("That address lies inside a private network, where this platform doesn't look."),
    "refused": _("There is a machine, and it lets nobody in at that port. See whether port and transport are right."),
    "silent": _("Nobody answered within four seconds. The name may be wrong, or the company's door shut to us."),
}


async def _page(
    request: Request, staff: Staff, form: TrunkForm, wrong: dict[str, str], row: Trunk | None, **more: Any
) -> Response:
    context = {
        "trunk": row,
        "form": form,
        "wrong": wrong,
        "codecs": CODECS,
        "places": countries(language()),
        "lines": await line_names(staff.session),
        "numbers": await numbers_on(staff.session, staff.tenant.id, row.id) if row else [],
        "typed": "",
        "asked": None,
        "seen": {why: gettext(words) for why, words in SEEN.items()},
        "saved": False,
        "our_host": settings().base_url.split("//", 1)[1].split("/", 1)[0].split(":", 1)[0],
        **more,
    }
    return render(request, "settings/numbers/trunk.html", common() | context, status=422 if wrong else 200)


@router.get(f"{BASE}/new")
async def new(request: Request, staff: Leads) -> Response:
    """An empty form, with the hotline's country."""
    return await _page(request, staff, TrunkForm(country=staff.tenant.country), {}, None)


async def _keep(request: Request, staff: Staff, row: Trunk | None) -> Response:
    sent = await request.form()
    form = read(sent, [str(each) for each in sent.getlist("codecs")])
    wrong = check(form, has_password=row is not None and row.sealed is not None)
    if not wrong:
        try:
            kept = await keep(staff.session, form, row, member=staff.member.id)
        except Invalid as error:
            wrong = {error.field or "name": error.message}
        else:
            act = "trunk.change" if row else "trunk.add"
            record(staff.session, act, member=staff.member.id, subject=kept.id)
            return see_other(f"/o/{staff.tenant.slug}/settings/numbers/trunks/{kept.id}?saved=1")
    said = {name: gettext(words) for name, words in wrong.items()}
    return await _page(request, staff, form, said, row)


@router.post(BASE)
async def add(request: Request, staff: Leads) -> Response:
    """Keep a new trunk."""
    return await _keep(request, staff, None)


@router.get(f"{BASE}/{{key}}")
async def trunk_page(request: Request, staff: Leads, key: UUID, saved: bool = False) -> Response:
    """One trunk: how it is reached, what was last seen of it, its numbers."""
    row = await trunk_of(staff.session, key)
    return await _page(request, staff, shown(row), {}, row, saved=saved)


@router.post(f"{BASE}/{{key}}")
async def change(request: Request, staff: Leads, key: UUID) -> Response:
    """Keep what was changed."""
    return await _keep(request, staff, await trunk_of(staff.session, key))


@router.post(f"{BASE}/{{key}}/look")
async def look_at(request: Request, staff: Leads, key: UUID) -> Response:
    """Ask the company's server whether it is there."""
    row = await trunk_of(staff.session, key)
    await limit("trunk-look", str(staff.tenant.id), "30/hour")
    asked: Asked = await look(staff.session, row)
    await staff.session.refresh(row)
    return await _page(request, staff, shown(row), {}, row, asked=asked)


@router.post(f"{BASE}/{{key}}/numbers")
async def bring_number(request: Request, staff: Leads, key: UUID) -> Response:
    """Let a number on this trunk lead to a line."""
    row = await trunk_of(staff.session, key)
    sent = await request.form()
    typed = str(sent.get("number") or "").strip()[:60]
    try:
        line = UUID(str(sent.get("line") or ""))
        await bring(staff.session, staff.tenant, row.id, typed, line, member=staff.member.id)
    except NotFound:
        raise
    except ValueError:
        wrong = {"line": gettext("Choose a line.")}
    except HarkError as error:
        wrong = {error.field or "number": gettext(error.message) % error.params}
    else:
        return see_other(f"/o/{staff.tenant.slug}/settings/numbers/trunks/{key}?saved=1")
    return await _page(request, staff, shown(row), wrong, row, typed=typed)


@router.post(f"{BASE}/{{key}}/removal")
async def remove(staff: Leads, key: UUID) -> Response:
    """Remove a trunk and its numbers."""
    row = await trunk_of(staff.session, key)
    await drop_trunk(staff.session, staff.tenant.id, row, member=staff.member.id)
    return see_other(f"/o/{staff.tenant.slug}/settings/numbers?done=trunk")
