"""The console's page."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hark.console.snapshot import snapshot
from infra.web import render
from tenants.members.access import Answers

router = APIRouter()


@router.get("/o/{slug}/console")
async def console(request: Request, staff: Answers) -> Response:
    """Duty, the ringing card, the live call: drawn here once, kept true by the socket."""
    state = await snapshot(staff.session, staff.member.id)
    base = f"/o/{staff.tenant.slug}/console"
    return render(request, "console/console.html", {"base": base, "snapshot": state})
