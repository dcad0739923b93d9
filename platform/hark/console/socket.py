"""The console's socket: the volunteer's deeds come up, what happens to them and on the line goes down."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketState

from hark.answering import softphone
from hark.console.carrier import carry, put_down
from hark.console.passing import DEEDS
from hark.console.snapshot import snapshot, worded
from hark.public.socket import MESSAGE_LIMIT, first_of, hear, ice, tell
from hark.switchboard.offering import answering, duty
from hark.switchboard.offering.board import board_channel
from hark.switchboard.offering.offers import member_channel
from hark.switchboard.offering.reach import DEVICES
from hark.switchboard.screens import caller_channel
from hark.switchboard.touched import touch
from hark.switchboard.transferring.parties import present_call
from infra.database import unit_of_work
from infra.errors import HarkError
from infra.realtime import hub
from infra.scope import tenant_scope
from infra.web import gettext
from tenants.members.access import ANSWERS, find_tenant, signed_in
from tenants.members.service import member_of_account

router = APIRouter()
BEAT_SECONDS = 12
HOLD_ON_BEATS = 20
"""How often the softphone's account is prolonged: several times within the quarter of an hour that it lives."""
STATUSES = ("on", "break", "off")


@dataclass(frozen=True, slots=True)
class Seat:
    """Whose console it is."""

    tenant: UUID
    member: UUID
    account: UUID
    base: str


@dataclass(slots=True)
class Tab:
    """What this tab has said of itself: its page's sid, the call it carried when it said so, whether it is gone, and
    how its softphone calls itself."""

    sid: str = ""
    call: UUID | None = None
    gone: bool = False
    softphone: str = ""


async def seat_of(socket: WebSocket, slug: str) -> Seat | None:
    """The member who opened the socket; None for strangers and for roles that don't answer."""
    with suppress(HarkError):
        who = await signed_in(socket)
        tenant = await find_tenant(slug)
        with tenant_scope(tenant.id):
            async with unit_of_work() as session:
                member = await member_of_account(session, who.account)
        if member is not None and member.role in ANSWERS:
            return Seat(tenant.id, member.id, who.account, f"/o/{tenant.slug}/console")
    return None


@router.websocket("/o/{slug}/console/socket")
async def console_socket(socket: WebSocket, slug: str) -> None:
    """One tab of one volunteer, for as long as it is open."""
    seat = await seat_of(socket, slug)
    if seat is None:
        await socket.close(4404)
        return
    await socket.accept()
    with tenant_scope(seat.tenant):
        tab = Tab()
        channels = (member_channel(seat.member), board_channel(), f"account:{seat.account}")
        async with hub.subscribe(*channels) as news:
            await _seen(seat)
            await socket.send_json(ice(seat.member))
            await socket.send_json(await _snapshot(seat))
            listening, beating = _listen(socket, seat, tab), _beat(seat, tab)
            revoked = await first_of(_tell(socket, news, seat, tab), listening, beating) == 0
        with suppress(RuntimeError, WebSocketDisconnect):
            if socket.application_state is WebSocketState.CONNECTED:
                await socket.close(4401 if revoked else 1012)


async def _snapshot(seat: Seat) -> dict[str, Any]:
    async with unit_of_work() as session:
        return worded(await snapshot(session, seat.member), seat.member)


async def _seen(seat: Seat, *, closing: bool = False) -> None:
    async with unit_of_work() as session:
        await duty.seen(session, seat.member, closing=closing)


async def _beat(seat: Seat, tab: Tab) -> None:
    for beat in count(1):
        await asyncio.sleep(BEAT_SECONDS)
        await _seen(seat)
        if tab.softphone and beat % HOLD_ON_BEATS == 0:
            async with unit_of_work() as session:
                await softphone.hold_on(session, seat.member, tab.softphone)


async def _tell(socket: WebSocket, news: asyncio.Queue[dict[str, Any]], seat: Seat, tab: Tab) -> None:
    while True:
        message = await news.get()
        match message["type"]:
            case "revoked":
                return
            case "here":  # a tab of the same volunteer has closed, perhaps this one, and asks who is left
                if not tab.gone:
                    await _seen(seat)
            case "resync":
                await tell(socket, await _snapshot(seat))
            case _:
                await tell(socket, worded(message, seat.member))


async def _listen(socket: WebSocket, seat: Seat, tab: Tab) -> None:
    while True:
        try:
            raw = await hear(socket)
        except WebSocketDisconnect as gone:
            await _leave(seat, tab, clean=gone.code != 1006)
            return
        if len(raw) > MESSAGE_LIMIT:
            return
        try:
            await _heard(socket, seat, tab, json.loads(raw))
        except HarkError as error:
            said = gettext(error.message) % error.params if error.params else gettext(error.message)
            await tell(socket, {"type": "notice", "text": said})
            await tell(socket, await _snapshot(seat))
        except (json.JSONDecodeError, KeyError, TypeError, ValueError):
            continue


async def _leave(seat: Seat, tab: Tab, *, clean: bool) -> None:
    """A tab has closed: what hangs on it runs out, unless another tab of the volunteer says that it is there."""
    tab.gone = True
    if tab.call is not None and await put_down(tab.call, seat.member, tab.sid):
        await hub.publish(member_channel(seat.member), {"type": "resync"})
    if clean:
        if tab.softphone:
            async with unit_of_work() as session:
                await softphone.sign_off(session, seat.member, tab.softphone)
        await _seen(seat, closing=True)
        await hub.publish(member_channel(seat.member), {"type": "here"})


async def _heard(socket: WebSocket, seat: Seat, tab: Tab, message: dict[str, Any]) -> None:
    kind = message["type"]
    if kind == "ping":
        await tell(socket, {"type": "pong"})
    elif kind == "hello":
        tab.sid = str(message["sid"])[:64]
        tab.call = await _to_caller(seat, {"hello": tab.sid})
        if tab.call is not None and await carry(tab.call, seat.member, tab.sid):
            async with unit_of_work() as session:
                touch(session, tab.call)  # a telephone's voice comes to this tab from now on
            await hub.publish(member_channel(seat.member), {"type": "resync"})
    elif kind == "softphone":
        tab.softphone = str(message["sid"])[:64]
        async with unit_of_work() as session:
            given = await softphone.sign_up(session, seat.member, tab.softphone, seat.base)
        if given is not None:
            await tell(socket, given)
    elif kind == "bye":
        await _leave(seat, tab, clean=True)
    elif kind == "peer" and isinstance(message["payload"], dict):
        await _to_caller(seat, message["payload"])
    else:
        await _do(seat, kind, message)
        if kind in ("accept", "ready", *DEEDS):
            await tell(socket, await _snapshot(seat))


async def _do(seat: Seat, kind: str, message: dict[str, Any]) -> None:
    async with unit_of_work() as session:
        match kind:
            case "duty" if message["status"] in STATUSES and message.get("device") in (None, *DEVICES):
                device_id = UUID(message["device_id"]) if message.get("device_id") else None
                await duty.set_duty(
                    session, seat.member, message["status"], device=message.get("device"), device_id=device_id
                )
            case "accept":
                await answering.accept(session, seat.member, UUID(message["offer_id"]))
            case "decline":
                await answering.decline(session, seat.member, UUID(message["offer_id"]))
            case "end":
                await answering.end(session, seat.member)
            case "ready":
                await answering.ready(session, seat.member)
            case _ if kind in DEEDS:
                await DEEDS[kind](session, seat.member, message)


async def _to_caller(seat: Seat, payload: dict[str, Any]) -> UUID | None:
    """Signalling goes to the caller in whose call this member is now, and to nobody else. Returns the call."""
    async with unit_of_work() as session:
        call = await present_call(session, seat.member)
    if call is not None:
        await hub.publish(caller_channel(call), {"type": "peer", "payload": payload})
    return call
