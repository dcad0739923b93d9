"""The pages of recordings, for those who supervise."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from hark.desk.hearing import heard
from hark.desk.keyset import older_page, read_key
from hark.recordings import service
from infra.web import render, see_other
from infra.web.pages import soon
from tenants.audit import record
from tenants.lines.settings import settings_of_all
from tenants.members.access import LEADS, Leads, Supervises

router = APIRouter(prefix="/o/{slug}/recordings")


@router.get("")
async def index(request: Request, staff: Supervises, before: Annotated[str, Query(max_length=100)] = "") -> Response:
    """What was recorded, newest first, each with the day on which it goes."""
    rows, older = await service.listed(staff.session, read_key(before))
    base = f"/o/{staff.tenant.slug}/recordings"
    context = {
        "soon": partial(soon, zone=staff.tenant.zone),
        "rows": rows,
        "base": base,
        "older": older_page(base, older),
        "newest": base if before else "",
        "recorded": any(setting.record for _line, setting in await settings_of_all(staff.session)),
        "leads": staff.may(*LEADS),
    }
    return render(request, "recordings/index.html", context)


@router.get("/{key}/sound")
async def play(request: Request, staff: Supervises, key: UUID) -> Response:
    """The recording, opened for this listener; that they listened is written down."""
    row = await service.recording(staff.session, key)
    data = await service.sound(staff.session, row)
    return await heard(request, staff, "recording.play", key, data, row.media_type)


@router.post("/{key}/removal")
async def remove(staff: Leads, key: UUID) -> Response:
    """Delete a recording before its time."""
    await service.recording(staff.session, key)
    await service.forget(staff.session, key)
    record(staff.session, "recording.delete", member=staff.member.id, subject=key)
    return see_other(f"/o/{staff.tenant.slug}/recordings")
