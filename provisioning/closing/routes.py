"""Closing a hotline: the export first, then the name typed to confirm, then each step as it happens."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from slugify import slugify

from infra.database import Session
from infra.errors import HarkError
from infra.web import gettext, limit, render, see_other
from infra.web.sessions import SignedIn
from provisioning.closing import exports, service
from provisioning.steps.run import finished, shown, steps_of, taken_back
from tenants.audit import record
from tenants.directory.service import numbers_of
from tenants.members.access import Staff, Visitor, signed_in, staff

router = APIRouter()
Owner = Annotated[Staff, staff("owner")]


async def _page(request: Request, owner: Owner, wrong: dict[str, str], status: int = 200) -> Response:
    context = {
        "export": await exports.latest_export(owner.session, owner.tenant.id, owner.account),
        "numbers": await numbers_of(owner.session, owner.tenant.id),
        "wrong": wrong,
    }
    return render(request, "closing/close.html", context, status=status)


@router.get("/o/{slug}/settings/close")
async def close_page(request: Request, owner: Owner) -> Response:
    """What closing means, the export, and the confirmation."""
    return await _page(request, owner, {})


@router.get("/o/{slug}/settings/close/export")
async def export_state(request: Request, owner: Owner) -> Response:
    """The part of that page which says how the export stands."""
    export = await exports.latest_export(owner.session, owner.tenant.id, owner.account)
    return render(request, "closing/export.html", {"export": export})


@router.post("/o/{slug}/settings/close/export")
async def ask_export(owner: Owner) -> Response:
    """Begin to build an export."""
    await limit("export", str(owner.tenant.id), "6/hour")
    await exports.ask_export(owner.session, owner.tenant, owner.account)
    record(owner.session, "hotline.export", member=owner.member.id)
    return see_other(f"/o/{owner.tenant.slug}/settings/close")


@router.post("/o/{slug}/settings/close")
async def close(request: Request, owner: Owner, name: Annotated[str, Form(max_length=200)] = "") -> Response:
    """Close the hotline, once its name was typed."""
    try:
        await service.close(owner.session, owner.tenant, owner.account, name)
    except HarkError as error:
        return await _page(request, owner, {error.field or "name": gettext(error.message)}, error.status)
    return see_other(f"/closing/{owner.tenant.id}")


async def _progress(request: Request, session: Session, tenant: UUID) -> dict[str, Any]:
    who: SignedIn = await signed_in(request)
    export = await service.closing_of(session, tenant, who.account)
    rows = await steps_of(session, "close", tenant)
    return {
        "export": export,
        "key": tenant,
        "done": finished(rows),
        "failed": taken_back(rows),
        "steps": [
            {
                "title": gettext(step.title),
                "state": step.state,
                "detail": gettext("It didn't work at once; trying again.") if step.again else "",
            }
            for step in shown(rows)
        ],
    }


@router.get("/closing/{tenant}")
async def closing(request: Request, session: Visitor, tenant: UUID) -> Response:
    """A hotline being closed, for the person who closes it: its own pages are gone by now."""
    return render(request, "closing/closing.html", await _progress(request, session, tenant))


@router.get("/closing/{tenant}/steps")
async def closing_steps(request: Request, session: Visitor, tenant: UUID) -> Response:
    """The part of that page which changes."""
    return render(request, "closing/steps.html", await _progress(request, session, tenant))


@router.get("/exports/{export}")
async def fetch(request: Request, session: Visitor, export: UUID) -> Response:
    """The export itself, for the person who asked for it."""
    who = await signed_in(request)
    row = await exports.export_of(session, export, who.account)
    name = f"{slugify(row.hotline) or 'hotline'}-{row.asked_at:%Y-%m-%d}.zip"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(await exports.fetch(session, row), headers=headers, media_type="application/zip")
