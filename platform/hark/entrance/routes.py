"""The landing page, sign-in and sign-out, and the outbox page of an install without a mail server."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from sqlmodel import col, select

from infra.errors import Invalid, NotFound
from infra.mail import Mail
from infra.settings import settings
from infra.web import gettext, limit, render, see_other
from infra.web.limits import address_of
from infra.web.sessions import close_session, open_session, read_session
from tenants.directory.service import tenant_by_host
from tenants.members.access import PlatformOperator, Visitor
from tenants.members.models import Account
from tenants.members.passwords import matches
from tenants.members.service import account_by_email, memberships, normal_email

router = APIRouter()


@router.get("/")
async def landing(request: Request, session: Visitor) -> Response:
    """What Hark is, and the way in; at a hotline's own domain, that hotline. Somebody signed in sees their hotlines."""
    here = await tenant_by_host(session, request.headers.get("host", ""))
    if here is not None:
        return see_other(f"/h/{here.slug}")
    who = await read_session(request)
    account = await session.get(Account, who.account) if who else None
    mine = await memberships(account.id) if account else []
    return render(
        request,
        "entrance/landing.html",
        {"memberships": mine, "account": account, "local_mail": settings().mail == "local"},
    )


@router.get("/sign-in")
async def sign_in_page(request: Request, next: str = "/") -> Response:
    """The sign-in form; `next` is where to go afterwards."""
    return render(request, "entrance/sign_in.html", {"next": _own(next), "email": "", "error": None})


@router.post("/sign-in")
async def sign_in(
    request: Request,
    session: Visitor,
    email: Annotated[str, Form(max_length=320)],
    password: Annotated[str, Form(max_length=1000)],
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Sign in. Wrong address and wrong password read the same and take the same time."""
    await limit("sign-in-address", address_of(request), "30/hour")
    try:
        address = normal_email(email)
    except Invalid:
        address = ""
    await limit("sign-in-email", address or address_of(request), "10/hour")
    account = await account_by_email(session, address) if address else None
    if not await matches(account.password_hash if account else None, password) or account is None:
        said = gettext("This e-mail and password don't belong together. Nothing was changed.")
        context = {"next": _own(next), "email": email, "error": said}
        return render(request, "entrance/sign_in.html", context, status=422)
    target = _own(next)
    if target == "/":
        mine = await memberships(account.id)
        target = f"/o/{mine[0].tenant.slug}" if len(mine) == 1 else "/"
    response = see_other(target)
    await open_session(response, account.id)
    return response


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """Sign this browser out."""
    response = see_other("/")
    await close_session(request, response)
    return response


@router.get("/platform/guide")
async def guide(request: Request, _session: PlatformOperator) -> Response:
    """Every component of the look on one page, for whoever builds a further one."""
    return render(request, "guide.html")


@router.get("/outbox")
async def outbox(request: Request, session: Visitor) -> Response:
    """The letters of an install without a mail server, newest first; elsewhere there is no such page."""
    if settings().mail != "local":
        raise NotFound
    found = await session.exec(select(Mail).order_by(col(Mail.at).desc()).limit(50))
    letters = [{"at": mail.at, **mail.opened()} for mail in found]
    return render(request, "entrance/outbox.html", {"letters": letters})


def _own(target: str) -> str:
    """A path on this site, whatever was asked for."""
    return target if target.startswith("/") and not target.startswith(("//", "/\\")) else "/"
