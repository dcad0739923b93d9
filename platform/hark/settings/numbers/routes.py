"""The list of a hotline's numbers, and each number's own page."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hark.settings.numbers import finding, moving, trunks
from hark.settings.numbers.view import common, line_names, way_options, ways_beside
from infra.carriers.numbers import numbers_side
from infra.errors import HarkError, NotFound
from infra.web import gettext, language, limit, render, see_other
from provisioning.numbers.claiming import ask_trial
from provisioning.numbers.failover import owe_look
from provisioning.numbers.releasing import release_one, resting, take_back
from provisioning.signup.places import countries
from tenants.allowance.service import allowance, used
from tenants.directory.models import Number
from tenants.directory.service import all_numbers_of, number_of
from tenants.lines.numbers import NumberSettings, keep_settings, settings_of
from tenants.members.access import Leads, Staff
from tenants.texts import language_name
from tenants.trunks.service import trunks as all_trunks

router = APIRouter()
BASE = "/o/{slug}/settings/numbers"


@router.get(BASE)
async def index(request: Request, staff: Leads, done: str = "") -> Response:
    """Every number, how it stands, and what can be done."""
    session, tenant = staff.session, staff.tenant.id
    limits = await allowance(session)
    named = countries(language())
    context = {
        "numbers": await all_numbers_of(session, tenant),
        "resting": await resting(session, tenant),
        "lines": await line_names(session),
        "trunks": await all_trunks(session),
        "limits": limits,
        "abroad": [named.get(code, code) for code in limits.countries],
        "used": await used(session),
        "done": done,
    }
    return render(request, "settings/numbers/index.html", common() | context)


async def _page(
    request: Request, staff: Staff, row: Number, form: NumberSettings, wrong: dict[str, str], **more: Any
) -> Response:
    side = numbers_side(row.carrier)
    context = {
        "number": row,
        "form": form,
        "wrong": wrong,
        "lines": await line_names(staff.session),
        "tongues": {tag: language_name(tag) for tag in staff.tenant.languages},
        "ways": ways_beside(row) if side and side.offers.point else [],
        "trunks": {str(each.id): each for each in await all_trunks(staff.session)},
        "said": "",
        "way_options": way_options,
        **more,
    }
    return render(request, "settings/numbers/number.html", common() | context, status=422 if wrong else 200)


@router.get(f"{BASE}/{{key}}")
async def number_page(request: Request, staff: Leads, key: UUID, said: str = "") -> Response:
    """One number: where it leads, what it greets in, how to give it up."""
    row = await number_of(staff.session, staff.tenant.id, key)
    return await _page(request, staff, row, settings_of(row), {}, said=said)


@router.post(f"{BASE}/{{key}}")
async def save(request: Request, staff: Leads, key: UUID) -> Response:
    """Keep a number's settings; they hold from the next call on."""
    row = await number_of(staff.session, staff.tenant.id, key)
    sent = await request.form()
    second = str(sent.get("second") or "")
    wanted = NumberSettings(
        line=_id(str(sent.get("line") or "")),
        label=str(sent.get("label") or "").strip(),
        language=str(sent.get("language") or ""),
        listed=bool(sent.get("listed")),
        shown=bool(sent.get("shown")),
        second=second if second in {f"{way.carrier}/{way.node}" for way in ways_beside(row)} else "",
    )
    try:
        changed = await keep_settings(staff.session, staff.tenant, key, wanted, member=staff.member.id)
    except NotFound:
        raise
    except HarkError as error:
        return await _page(request, staff, row, wanted, {error.field or "line": gettext(error.message)})
    if "second" in changed:
        await owe_look(staff.session, key)
    return see_other(f"/o/{staff.tenant.slug}/settings/numbers/{key}?said=saved")


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@router.post(f"{BASE}/{{key}}/trial")
async def trial(staff: Leads, key: UUID) -> Response:
    """Call the number once more from outside."""
    row = await number_of(staff.session, staff.tenant.id, key)
    await limit("number-trial", str(staff.tenant.id), "10/hour")
    can = row.status == "held" and not row.simulated and await ask_trial(staff.session, key)
    said = "calling" if can else "unable"
    return see_other(f"/o/{staff.tenant.slug}/settings/numbers/{key}?said={said}")


@router.post(f"{BASE}/{{key}}/release")
async def release(request: Request, staff: Leads, key: UUID) -> Response:
    """Give a number up. Its last four digits are typed to confirm, so nobody gives up the wrong one."""
    row = await number_of(staff.session, staff.tenant.id, key)
    typed = str((await request.form()).get("digits") or "").strip()
    if typed != row.e164[-4:]:
        wrong = {"digits": gettext("Type the last four digits of the number.")}
        return await _page(request, staff, row, settings_of(row), wrong)
    await release_one(staff.session, staff.tenant.id, key, member=staff.member.id)
    return see_other(f"/o/{staff.tenant.slug}/settings/numbers?done=released")


@router.post(f"{BASE}/{{key}}/regain")
async def regain(request: Request, staff: Leads, key: UUID) -> Response:
    """Take back a number that rests."""
    line = _id(str((await request.form()).get("line") or ""))
    if line is None:
        line = UUID(next(iter(await line_names(staff.session))))
    await take_back(staff.session, staff.tenant.id, key, line, member=staff.member.id)
    return see_other(f"/o/{staff.tenant.slug}/settings/numbers/{key}?said=back")


whole = APIRouter()
for part in (finding.router, trunks.router, moving.router, router):
    whole.include_router(part)
"""All routes about numbers; those with words in their addresses come before those with an id."""
