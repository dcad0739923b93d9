"""The pages of callers: who is blocked, who has a plan, one caller, and what stands beside a live call."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from hark.callers import service
from hark.switchboard.models import CallerRow
from infra.clock import now
from infra.errors import Invalid
from infra.web import gettext, render, see_other
from infra.web.pages import soon
from tenants.members.access import SUPERVISES, Answers, Staff, Supervises
from tenants.members.names import names
from tenants.problems import _

router = APIRouter(prefix="/o/{slug}/callers")
FOR = {"1h": _("an hour"), "1d": _("a day"), "7d": _("a week"), "30d": _("thirty days")}


@router.get("")
async def index(request: Request, staff: Supervises) -> Response:
    """Who is blocked and why, who has a plan, who calls a lot."""
    people = await names(staff.session)
    context = {
        "soon": partial(soon, zone=staff.tenant.zone),
        "blocked": [await _told(staff, row, people) for row in await service.blocked(staff.session)],
        "planned": [await _told(staff, row, people) for row in await service.planned(staff.session)],
        "often": await service.often(staff.session),
        "days": service.OFTEN_DAYS,
    }
    return render(request, "callers/index.html", context)


async def _told(staff: Staff, row: CallerRow, people: dict[UUID, str]) -> dict[str, Any]:
    """A caller in words, for those who may read them."""
    turned_away = row.blocked_until is not None and row.blocked_until > now()
    return {
        "id": row.id,
        "known": row.first_at,
        "blocked_until": row.blocked_until if turned_away else None,
        "blocked_at": row.blocked_at,
        "blocked_by": people.get(row.blocked_by, "") if row.blocked_by else "",
        "reason": await service.opened(staff.session, row.sealed_reason),
        "plan": await service.opened(staff.session, row.sealed_plan),
        "planned_at": row.planned_at,
        "planned_by": people.get(row.planned_by, "") if row.planned_by else "",
    }


@router.get("/for-call/{call_id}")
async def beside_call(request: Request, staff: Answers, call_id: UUID) -> Response:
    """What whoever takes the call should know of its caller: a fragment, empty where there is nothing to know."""
    row = await service.of_call(staff, call_id)
    told = await _told(staff, row, await names(staff.session)) if row else None
    context = {"known": told, "may_change": staff.may(*SUPERVISES)}
    return render(request, "callers/beside.html", context)


@router.get("/{key}")
async def page(request: Request, staff: Supervises, key: UUID) -> Response:
    """One caller: calls, plan, block. Never a number or an address."""
    return await _page(request, staff, key)


async def _page(
    request: Request, staff: Staff, key: UUID, error: Invalid | None = None, typed: dict[str, str] | None = None
) -> Response:
    row = await service.caller(staff.session, key)
    context = {
        "soon": partial(soon, zone=staff.tenant.zone),
        "known": await _told(staff, row, await names(staff.session)),
        "calls": await service.calls_of(staff.session, key),
        "spans": [(span, gettext(words)) for span, words in FOR.items()],
        "errors": {error.field or "plan": gettext(error.message)} if error else {},
        "typed": typed or {},
    }
    return render(request, "callers/caller.html", context, status=error.status if error else 200)


@router.post("/{key}/plan")
async def plan(
    request: Request, staff: Supervises, key: UUID, plan: Annotated[str, Form(max_length=20_000)] = ""
) -> Response:
    """Keep the plan, or take it away."""
    try:
        await service.plan(staff, key, plan)
    except Invalid as error:
        return await _page(request, staff, key, error, {"plan": plan})
    return see_other(f"/o/{staff.tenant.slug}/callers/{key}")


@router.post("/{key}/block")
async def block(
    request: Request,
    staff: Supervises,
    key: UUID,
    span: Annotated[str, Form(max_length=10)] = "",
    reason: Annotated[str, Form(max_length=20_000)] = "",
) -> Response:
    """Turn the caller away for a time."""
    try:
        await service.block(staff, key, span, reason)
    except Invalid as error:
        return await _page(request, staff, key, error, {"span": span, "reason": reason})
    return see_other(f"/o/{staff.tenant.slug}/callers/{key}")


@router.post("/{key}/unblock")
async def unblock(staff: Supervises, key: UUID) -> Response:
    """Let the caller through again."""
    await service.unblock(staff, key)
    return see_other(f"/o/{staff.tenant.slug}/callers")
