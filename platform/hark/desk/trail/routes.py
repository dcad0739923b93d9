"""The page of the audit trail."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from hark.desk.keyset import older_page, read_key
from hark.desk.trail.service import told, trail, where
from infra.web import render
from tenants.members.access import LEADS, Staff, staff
from tenants.members.names import names

router = APIRouter(prefix="/o/{slug}/audit")
Inspects = Annotated[Staff, staff(*LEADS, "auditor")]


@router.get("")
async def index(
    request: Request,
    staff: Inspects,
    member: Annotated[str, Query(max_length=40)] = "",
    before: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Who saw and changed what, newest first; `member` keeps one person's acts."""
    people = await names(staff.session)
    one = next((key for key in people if str(key) == member), None)
    entries, older = await trail(staff.session, member=one, before=read_key(before))
    places = await where(staff.session, staff.tenant.slug, entries)
    base = f"/o/{staff.tenant.slug}/audit"
    context = {
        "rows": [told(entry, people) | {"place": places.get(entry.id)} for entry in entries],
        "people": [(str(key), name) for key, name in people.items()],
        "member": str(one) if isinstance(one, UUID) else "",
        "older": older_page(base, older, member=member),
        "newest": base if before else "",
    }
    return render(request, "desk/audit.html", context)
