"""What telephone companies that speak Twilio's dialect ask us: each request a signal, each answer what a leg does now.

A request counts only with the vendor's signature; without, there is nothing here.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable
from typing import Literal
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hark.phone.carriers.voices import voices
from infra.carriers.twiml.conversation import Conversation, Said
from infra.carriers.twiml.pages import markup, tones
from infra.carriers.twiml.vendors.twilio import Hook
from infra.carriers.twiml.voice import Twiml
from infra.errors import NotFound
from infra.scope import no_scope
from infra.settings import settings

log = logging.getLogger(__name__)
router = APIRouter()
CARRIER = "twiml"
DAY = 24 * 3600
MOST_BYTES = 64 * 1024
"""No webhook is as long as that."""
What = Literal["answered", "next", "wait", "left", "key", "done", "recorded"]


def _short(request: Request) -> bool:
    length = request.headers.get("content-length", "")
    return length.isdecimal() and int(length) < MOST_BYTES


async def _from(request: Request, vendor: str, node: str, *, of_call: bool = True) -> tuple[Conversation, Hook]:
    """The request as this account's vendor signed it, which names its call unless it is about a room. Raises NotFound
    when it didn't."""
    voice = voices.get(CARRIER)
    conversation = voice.conversation(vendor, node) if isinstance(voice, Twiml) else None
    if conversation is None or not _short(request):
        raise NotFound
    body = await request.body()
    fields: dict[str, list[str]] = {}
    for name, value in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True):
        fields.setdefault(name, []).append(value)
    query = request.scope["query_string"].decode("latin-1")
    address = settings().base_url.rstrip("/") + request.scope["raw_path"].decode("latin-1")
    hook = Hook(address + (f"?{query}" if query else ""), fields, body, dict(request.headers), time.time())
    if (of_call and not hook.get("CallSid")) or not conversation.vendor.genuine(hook):
        raise NotFound
    return conversation, hook


def _said(request: Request, hook: Hook, ref: str, what: str) -> Said:
    query = request.query_params
    turn, tries = query.get("turn", ""), query.get("tries", "")
    return Said(
        hook,
        ref,
        what,
        int(turn) if turn.isdecimal() else 0,
        query.get("id", ""),
        int(tries) if tries.isdecimal() else 0,
    )


async def _answer(conversation: Conversation, said: Said, page: Awaitable[str]) -> Response:
    """The page, or one that has the leg ask again: silence and a vendor's own apology are no answers."""
    try:
        with no_scope():
            document = await page
    except Exception:
        log.exception("a telephone company's question could not be answered")
        document = conversation.patience(said)
    return Response(document, media_type="application/xml")


@router.post("/voice/{vendor}/{node}/incoming")
async def incoming(request: Request, vendor: str, node: str) -> Response:
    """A call for one of our numbers."""
    conversation, hook = await _from(request, vendor, node)
    said = _said(request, hook, hook.get("CallSid"), "incoming")
    return await _answer(conversation, said, conversation.arrived(hook))


@router.post("/voice/{vendor}/{node}/status", status_code=204)
async def number_status(request: Request, vendor: str, node: str) -> None:
    """How a call for one of our numbers goes."""
    conversation, hook = await _from(request, vendor, node)
    with no_scope():
        await conversation.told(hook, hook.get("CallSid"))


@router.post("/voice/{vendor}/{node}/leg/{ref}/status", status_code=204)
async def leg_status(request: Request, vendor: str, node: str, ref: str) -> None:
    """How a call that we make goes."""
    conversation, hook = await _from(request, vendor, node)
    with no_scope():
        await conversation.told(hook, ref)


@router.post("/voice/{vendor}/{node}/leg/{ref}/media", status_code=204)
async def leg_media(request: Request, vendor: str, node: str, ref: str) -> None:
    """A recording is ready, or won't be."""
    conversation, hook = await _from(request, vendor, node, of_call=False)
    with no_scope():
        await conversation.recorded(_said(request, hook, ref, "media"))


@router.post("/voice/{vendor}/{node}/leg/{ref}/{what}")
async def leg(request: Request, vendor: str, node: str, ref: str, what: What) -> Response:
    """A leg has done what it was told, or asks what to do now."""
    conversation, hook = await _from(request, vendor, node)
    said = _said(request, hook, ref, what)
    return await _answer(conversation, said, conversation.next(said))


@router.get("/voice/silence")
async def silence() -> Response:
    """What somebody who is alone in a room hears: nothing."""
    headers = {"cache-control": f"public, max-age={DAY}"}
    return Response(markup.silence(), media_type="application/xml", headers=headers)


@router.get("/voice/sounds/{name}.wav")
async def sound(name: str) -> Response:
    """A ringing tone, music, silence."""
    if name not in tones.SOUNDS:
        raise NotFound
    data = await asyncio.to_thread(tones.sound, name)
    return Response(data, media_type="audio/wav", headers={"cache-control": f"public, max-age={DAY}"})
