"""The caller's socket: what the flow shows goes down, keys and signalling come up, and it says who is still there."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketState

from hark.callers.refusing import refusal
from hark.public.access import check_token
from hark.public.callers import facts
from hark.public.page import calendars
from hark.switchboard import calls
from hark.switchboard.models import Call
from hark.switchboard.offering.offers import member_channel
from hark.switchboard.screens import caller_channel
from hark.switchboard.transferring.parties import talking_member
from infra.clock import now
from infra.database import unit_of_work
from infra.errors import HarkError
from infra.realtime import hub
from infra.scope import current_tenant, tenant_scope
from infra.settings import settings
from infra.turn import ice_server
from tenants.flows.engine import events as on
from tenants.lines.models import Line
from tenants.members.access import find_tenant
from tenants.rosters.hours import is_open

router = APIRouter()
log = logging.getLogger(__name__)
TURN_HOURS = 2
BEAT_SECONDS = 12
MESSAGE_LIMIT = 64 * 1024
Dress = Callable[[UUID, dict[str, Any]], Awaitable[dict[str, Any]]]
"""What becomes of a message before it goes down to the page of this call."""
Press = Callable[[UUID, str], Awaitable[bool | None]]
"""Takes a key that is no event of the flow: whether the page must be told anew, None for a key that it leaves."""


def ice(person: UUID) -> dict[str, Any]:
    """The `ice` message: where media may go, with credentials that last two hours."""
    url, secret = settings().turn_url, settings().turn_secret
    servers = [ice_server(url, secret, person.hex, now() + timedelta(hours=TURN_HOURS))] if url and secret else []
    return {"type": "ice", "servers": servers, "relay_only": settings().relay_only}


async def as_it_is(_call: UUID, message: dict[str, Any]) -> dict[str, Any]:
    """A page that reads needs nothing more than the message."""
    return message


@router.websocket("/h/{slug}/call/{call_id}/socket")
async def caller_socket(socket: WebSocket, slug: str, call_id: UUID) -> None:
    """One caller's page, for as long as it is open."""
    await lead(socket, slug, call_id)


async def lead(
    socket: WebSocket, slug: str, call_id: UUID, dress: Dress = as_it_is, press: Press | None = None
) -> None:
    """Lead the caller behind this socket through the flow. Only a telephone has `press`; there no language is known
    before the caller has chosen one by ear."""
    try:
        tenant = await find_tenant(slug)
        with tenant_scope(tenant.id):
            async with unit_of_work() as session:
                await check_token(socket, session, call_id)
    except HarkError:
        await socket.close(4404)
        return
    await socket.accept()
    with tenant_scope(tenant.id):
        async with hub.subscribe(caller_channel(call_id)) as news:
            await socket.send_json(ice(call_id))
            await _arrive(call_id, telephone=press is not None)
            await socket.send_json(await dress(call_id, await _shown(call_id)))
            telling = _tell(socket, news, call_id, dress)
            over = await first_of(telling, _listen(socket, call_id, dress, press), _beat(call_id)) == 0
        with suppress(RuntimeError, WebSocketDisconnect):
            if socket.application_state is WebSocketState.CONNECTED:
                await socket.close(1000 if over else 1012)


async def tell(socket: WebSocket, message: dict[str, Any]) -> None:
    """Send, unless the page is gone: then the listener is about to hear how, and that decides what follows."""
    with suppress(WebSocketDisconnect, RuntimeError):
        await socket.send_json(message)


async def hear(socket: WebSocket) -> str:
    """The next message. Raises WebSocketDisconnect with how the page went, also after a send that failed: Starlette's
    own `receive_text` would then refuse to say."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    return str(message.get("text") or "")


async def first_of(*doings: Coroutine[Any, Any, None]) -> int | None:
    """Do these side by side until one is over, then stop the rest: which one it was, None when it failed."""
    tasks = [asyncio.create_task(doing) for doing in doings]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        if error := task.exception():
            log.warning("a socket is closed and will be opened again: %s", error)
            return None
    return tasks.index(done.pop())


async def _arrive(call: UUID, *, telephone: bool) -> None:
    """The page is there: let the flow begin, unless it has."""
    async with unit_of_work() as session:
        state = await calls.lock(session, call)
        await calls.seen(session, call)
        if state.phase != "new":
            return
        row = await session.get_one(Call, (current_tenant(), call))
        open_now = {name: is_open(calendar, now()) for name, calendar in (await calendars(session)).items()}
        arrived = on.Arrived(
            at=now(),
            calendars=open_now,
            caller=await facts(session, row.caller_id),
            language=None if telephone else row.language,
            voicemail=row.microphone,
            refusal=await refusal(session, row.caller_id, await session.get_one(Line, (current_tenant(), row.line_id))),
        )
        await calls.handle(session, call, arrived)


async def _shown(call: UUID) -> dict[str, Any]:
    async with unit_of_work() as session:
        return await calls.shown(session, call)


async def _beat(call: UUID) -> None:
    while True:
        await asyncio.sleep(BEAT_SECONDS)
        async with unit_of_work() as session:
            await calls.seen(session, call)


async def _tell(socket: WebSocket, news: asyncio.Queue[dict[str, Any]], call: UUID, dress: Dress) -> None:
    while True:
        message = await news.get()
        if message["type"] == "resync":
            message = await _shown(call)
        await tell(socket, await dress(call, message))
        if message.get("kind") == "ended":
            return


async def _listen(socket: WebSocket, call: UUID, dress: Dress, press: Press | None) -> None:
    """Until the page goes: by a word (`bye`), by closing, or by silence, which its timer notices."""
    while True:
        try:
            raw = await hear(socket)
        except WebSocketDisconnect as gone:
            if gone.code != 1006:
                async with unit_of_work() as session:
                    await calls.seen(session, call, closing=True)
            return
        if len(raw) > MESSAGE_LIMIT:
            return
        with suppress(json.JSONDecodeError, KeyError, TypeError):
            message = json.loads(raw)
            taken = await press(call, str(message["key"])[:8]) if press and message["type"] == "key" else None
            if taken:
                await tell(socket, await dress(call, await _shown(call)))
            elif taken is None:
                await _heard(socket, call, message)


async def _heard(socket: WebSocket, call: UUID, message: dict[str, Any]) -> None:
    match message["type"]:
        case "ping":
            await tell(socket, {"type": "pong"})
        case "key":
            await _happen(call, on.Key(at=now(), visit=message.get("visit"), key=str(message["key"])[:8]))
        case "done":
            await _happen(call, on.PromptDone(at=now(), visit=message.get("visit")))
        case "unrecorded":
            await _happen(call, on.VoicemailUnavailable(at=now(), visit=message.get("visit")))
        case "bye" if message.get("leaving"):
            async with unit_of_work() as session:
                await calls.seen(session, call, closing=True)
        case "bye":
            await _happen(call, on.CallerGone(at=now()))
        case "hello":
            await _to_member(call, {"hello": str(message["sid"])[:64]})
        case "peer" if isinstance(message["payload"], dict):
            await _to_member(call, message["payload"])


async def _happen(call: UUID, event: on.Event) -> None:
    async with unit_of_work() as session:
        await calls.handle(session, call, event)


async def _to_member(call: UUID, payload: dict[str, Any]) -> None:
    """Signalling goes to whoever talks with this caller now, and to nobody else."""
    async with unit_of_work() as session:
        member = await talking_member(session, call)
    if member is not None:
        await hub.publish(member_channel(member), {"type": "peer", "call_id": str(call), "payload": payload})
