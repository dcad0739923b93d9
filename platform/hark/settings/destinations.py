"""The settings of numbers outside: those to which callers may be passed on."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from infra.errors import Invalid
from infra.web import gettext, render, see_other
from tenants.audit import record
from tenants.destinations import service
from tenants.members.access import Leads, Staff
from tenants.members.names import names

router = APIRouter(prefix="/o/{slug}/settings/outside")
Text = Annotated[str, Form(max_length=400)]


@router.get("")
async def index(request: Request, staff: Leads) -> Response:
    """Every number, and a form for another."""
    return await _page(request, staff, {"name": "", "number": "", "note": ""})


async def _page(request: Request, staff: Staff, typed: dict[str, str], wrong: Invalid | None = None) -> Response:
    context = {
        "rows": await service.kept(staff.session),
        "people": await names(staff.session),
        "typed": typed,
        "wrong": {wrong.field or "number": gettext(wrong.message, **wrong.params)} if wrong else {},
        "base": f"/o/{staff.tenant.slug}/settings/outside",
    }
    return render(request, "settings/outside.html", context, status=wrong.status if wrong else 200)


@router.post("")
async def add(request: Request, staff: Leads, name: Text = "", number: Text = "", note: Text = "") -> Response:
    """Keep a number, after it was looked at."""
    try:
        row = await service.add(staff.session, staff.member.id, name=name, number=number, note=note)
    except Invalid as wrong:
        return await _page(request, staff, {"name": name, "number": number, "note": note}, wrong)
    record(staff.session, "destination.add", member=staff.member.id, subject=row.id)
    return see_other(f"/o/{staff.tenant.slug}/settings/outside")


@router.post("/{key}/removal")
async def remove(staff: Leads, key: UUID) -> Response:
    """Keep it no longer: nobody is passed on to it from now on."""
    row = await service.destination_of(staff.session, key)
    await service.remove(staff.session, key)
    record(staff.session, "destination.remove", member=staff.member.id, subject=row.id)
    return see_other(f"/o/{staff.tenant.slug}/settings/outside")
