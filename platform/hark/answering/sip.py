"""The way of a console's SIP messages to the switch and back, where no proxy before us passes them on."""

from contextlib import suppress

import websockets
from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from hark.answering.softphone import switch
from hark.console.socket import seat_of
from hark.public.socket import first_of

router = APIRouter()
SIP = Subprotocol("sip")
LONGEST = 64 * 1024


@router.websocket("/o/{slug}/console/sip/{node}")
async def sip_socket(socket: WebSocket, slug: str, node: str) -> None:
    """Carry one console's messages; who may, and with which name and password, the switch asks besides."""
    found = switch(node)
    if await seat_of(socket, slug) is None or found is None or SIP not in socket.scope.get("subprotocols", ()):
        await socket.close(4404)
        return
    try:
        async with connect(found.ws, subprotocols=[SIP], max_size=LONGEST, open_timeout=5, compression=None) as there:
            await socket.accept(subprotocol=SIP)
            await first_of(_to_switch(socket, there), _to_browser(socket, there))
    except (OSError, websockets.WebSocketException, TimeoutError):
        pass  # the softphone tries again by itself, and shows that it isn't registered until then
    with suppress(RuntimeError, WebSocketDisconnect):
        await socket.close(1012)


async def _to_switch(socket: WebSocket, there: ClientConnection) -> None:
    with suppress(WebSocketDisconnect):
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            await there.send(message.get("text") or message.get("bytes") or "")


async def _to_browser(socket: WebSocket, there: ClientConnection) -> None:
    with suppress(WebSocketDisconnect, RuntimeError, websockets.ConnectionClosed):
        async for message in there:
            if isinstance(message, str):
                await socket.send_text(message)
            else:
                await socket.send_bytes(message)
