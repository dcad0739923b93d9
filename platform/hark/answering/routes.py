"""A member's own telephones: added, proved, removed. Only they themselves ever see this page."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from hark.answering.reached import browser_left_out, reached
from hark.phone.outgoing import calling as outgoing
from hark.switchboard.offering import duty
from infra.carriers.addresses import LONGEST
from infra.errors import HarkError
from infra.ids import new_id
from infra.services.voice.found import asterisks
from infra.settings import settings
from infra.web import gettext, limit, render, see_other
from tenants.audit import record
from tenants.devices import service as devices
from tenants.devices.models import Device
from tenants.members.access import Answers, Staff

router = APIRouter()
CALLS = "3/hour", "6/day"
"""How often a member may have a mobile rung to verify it; a number, whoever gives it, the second of them."""
CALLS_OF_ALL = "60/day"


async def _shown(staff: Staff, row: Device) -> dict[str, Any]:
    """A telephone as its page shows it: its number masked, its code while one is waited for."""
    number = await devices.number_of(staff.session, row) if row.kind != "desk" else ""
    code = await devices.code_of(staff.session, row)
    return {"row": row, "number": devices.masked(number) if number else "", "code": code}


async def _page(
    request: Request, staff: Staff, error: HarkError | None = None, desk: devices.DeskPhone | None = None, **typed: str
) -> Response:
    said = gettext(error.message) % error.params if error and error.params else gettext(error.message) if error else ""
    found = asterisks(settings().data_dir, settings().asterisk)
    context = {
        "devices": [await _shown(staff, row) for row in await devices.devices(staff.session, staff.member.id)],
        "can_ring": await outgoing.can_dial(staff.session),
        "server": found[0].sip if found else "",
        "reached": await reached(staff.session),
        "browser_left_out": await browser_left_out(staff.session),
        "desk": desk,
        "new": new_id(),
        "wrong": {error.field or "form": said} if error else {},
        "typed": {"number": "", "label": "", "address": "", "address_label": "", **typed},
    }
    return render(request, "answering/devices.html", context, status=error.status if error else 200)


def _base(staff: Staff) -> str:
    return f"/o/{staff.tenant.slug}/me/devices"


@router.get("/o/{slug}/me/devices")
async def page(request: Request, staff: Answers) -> Response:
    """One's own telephones."""
    return await _page(request, staff)


@router.post("/o/{slug}/me/devices/mobiles")
async def add_mobile(
    request: Request,
    staff: Answers,
    number: Annotated[str, Form(max_length=40)] = "",
    label: Annotated[str, Form(max_length=devices.LABEL_LIMIT)] = "",
) -> Response:
    """Add a mobile, to be verified next."""
    try:
        row = await devices.add_mobile(staff.session, staff.member.id, number, staff.tenant.country, label)
    except HarkError as error:
        return await _page(request, staff, error, number=number, label=label)
    record(staff.session, "device.add", member=staff.member.id, subject=row.id, kind="mobile")
    return see_other(_base(staff))


@router.post("/o/{slug}/me/devices/addresses")
async def add_address(
    request: Request,
    staff: Answers,
    address: Annotated[str, Form(max_length=LONGEST)] = "",
    address_label: Annotated[str, Form(max_length=devices.LABEL_LIMIT)] = "",
) -> Response:
    """Add a SIP address, to be verified next."""
    try:
        row = await devices.add_address(staff.session, staff.member.id, address, staff.tenant.country, address_label)
    except HarkError as error:
        return await _page(request, staff, error, address=address, address_label=address_label)
    record(staff.session, "device.add", member=staff.member.id, subject=row.id, kind="sip")
    return see_other(_base(staff))


@router.post("/o/{slug}/me/devices/desks")
async def add_desk(
    request: Request,
    staff: Answers,
    key: Annotated[UUID, Form()],
    label: Annotated[str, Form(max_length=devices.LABEL_LIMIT)] = "",
) -> Response:
    """Add a desk phone, and tell once what to type into it."""
    try:
        made = await devices.add_desk(staff.session, staff.member.id, key, label)
    except HarkError as error:
        return await _page(request, staff, error)
    record(staff.session, "device.add", member=staff.member.id, subject=made.device.id, kind="desk")
    return await _page(request, staff, desk=made)


@router.get("/o/{slug}/me/devices/{key}")
async def one(request: Request, staff: Answers, key: UUID) -> Response:
    """The part of the page about one telephone, asked for again while its code is waited for."""
    row = await devices.device(staff.session, staff.member.id, key)
    context = {"device": await _shown(staff, row), "can_ring": await outgoing.can_dial(staff.session)}
    return render(request, "answering/device.html", context)


@router.post("/o/{slug}/me/devices/{key}/code")
async def verify(request: Request, staff: Answers, key: UUID) -> Response:
    """Ring a mobile that is to be verified; the code to type on it is on the page from now on."""
    row = await devices.device(staff.session, staff.member.id, key)
    try:
        for rate in CALLS:
            await limit("device", str(staff.member.id), rate)
        await limit("device-number", row.hash.hex(), CALLS[-1])
        await limit("device-all", str(staff.tenant.id), CALLS_OF_ALL)
        async with staff.session.begin_nested():
            await devices.ask_code(staff.session, staff.member.id, key)
            await outgoing.verify(staff.session, row)
    except HarkError as error:
        return await _page(request, staff, error)
    return see_other(_base(staff))


@router.post("/o/{slug}/me/devices/{key}/removal")
async def remove(staff: Answers, key: UUID) -> Response:
    """Forget a telephone; whoever answers on it is off duty."""
    await devices.device(staff.session, staff.member.id, key)
    await duty.let_go(staff.session, staff.member.id, key)
    await devices.remove(staff.session, staff.member.id, key)
    record(staff.session, "device.remove", member=staff.member.id, subject=key)
    return see_other(_base(staff))
