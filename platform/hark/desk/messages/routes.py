"""The pages of voice messages and call-backs."""

import re
from datetime import timedelta
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from sqlmodel import col, select

from hark.desk.messages import callbacks, notifying, service, view
from hark.desk.messages.service import Kind
from hark.desk.soon import soon
from hark.switchboard.left import sound
from hark.switchboard.models import Voicemail
from infra.clock import now
from infra.errors import Conflict, HarkError, Invalid, NotFound
from infra.web import gettext, render, see_other
from tenants.audit import AuditEntry, record
from tenants.members.access import Answers, Staff

router = APIRouter(prefix="/o/{slug}")
RANGE = re.compile(r"bytes=(\d*)-(\d*)")
ONE_HEARING = timedelta(minutes=10)
"""So long a player that asks for one part after another is one listener listening once."""


@router.get("/voicemails")
async def voicemails(request: Request, staff: Answers, view: str = "") -> Response:
    """Voice messages that wait, or with `view=done` the last ones done."""
    return await _page(request, staff, "voicemail", done=view == "done")


@router.get("/callbacks")
async def callback_list(request: Request, staff: Answers, view: str = "") -> Response:
    """Call-backs that wait, or with `view=done` the last ones done."""
    return await _page(request, staff, "callback", done=view == "done")


async def _page(
    request: Request,
    staff: Staff,
    kind: Kind,
    *,
    done: bool = False,
    told: HarkError | None = None,
    shown: dict[UUID, dict[str, str]] | None = None,
) -> Response:
    base = f"/o/{staff.tenant.slug}/{kind}s"
    wish = await notifying.wish_of(staff.session, staff.member.id)
    context = {
        "soon": partial(soon, zone=staff.tenant.zone),
        "rows": await view.rows(staff, kind, done=done, shown=shown or {}),
        "kind": kind,
        "done": done,
        "base": base,
        "tabs": [(base, gettext("Waiting"), not done), (f"{base}?view=done", gettext("Done"), done)],
        "told": gettext(told.message) if told else "",
        "wishes_mail": wish.voicemails if kind == "voicemail" else wish.callbacks,
    }
    return render(request, f"desk/messages/{kind}s.html", context, status=told.status if told else 200)


@router.get("/voicemails/{key}/sound")
async def play(request: Request, staff: Answers, key: UUID) -> Response:
    """The recording, opened for this listener; parts of it by range, so that one can go back in it. That somebody
    listens is written down, from wherever they begin."""
    row = await service.message(staff.session, "voicemail", key)
    if not isinstance(row, Voicemail):
        raise NotFound
    data = await sound(staff.session, row)
    start, end, status = byte_range(request.headers.get("range", ""), len(data))
    if start == 0 or not await _listening(staff, key):
        record(staff.session, "voicemail.play", member=staff.member.id, subject=key)
    headers = {"accept-ranges": "bytes", "content-disposition": "inline"}
    if status == 206:
        headers["content-range"] = f"bytes {start}-{end}/{len(data)}"
    return Response(data[start : end + 1], status, headers, media_type=row.media_type)


async def _listening(staff: Staff, key: UUID) -> bool:
    """Whether it is written down already that this member began to listen a moment ago."""
    found = select(AuditEntry.id).where(
        AuditEntry.subject == key,
        col(AuditEntry.at) > now() - ONE_HEARING,
        AuditEntry.action == "voicemail.play",
        AuditEntry.member == staff.member.id,
    )
    return (await staff.session.exec(found)).first() is not None


def byte_range(asked: str, size: int) -> tuple[int, int, int]:
    """First and last byte, and 206 for a part (RFC 9110, 14.2); what can't be served as asked is served whole."""
    found = RANGE.fullmatch(asked)
    if not found or asked == "bytes=-":
        return 0, size - 1, 200
    first, last = found.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    return (start, end, 206) if start <= end else (0, size - 1, 200)


async def _act(request: Request, staff: Staff, kind: Kind, key: UUID, verb: str) -> Response:
    act = {"taking": service.take, "completion": service.finish, "return": service.give_back}.get(verb)
    if act is None:
        raise NotFound
    try:
        await act(staff, kind, key)
    except Conflict as error:
        return await _page(request, staff, kind, told=error)
    return see_other(f"/o/{staff.tenant.slug}/{kind}s")


@router.post("/voicemails/{key}/{verb}")
async def act_on_voicemail(request: Request, staff: Answers, key: UUID, verb: str) -> Response:
    """Take a voice message on (`taking`), be done with it (`completion`), let it wait again (`return`)."""
    return await _act(request, staff, "voicemail", key, verb)


@router.post("/callbacks/{key}/dial")
async def dial(request: Request, staff: Answers, key: UUID) -> Response:
    """Call the caller, if one has taken the call-back on and the caller allows a call now."""
    try:
        async with staff.session.begin_nested():
            await callbacks.dial(staff, key)
    except Conflict as error:
        return await _page(request, staff, "callback", told=error)
    return see_other(f"/o/{staff.tenant.slug}/callbacks")


@router.post("/callbacks/{key}/reach")
async def reach(request: Request, staff: Answers, key: UUID) -> Response:
    """Show how to reach the caller, if one has taken the call-back on and the caller allows a call now."""
    try:
        shown = {key: await callbacks.reach(staff, key)}
    except Conflict as error:
        return await _page(request, staff, "callback", told=error)
    return await _page(request, staff, "callback", shown=shown)


@router.post("/callbacks/{key}/attempt")
async def attempt(
    request: Request, staff: Answers, key: UUID, outcome: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    """Say what came of the call that was just tried."""
    try:
        await callbacks.note(staff, key, outcome)
    except (Conflict, Invalid) as error:
        return await _page(request, staff, "callback", told=error)
    return see_other(f"/o/{staff.tenant.slug}/callbacks")


@router.post("/callbacks/{key}/{verb}")
async def act_on_callback(request: Request, staff: Answers, key: UUID, verb: str) -> Response:
    """Take a call-back on (`taking`), be done with it (`completion`), let it wait again (`return`)."""
    return await _act(request, staff, "callback", key, verb)


@router.post("/messages/wish")
async def wish(
    staff: Answers, kind: Annotated[str, Form(pattern="^(voicemail|callback)$")], mail: Annotated[str, Form()] = ""
) -> Response:
    """Whether one wants a letter when a caller leaves a message, or asks to be called."""
    await notifying.wish(staff.session, staff.member.id, kind, wanted=bool(mail))
    return see_other(f"/o/{staff.tenant.slug}/{kind}s")
