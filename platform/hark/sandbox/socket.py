"""The phone's own socket: a caller's socket, which says in sounds what a page would show."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, WebSocket

from hark.public.socket import lead
from hark.sandbox.spoken import spoken

router = APIRouter()


@router.websocket("/h/{slug}/call/{call_id}/telephone")
async def telephone_socket(socket: WebSocket, slug: str, call_id: UUID) -> None:
    """One phone on a screen, for as long as its call lasts."""
    await lead(socket, slug, call_id, _by_ear, telephone=True)


async def _by_ear(call: UUID, message: dict[str, Any]) -> dict[str, Any]:
    """The message, with what is heard of it where it is a screen."""
    return message | {"said": await spoken(call, message)} if message["type"] == "screen" else message
