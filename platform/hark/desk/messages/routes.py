"""The pages of voice messages and call-backs."""

from functools import partial
from typing import Any
from uuid import UUID

from babel.dates import get_day_names
from fastapi import APIRouter, Request
from fastapi.responses import Response

from hark.desk.messages import service
from hark.desk.messages.service import Kind, Message
from hark.desk.soon import soon
from hark.switchboard.left import sound
from hark.switchboard.models import Call, Callback, Voicemail
from infra.clock import now
from infra.errors import Conflict, HarkError, NotFound
from infra.web import gettext, language, render, see_other
from infra.web.ranges import first_byte, part_of
from tenants.audit import record
from tenants.members.access import SUPERVISES, Answers, Staff
from tenants.members.names import names
from tenants.rosters.hours import WEEKDAYS
from tenants.texts import language_name

router = APIRouter(prefix="/o/{slug}")
Row = dict[str, Any]


@router.get("/voicemails")
async def voicemails(request: Request, staff: Answers, view: str = "") -> Response:
    """Voice messages that wait, or with `view=done` the last ones done."""
    return await _page(request, staff, "voicemail", done=view == "done")


@router.get("/callbacks")
async def callbacks(request: Request, staff: Answers, view: str = "") -> Response:
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
    people = await names(staff.session)
    base = f"/o/{staff.tenant.slug}/{kind}s"
    rows = [
        await _row(staff, row, call, people, (shown or {}).get(row.id))
        for row, call in await service.listed(staff.session, kind, done=done)
    ]
    context = {
        "soon": partial(soon, zone=staff.tenant.zone),
        "rows": rows,
        "kind": kind,
        "done": done,
        "base": base,
        "tabs": [(base, gettext("Waiting"), not done), (f"{base}?view=done", gettext("Done"), done)],
        "told": gettext(told.message) if told else "",
    }
    return render(request, f"desk/messages/{kind}s.html", context, status=told.status if told else 200)


async def _row(staff: Staff, row: Message, call: Call, people: dict[UUID, str], shown: dict[str, str] | None) -> Row:
    mine = row.owner == staff.member.id
    told: Row = {
        "id": row.id,
        "at": row.at,
        "status": row.status,
        "owner": people.get(row.owner, "") if row.owner else "",
        "mine": mine and row.status == "handling",
        "may_end": (mine or staff.may(*SUPERVISES)) and row.status == "handling",
        "may_return": (mine or staff.may(*SUPERVISES)) and row.status != "new",
        "call_id": row.call_id,
        "language": language_name(call.language),
        "simulated": call.simulated,
    }
    if isinstance(row, Voicemail):
        return told | {"seconds": row.seconds}
    now_ok, turn = service.when(row.window, staff.tenant.zone, now())
    told |= {"now_ok": now_ok, "turn": turn, "window": _window(row), "voicemail_ok": row.voicemail_ok, "shown": shown}
    return told | (await service.conditions(staff.session, row) if told["mine"] else {})


def _window(row: Callback) -> str:
    """The caller's hours in words: "Mon, Wed 14:00–16:00"."""
    words = get_day_names("abbreviated", locale=language().replace("-", "_"))
    named = row.window.get("days") or []
    days = gettext(", ").join(words[n] for n, day in enumerate(WEEKDAYS) if day in named) or gettext("any day")
    hours = f"{row.window['from']}–{row.window['until']}" if row.window.get("from") else gettext("at any time")
    return f"{days} {hours}"


@router.get("/voicemails/{key}/sound")
async def play(request: Request, staff: Answers, key: UUID) -> Response:
    """The recording, opened for this listener; parts of it by range, so that one can go back in it."""
    row = await service.message(staff.session, "voicemail", key)
    if not isinstance(row, Voicemail):
        raise NotFound
    data = await sound(staff.session, row)
    if first_byte(request, len(data)) == 0:
        record(staff.session, "voicemail.play", member=staff.member.id, subject=key)
    return part_of(request, data, row.media_type)


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


@router.post("/callbacks/{key}/reach")
async def reach(request: Request, staff: Answers, key: UUID) -> Response:
    """Show how to reach the caller, if one has taken the call-back on and the caller allows a call now."""
    try:
        shown = {key: await service.reach(staff, key)}
    except Conflict as error:
        return await _page(request, staff, "callback", told=error)
    return await _page(request, staff, "callback", shown=shown)


@router.post("/callbacks/{key}/{verb}")
async def act_on_callback(request: Request, staff: Answers, key: UUID, verb: str) -> Response:
    """Take a call-back on (`taking`), be done with it (`completion`), let it wait again (`return`)."""
    return await _act(request, staff, "callback", key, verb)
