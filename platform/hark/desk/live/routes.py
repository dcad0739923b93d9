"""The page of live calls, and going into one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from hark.desk.live.service import live_calls
from hark.switchboard.transferring import supervising
from infra.clock import now
from infra.errors import Conflict, NotFound
from infra.web import gettext, render, see_other
from tenants.members.access import Staff, Supervises

router = APIRouter(prefix="/o/{slug}/live")


@router.get("")
async def live(request: Request, staff: Supervises) -> Response:
    """Who talks with whom just now, and who waits."""
    return await _page(request, staff)


async def _page(request: Request, staff: Staff, refused: Conflict | None = None) -> Response:
    context = {
        "calls": await live_calls(staff.session),
        "at": now(),
        "base": f"/o/{staff.tenant.slug}/live",
        "refused": gettext(refused.message, **refused.params) if refused else "",
    }
    part = "calls" if request.headers.get("hx-request") else "live"
    return render(request, f"desk/live/{part}.html", context, status=refused.status if refused else 200)


@router.post("/{call_id}/{how}")
async def enter(
    request: Request, staff: Supervises, call_id: UUID, how: str, after: Annotated[UUID | None, Form()] = None
) -> Response:
    """Listen, whisper, join, or take over from whoever the page said has the call; what follows is done in the console,
    where the sound is."""
    session, member = staff.session, staff.member.id
    try:
        async with session.begin_nested():
            if how == "take-over":
                await supervising.take_over(session, member, call_id, after or member)
            elif how in supervising.HOWS:
                await supervising.supervise(session, member, call_id, how)
            else:
                raise NotFound
    except Conflict as refused:
        return await _page(request, staff, refused)
    return see_other(f"/o/{staff.tenant.slug}/console#look-on")
