"""What a caller leaves when nobody can answer: a voicemail part by part, a call-back on their own conditions."""

from datetime import time
from typing import Annotated

import phonenumbers
from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from hark.desk.messages.safe import zone_of
from hark.public.access import Calling
from hark.public.routes import call_page_with
from hark.switchboard import calls, left
from infra.clock import now
from infra.errors import Conflict, Invalid
from infra.web import gettext, limit, see_other
from infra.web.limits import address_of
from tenants.directory.models import Tenant
from tenants.flows.engine import events as on
from tenants.members.access import AtHotline
from tenants.members.service import normal_email

router = APIRouter()
MEDIA_TYPES = ("audio/webm", "audio/ogg", "audio/mp4")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORDINGS_LIMIT = 300


@router.post("/h/{slug}/call/{call_id}/voicemail/{part}")
async def voicemail_part(
    request: Request, at: AtHotline, call: Calling, part: int, take: Annotated[int, Query(ge=1, le=99)] = 1
) -> Response:
    """Keep one part of a recording, sealed."""
    media_type = request.headers.get("content-type", "").split(";")[0].strip()
    if media_type not in MEDIA_TYPES:
        raise Invalid("This kind of recording can't be used.")
    await left.keep_part(at.session, call, take, part, await request.body(), media_type)
    return Response(status_code=204)


class Recorded(BaseModel):
    """What the recorder says at the end. `closing`: the page is going, so this is all there will be."""

    take: int = Field(ge=1, le=99)
    chunks: int = Field(ge=0, le=left.MOST_PARTS)
    seconds: int = Field(ge=0, le=7200)
    closing: bool = False


@router.post("/h/{slug}/call/{call_id}/voicemail")
async def voicemail(at: AtHotline, call: Calling, recorded: Recorded) -> Response:
    """The recording is complete. Raises Conflict when parts of it never arrived, so that they are sent again."""
    if not await left.finish(at.session, call, recorded.seconds) and not recorded.closing:
        raise Conflict("Nothing of this recording has arrived. Send it again.")
    return Response(status_code=204)


@router.post("/h/{slug}/call/{call_id}/callback")
async def callback(
    request: Request,
    at: AtHotline,
    call: Calling,
    reach: Annotated[str, Form(max_length=200)] = "",
    days: Annotated[list[str] | None, Form()] = None,
    from_: Annotated[str, Form(alias="from", max_length=5)] = "",
    until: Annotated[str, Form(max_length=5)] = "",
    wording: Annotated[str, Form(max_length=WORDINGS_LIMIT)] = "",
    voicemail_ok: Annotated[str, Form()] = "",
    email: Annotated[str, Form(max_length=320)] = "",
    zone: Annotated[str, Form(max_length=60)] = "",
    decline: Annotated[str, Form()] = "",
) -> Response:
    """Book a call-back on the caller's own conditions, or say no to one."""
    base = f"/h/{at.tenant.slug}/call/{call}"
    if decline:
        state = await calls.lock(at.session, call)
        await calls.handle(at.session, call, on.CallbackDeclined(at=now(), visit=state.visit))
        return see_other(base)
    await limit(f"callback:{at.tenant.id}", address_of(request), "20/hour")
    errors: dict[str, str] = {}
    window = _window(days or [], from_, until, errors)
    if zone and zone_of({"zone": zone}, "") == zone:
        window["zone"] = zone
    address = _email(email, errors)
    number = _reach(reach, at.tenant, errors)
    if errors:
        values = {
            "reach": reach, "days": days or [], "from": from_, "until": until, "wording": wording,
            "voicemail_ok": bool(voicemail_ok), "email": email,
        }  # fmt: skip
        return await call_page_with(request, at, call, errors, values)
    wishes = {"reach": number, "wording": wording.strip(), "email": address}
    await left.book_callback(at.session, call, reach=wishes, window=window, voicemail_ok=bool(voicemail_ok))
    return see_other(base)


def _reach(reach: str, tenant: Tenant, errors: dict[str, str]) -> str:
    """A number in E.164 where it is one (as dialled in the hotline's country), else the caller's own words."""
    said = reach.strip()
    if not said:
        errors["reach"] = gettext("Say how we can reach you, or choose that you don't want a call.")
        return ""
    try:
        parsed = phonenumbers.parse(said, tenant.country)
    except phonenumbers.NumberParseException:
        return said
    if not phonenumbers.is_possible_number(parsed):
        errors["reach"] = gettext(
            "This number has too many or too few digits. Check it, or write another way to reach you."
        )
        return said
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _email(email: str, errors: dict[str, str]) -> str:
    if not email.strip():
        return ""
    try:
        return normal_email(email)
    except Invalid as error:
        errors["email"] = gettext(error.message)
        return ""


def _window(days: list[str], start: str, end: str, errors: dict[str, str]) -> dict[str, object]:
    """When a call is safe: days (none chosen: any) and hours of the caller's clock; the hours go together."""
    chosen = [day for day in DAYS if day in days]
    try:
        hours = [time.fromisoformat(value).strftime("%H:%M") for value in (start, end) if value]
    except ValueError:
        hours = []
        errors["until"] = gettext("Write the hours like 14:00.")
    if (start and not end) or (end and not start) or (start and start == end):
        errors["until"] = gettext("Say both from when and until when.")
    return {"days": chosen, "from": hours[0], "until": hours[1]} if len(hours) == 2 else {"days": chosen}
