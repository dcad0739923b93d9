"""A stand-in for our app: one websocket for events and requests, and nothing done that a test didn't ask for."""

import asyncio
import base64
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import websockets

from infra.services.voice.instance import Coordinates


class App:
    """Connected to one Asterisk; every event that came is in `events`."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.events: list[dict[str, Any]] = []
        self._socket = socket
        self._ids = map(str, itertools.count())
        self._asked: dict[str, asyncio.Future[dict[str, Any]]] = {}

    async def listen(self) -> None:
        """Take in what comes, until the connection ends."""
        async for message in self._socket:
            event = json.loads(message)
            asked = self._asked.pop(event.get("request_id", ""), None)
            if asked:
                asked.set_result(event)
            else:
                self.events.append(event)

    async def ask(self, method: str, uri: str, body: Any = None) -> dict[str, Any]:
        """One request over the websocket; its answer has `status_code` and `message_body`."""
        name = next(self._ids)
        self._asked[name] = asyncio.get_running_loop().create_future()
        request = {"type": "RESTRequest", "request_id": name, "method": method, "uri": uri}
        if body is not None:
            request |= {"content_type": "application/json", "message_body": json.dumps(body)}
        await self._socket.send(json.dumps(request))
        return await asyncio.wait_for(self._asked[name], 5)

    async def until(self, kind: str, within: float = 10.0) -> dict[str, Any]:
        """The first event of this type, once there is one."""
        async with asyncio.timeout(within):
            while True:
                for event in self.events:
                    if event["type"] == kind:
                        return event
                await asyncio.sleep(0.02)


@asynccontextmanager
async def connected(to: Coordinates) -> AsyncIterator[App]:
    """Our app's side of the line, for as long as the block lasts."""
    key = base64.b64encode(f"{to.user}:{to.password}".encode()).decode()
    url = to.ari.replace("http", "ws", 1) + f"/events?app={to.app}"
    async with websockets.connect(url, additional_headers={"Authorization": f"Basic {key}"}) as socket:
        app = App(socket)
        listening = asyncio.create_task(app.listen())
        yield app
        listening.cancel()
