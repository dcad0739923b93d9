"""Whether the books are laid open, and what everybody sees or would see then."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from billing.openness.pages import view
from billing.openness.periods import draft, laid_open, lay_open
from billing.openness.settings import currency_of, want, wanted
from infra.settings import settings
from infra.web import render, see_other
from tenants.audit import record
from tenants.members.access import Funds

router = APIRouter(prefix="/o/{slug}/money/openness")


@router.get("")
async def page(request: Request, staff: Funds) -> Response:
    """The switch, and the page as it would be now."""
    yes = await wanted(staff.session)
    currency = await currency_of(staff.session, staff.tenant)
    laid = await laid_open(staff.session) if yes else await draft(staff.session, staff.tenant.zone, currency)
    found = await view.drafted(staff.session, laid, staff.tenant.zone)
    path = f"/h/{staff.tenant.slug}/open-books"
    context = {
        "wanted": yes,
        "told": view.told(found) if found else None,
        "base": "",
        "path": path,
        "address": f"{settings().base_url}{path}",
    }
    return render(request, "openness/settings.html", context)


@router.post("")
async def save(staff: Funds, published: Annotated[str, Form(max_length=3)] = "") -> Response:
    """Lay the books open to everybody, or take the page away."""
    yes = published == "yes"
    await want(staff.session, yes)
    if yes:
        await lay_open(staff.session, staff.tenant.zone, await currency_of(staff.session, staff.tenant))
    record(staff.session, "openness.show" if yes else "openness.hide", member=staff.member.id)
    return see_other(f"/o/{staff.tenant.slug}/money/openness")
