"""The way in and out: an address, a letter, a button. Whether an address is a donor's is told to nobody but them."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from billing.donors import keys
from billing.donors.pages.access import headers, home, let_in, let_out, secret_of
from billing.donors.service import move
from billing.giving.models import Donor
from billing.giving.page.view import shell
from infra.errors import Conflict, Invalid
from infra.scope import current_tenant
from infra.web import gettext as _
from infra.web import limit, render, see_other
from infra.web.limits import address_of
from tenants.members.access import AtHotline, Caller
from tenants.members.service import normal_email
from tenants.profile.service import profile

router = APIRouter(prefix="/h/{slug}/my-gifts")


async def _page(request: Request, at: Caller, template: str, *, status: int = 200, **context: object) -> Response:
    full = shell(at.tenant, await profile(at.session)) | {"mine": home(at.tenant.slug)} | context
    return render(request, f"donors/{template}.html", full, status=status, headers=headers())


@router.post("")
async def ask(request: Request, at: AtHotline, email: Annotated[str, Form(max_length=320)] = "") -> Response:
    """Ask for the letter. The answer is the same for every address that can be one."""
    await limit("donors.address", address_of(request), "20/hour")
    try:
        address = normal_email(email)
    except Invalid as wrong:
        said = {"email": _(wrong.message)}
        return await _page(request, at, "ask", status=422, email=email, wrong=said, closed=False)
    await limit("donors.email", f"{at.tenant.id}:{address}", "5/hour")
    await keys.wish(at.session, address)
    return see_other(f"{home(at.tenant.slug)}/asked")


@router.get("/asked")
async def asked(request: Request, at: AtHotline) -> Response:
    """What happens now."""
    return await _page(request, at, "asked")


@router.get("/enter/{donor_token}")
async def at_the_door(request: Request, at: AtHotline, donor_token: str) -> Response:
    """Where the letter leads: a button. Machines that open links in letters use nothing up."""
    there = await keys.good(at.session, "letter", donor_token)
    return await _page(request, at, "enter", good=there is not None)


@router.post("/enter/{donor_token}")
async def enter(request: Request, at: AtHotline, donor_token: str) -> Response:
    """Come in, once."""
    key = await keys.spend(at.session, "letter", donor_token)
    if key is None or key.donor is None:
        return await _page(request, at, "enter", status=410, good=False)
    answer = see_other(home(at.tenant.slug))
    let_in(answer, at.tenant, await keys.open_visit(at.session, key.donor))
    return answer


@router.post("/leave")
async def leave(request: Request, at: AtHotline) -> Response:
    """Leave; the browser's key opens nothing any more."""
    await keys.leave(at.session, secret_of(request))
    answer = see_other(home(at.tenant.slug))
    let_out(answer, at.tenant)
    return answer


@router.get("/address/{donor_token}")
async def new_address(request: Request, at: AtHotline, donor_token: str) -> Response:
    """Where the letter to a new address leads: a button."""
    there = await keys.good(at.session, "address", donor_token)
    return await _page(request, at, "address", good=there is not None, moved=False, trouble="")


@router.post("/address/{donor_token}")
async def confirm_address(request: Request, at: AtHotline, donor_token: str) -> Response:
    """Whoever reads letters there has confirmed it."""
    key = await keys.spend(at.session, "address", donor_token)
    donor = await at.session.get(Donor, (current_tenant(), key.donor)) if key else None
    if key is None or key.sealed is None or donor is None:
        return await _page(request, at, "address", status=410, good=False, moved=False, trouble="")
    try:
        await move(at.session, donor, await keys.address_in(at.session, key), visit=secret_of(request))
    except Conflict as wrong:
        return await _page(request, at, "address", status=409, good=False, moved=False, trouble=_(wrong.message))
    return await _page(request, at, "address", good=False, moved=True, trouble="")
