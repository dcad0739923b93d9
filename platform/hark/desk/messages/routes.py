"""The pages of voice messages and call-backs."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from hark.desk.hearing import heard
from hark.desk.messages import callbacks, notifying, service, view
from hark.desk.messages.service import Kind
from hark.desk.soon import soon
from hark.switchboard.left import sound
from hark.switchboard.models import Voicemail
from infra.errors import Conflict, HarkError, Invalid, NotFound
from infra.web import gettext, render, see_other
from tenants.members.access import Answers, Staff

router = APIRouter(prefix="/o/{slug}")


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
    """The recording, opened for this listener."""
    row = await service.message(staff.session, "voicemail", key)
    if not isinstance(row, Voicemail):
        raise NotFound
    return await heard(request, staff, "voicemail.play", key, await sound(staff.session, row), row.media_type)


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
