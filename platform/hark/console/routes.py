"""The console's page."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import select

from hark.switchboard.models import Duty
from infra.web import language, render
from tenants.members.access import Answers
from tenants.profile.models import Profile
from tenants.texts import say

router = APIRouter()


@router.get("/o/{slug}/console")
async def console(request: Request, staff: Answers) -> Response:
    """Duty, the ringing card, the live call: drawn here once, kept true by the socket."""
    status = (await staff.session.exec(select(Duty.status).where(Duty.id == staff.member.id))).one_or_none()
    texts = (await staff.session.exec(select(Profile.texts))).one_or_none() or {}
    base = f"/o/{staff.tenant.slug}"
    context = {
        "duty": status or "off",
        "socket": f"{base}/console/socket",
        "records": f"{base}/contacts/for-call/",
        "callers": f"{base}/callers/for-call/",
        "after_call": say(texts.get("after_call", {}), language(), staff.tenant.languages[0]),
    }
    return render(request, "console/console.html", context)
