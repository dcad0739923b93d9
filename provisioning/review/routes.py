"""The platform's own pages (`/platform`), and the page on which an organisation shows who it is."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import Response
from sqlmodel import select

from infra.database import Session
from infra.errors import Invalid, NotFound
from infra.settings import settings
from infra.vault import open_platform
from infra.web import gettext, language, limit, render, see_other
from provisioning.kits.catalogue import kits
from provisioning.review import evidence, service
from provisioning.signup.models import Application, ApplicationFile
from provisioning.signup.places import countries
from tenants.audit import record
from tenants.directory.models import Tenant
from tenants.members.access import Leads, PlatformOperator, Staff
from tenants.texts import say

router = APIRouter()
STATES = ("waiting", "asked", "approved", "declined")


@router.get("/platform")
async def organisations(request: Request, session: PlatformOperator, state: str = "waiting") -> Response:
    """The organisations by the state of their review."""
    if state not in STATES:
        raise NotFound
    context = {
        "state": state,
        "states": STATES,
        "counts": await service.counts(session),
        "listed": await service.listed(session, state),
        "kinds": {key: say(kit.name, language()) for key, kit in kits().items()},
        "countries": countries(language()),
        "automatic": settings().auto_approve,
    }
    return render(request, "review/organisations.html", context)


async def _organisation_page(
    request: Request, session: Session, row: Application, wrong: dict[str, str], words: str = ""
) -> Response:
    kit = kits().get(row.form.get("kind", ""))
    context = {
        "application": row,
        "opened": await session.get(Tenant, row.tenant) if row.tenant else None,
        "files": await evidence.files(session, row),
        "email": open_platform(row.email_sealed).decode(),
        "kind": say(kit.name, language()) if kit else "",
        "country": countries(language()).get(row.form.get("country", ""), ""),
        "wrong": wrong,
        "words": words,
        "reviewer": row.reviewed_by,
    }
    return render(request, "review/organisation.html", context, status=422 if wrong else 200)


async def _proven(session: Session, key: UUID) -> Application:
    row = await session.get(Application, key)
    if row is None or row.verified_at is None:
        raise NotFound
    return row


@router.get("/platform/{application}")
async def organisation(request: Request, session: PlatformOperator, application: UUID) -> Response:
    """One organisation: what it wrote, what it attached, and the verdict."""
    return await _organisation_page(request, session, await _proven(session, application), {})


@router.post("/platform/{application}/verdict")
async def decide(
    request: Request,
    session: PlatformOperator,
    application: UUID,
    verdict: Annotated[str, Form()],
    words: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Approve, ask or decline."""
    row = await _proven(session, application)
    try:
        await service.decide(session, row, verdict, words.strip(), request.state.signed_in.account)
    except Invalid as error:
        return await _organisation_page(request, session, row, {error.field or "words": gettext(error.message)}, words)
    return see_other(f"/platform/{row.id}")


@router.get("/platform/{application}/files/{file}")
async def download(session: PlatformOperator, application: UUID, file: UUID) -> Response:
    """One attached file, never shown inside our pages."""
    found = select(ApplicationFile).where(ApplicationFile.id == file, ApplicationFile.application == application)
    row = (await session.exec(found)).one_or_none()
    if row is None:
        raise NotFound
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(row.name)}",
        "content-security-policy": "sandbox; default-src 'none'",
    }
    return Response(await evidence.contents(row), headers=headers, media_type=row.media_type)


async def _review_page(request: Request, staff: Staff, wrong: str = "", words: str | None = None) -> Response:
    row = await service.application_of(staff.session, staff.tenant.id)
    context: dict[str, Any] = {
        "application": row,
        "files": await evidence.files(staff.session, row),
        "automatic": row.review == "approved" and row.reviewed_by is None,
        "wrong": wrong,
        "words": (row.answer or "") if words is None else words,
    }
    return render(request, "review/own.html", context, status=422 if wrong else 200)


@router.get("/o/{slug}/review")
async def review_page(request: Request, staff: Leads) -> Response:
    """How the organisation's review stands, and what it has attached."""
    return await _review_page(request, staff)


@router.post("/o/{slug}/review")
async def show_evidence(
    request: Request,
    staff: Leads,
    file: UploadFile | None = None,
    words: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Attach a file, answer a question."""
    await limit("evidence", str(staff.tenant.id), "60/hour")
    row = await service.application_of(staff.session, staff.tenant.id)
    try:
        if file is not None and file.filename:
            await evidence.attach(staff.session, row, file.filename, await file.read(evidence.LARGEST + 1))
            record(staff.session, "review.attach", member=staff.member.id)
    except Invalid as error:
        return await _review_page(request, staff, gettext(error.message), words)
    await service.answer(staff.session, row, words.strip())
    return see_other(f"/o/{staff.tenant.slug}/review")
