"""The phone's own socket: a caller's socket, which says in sounds what a page would show."""

from uuid import UUID

from fastapi import APIRouter, WebSocket

from hark.public.socket import lead
from hark.sandbox.ear import Ear

router = APIRouter()


@router.websocket("/h/{slug}/call/{call_id}/telephone")
async def telephone_socket(socket: WebSocket, slug: str, call_id: UUID) -> None:
    """One phone on a screen, for as long as its call lasts."""
    ear = Ear()
    await lead(socket, slug, call_id, ear.dress, ear.press)
