"""The pages of signing up: the form, the code, and the hotline being opened."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from infra.database import Session
from infra.errors import HarkError, Invalid, NotFound, TooMany
from infra.settings import settings
from infra.web import gettext, language, limit, render, see_other
from infra.web.limits import address_of as network_address
from infra.web.sessions import open_session, read_session
from provisioning.kits.catalogue import kits
from provisioning.signup import service
from provisioning.signup.codes import TRIES, Verdict
from provisioning.signup.form import SignUp, check, read
from provisioning.signup.models import Application
from provisioning.signup.places import countries, likely_country, main_zone, zones
from provisioning.steps.run import finished, shown, taken_back
from tenants.directory.models import Tenant
from tenants.directory.service import numbers_of
from tenants.members.access import Visitor
from tenants.members.models import Account
from tenants.members.passwords import RULE
from tenants.texts import LANGUAGES as HOTLINE_LANGUAGES
from tenants.texts import language_name, say

router = APIRouter()
COOKIE = "applicant"
FIELDS = ("organisation", "name", "kind", "country", "zone", "languages", "person", "email", "password")
"""In the order of the page."""


async def _account(request: Request, session: Session) -> Account | None:
    who = await read_session(request)
    return await session.get(Account, who.account) if who else None


async def _own(request: Request, session: Session, key: UUID, *, lock: bool = False) -> Application:
    """The application, for the browser that sent it or the account that came of it. Raises NotFound for all others."""
    row = await service.application(session, key, lock=lock)
    who = await read_session(request)
    if not service.belongs_to(row, request.cookies.get(COOKIE), who.account if who else None):
        raise NotFound
    return row


def _form_page(
    request: Request, form: SignUp, account: Account | None, wrong: dict[str, str], status: int = 200
) -> Response:
    spoken = language()
    context = {
        "form": form,
        "account": account,
        "wrong": {name: gettext(wrong[name]) for name in FIELDS if name in wrong},
        "kits": [(kit.key, kit.icon, say(kit.name, spoken), say(kit.description, spoken)) for kit in kits().values()],
        "countries": countries(spoken),
        "zones": zones(spoken, form.country),
        "hotline_languages": {tag: language_name(tag) for tag in HOTLINE_LANGUAGES},
        "rule": gettext(RULE),
    }
    return render(request, "signup/form.html", context, status=status)


@router.get("/sign-up")
async def form_page(request: Request, session: Visitor) -> Response:
    """The form; somebody who is signed in is asked for neither address nor password."""
    country = likely_country(request.headers.get("accept-language", ""))
    form = SignUp(country=country, zone=main_zone(country), languages=[language()])
    return _form_page(request, form, await _account(request, session), {})


@router.get("/sign-up/zone")
async def zone_field(request: Request, country: str = "") -> Response:
    """The time zones of a country that was just chosen."""
    context = {"zones": zones(language(), country), "zone": main_zone(country)}
    return render(request, "signup/zone.html", context)


@router.post("/sign-up")
async def send_form(
    request: Request,
    session: Visitor,
    languages: Annotated[list[str], Form(default_factory=list)],
    password: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Take the form. Whether the address is known can't be told from the answer."""
    account = await _account(request, session)
    form = read(await request.form(), languages)
    if wrong := check(form, None if account else password):
        return _form_page(request, form, account, wrong, 422)
    try:
        await limit("sign-up", network_address(request), "20/hour")
        if account is not None:
            row = await service.apply_as(session, account, form)
            return see_other(f"/sign-up/{row.id}/opening")
        row, secret = await service.apply(session, form, password)
    except TooMany as error:
        await session.rollback()
        return _form_page(request, form, account, {"organisation": str(error)}, error.status)
    response = see_other(f"/sign-up/{row.id}/code")
    response.set_cookie(
        COOKIE,
        secret,
        max_age=24 * 3600,
        httponly=True,
        samesite="lax",
        secure=settings().base_url.startswith("https:"),
        path=f"/sign-up/{row.id}",
    )
    return response


def _code_page(
    request: Request, row: Application, *, wrong: dict[str, str] | None = None, sent: bool = False, status: int = 200
) -> Response:
    context: dict[str, Any] = {
        "application": row,
        "address": service.address_of(row),
        "wrong": wrong or {},
        "sent": sent,
        "local_mail": settings().mail == "local",
    }
    return render(request, "signup/code.html", context, status=status)


@router.get("/sign-up/{application}/code")
async def code_page(request: Request, session: Visitor, application: UUID, sent: bool = False) -> Response:
    """Where the code is typed."""
    row = await _own(request, session, application)
    if row.verified_at:
        return see_other(f"/sign-up/{row.id}/opening")
    return _code_page(request, row, sent=sent)


@router.post("/sign-up/{application}/code")
async def type_code(
    request: Request, session: Visitor, application: UUID, code: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    """Try the code. The right one signs the applicant in and begins to open the hotline."""
    await limit("code-address", network_address(request), "60/hour")
    row = await _own(request, session, application, lock=True)
    if row.verified_at:
        return see_other(f"/sign-up/{row.id}/opening")
    verdict = await service.verify(session, row, code)
    if verdict is Verdict.RIGHT and row.account:
        response = see_other(f"/sign-up/{row.id}/opening")
        await open_session(response, row.account)
        return response
    left = TRIES - row.code_tries
    words = {
        Verdict.WRONG: gettext("This isn't the code that we sent. Tries left: %(left)s.", left=left),
        Verdict.TIRED: gettext("That was one try too many, so this code is no longer good. Ask for a new one below."),
        Verdict.OLD: gettext("This code is no longer good. Ask for a new one below."),
    }
    return _code_page(request, row, wrong={"code": words[verdict]}, status=422)


@router.post("/sign-up/{application}/resend")
async def resend(
    request: Request, session: Visitor, application: UUID, email: Annotated[str, Form(max_length=320)] = ""
) -> Response:
    """Send a new code, to a corrected address where there is one."""
    row = await _own(request, session, application, lock=True)
    if row.verified_at:
        return see_other(f"/sign-up/{row.id}/opening")
    try:
        await service.correct_address(session, row, email or service.address_of(row))
    except (Invalid, TooMany) as error:
        return await _not_sent(request, session, application, error)
    return see_other(f"/sign-up/{row.id}/code?sent=1")


async def _not_sent(request: Request, session: Session, application: UUID, error: HarkError) -> Response:
    await session.rollback()
    row = await service.application(session, application)
    said = gettext(error.message, **error.params) if error.params else gettext(error.message)
    return _code_page(request, row, wrong={"email": said}, status=error.status)


async def _progress(request: Request, session: Session, row: Application) -> dict[str, Any]:
    rows = await service.opening(session, row)
    done, failed = finished(rows), taken_back(rows)
    tenant = await session.get(Tenant, row.tenant) if done else None
    return {
        "application": row,
        "steps": [
            {
                "title": gettext(step.title),
                "state": step.state,
                "detail": gettext("It didn't work at once; trying again.") if step.again else "",
            }
            for step in shown(rows)
        ],
        "done": done,
        "failed": failed,
        "opened": tenant,
        "numbers": await numbers_of(session, tenant.id) if tenant else [],
        "automatic": settings().auto_approve,
    }


@router.get("/sign-up/{application}/opening")
async def opening(request: Request, session: Visitor, application: UUID) -> Response:
    """The hotline being opened, step by step."""
    row = await _own(request, session, application)
    if not row.verified_at:
        return see_other(f"/sign-up/{row.id}/code")
    return render(request, "signup/opening.html", await _progress(request, session, row))


@router.get("/sign-up/{application}/opening/steps")
async def opening_steps(request: Request, session: Visitor, application: UUID) -> Response:
    """The part of that page which changes."""
    row = await _own(request, session, application)
    return render(request, "signup/steps.html", await _progress(request, session, row))


@router.post("/sign-up/{application}/again")
async def again(request: Request, session: Visitor, application: UUID) -> Response:
    """Try once more after a failure."""
    await limit("sign-up-again", str(application), "10/hour")
    row = await _own(request, session, application, lock=True)
    await service.begin_again(session, row)
    return see_other(f"/sign-up/{row.id}/opening")
