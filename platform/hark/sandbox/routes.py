"""The phone on the screen: its page, and dialling."""

import re
import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, Response
from sqlmodel import select

from hark.public.access import CALL_COOKIE
from hark.public.callers import caller_with, may_try
from hark.public.page import first_line
from hark.public.routes import CALLS_PER_HOUR
from hark.sandbox.numbers import SANDBOX, Dialled, any_simulated, as_dialled, dialled, listed
from hark.switchboard import calls
from infra.database import Session, unit_of_work
from infra.errors import Conflict, NotFound
from infra.scope import tenant_scope
from infra.settings import settings
from infra.web import limit, render
from infra.web.limits import address_of
from tenants.directory.service import tenant_by_id
from tenants.lines.models import Line
from tenants.members.access import Visitor

router = APIRouter()
OWN = "telephone"
YEAR_SECONDS = 365 * 24 * 3600


def _own_number(request: Request) -> str:
    """The phone's own number, kept by the browser that it is shown in."""
    held = request.cookies.get(OWN, "")
    return held if re.fullmatch(r"\+999\d{8}", held) else f"+999{secrets.randbelow(10**8):08d}"


@router.get("/phone")
async def phone(request: Request, session: Visitor, dial: str = "") -> Response:
    """The phone, with the numbers that it can dial; `dial` is in its display already."""
    if not await any_simulated(session):
        raise NotFound
    own = _own_number(request)
    context = {"own": own, "numbers": await listed(session), "dial": as_dialled(dial)}
    response = render(request, "sandbox/phone.html", context)
    secure = settings().base_url.startswith("https:")
    response.set_cookie(OWN, own, httponly=True, samesite="lax", secure=secure, path="/phone", max_age=YEAR_SECONDS)
    return response


@router.post("/phone/calls")
async def dial(
    request: Request,
    session: Visitor,
    number: Annotated[str, Form(max_length=40)] = "",
    microphone: Annotated[str, Form()] = "yes",
    withheld: Annotated[str, Form()] = "",
) -> Response:
    """Call a number: where the call is led from now on. Raises NotFound when no hotline here has it."""
    await limit("phone", address_of(request), CALLS_PER_HOUR)
    there = await dialled(session, number)
    if there is None:
        raise NotFound("No hotline of this installation has that number.")
    with tenant_scope(there.tenant):
        async with unit_of_work() as own:
            tenant = await tenant_by_id(own, there.tenant)
            if tenant.status != "open" and not await may_try(request, own):
                raise Conflict("This hotline is not open to callers yet.")
            caller = None if withheld else await caller_with(own, _own_number(request))
            call, token = await calls.start(
                own, await _line(own, there), language=tenant.languages[0], caller=caller,
                microphone=microphone != "no", channel="phone", carrier=SANDBOX, node="", dialled=there.e164,
            )  # fmt: skip
    base = f"/h/{there.slug}/call/{call}"
    response = JSONResponse({"base": base, "name": tenant.name}, 201)
    secure = settings().base_url.startswith("https:")
    response.set_cookie(CALL_COOKIE, token, httponly=True, samesite="lax", secure=secure, path=base)
    return response


async def _line(session: Session, there: Dialled) -> Line:
    """The line that the number leads to; the hotline's first where it leads to none."""
    named = (await session.exec(select(Line).where(Line.id == there.line))).one_or_none() if there.line else None
    return named or await first_line(session)
