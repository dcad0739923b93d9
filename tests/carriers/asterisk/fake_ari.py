"""An Asterisk in memory that speaks ARI: what its channels do can be read off it, and what they hear and press is told
to it. Like the real one it does what it is asked one by one, and a channel that plays or records keeps what waits for
that channel, and with it the whole websocket: such requests are noted in `stuck`."""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from infra.carriers.asterisk.ari import Node
from tests.carriers.asterisk.serving import serving

USER, PASSWORD = "hark", "a secret"
KEY = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
NOISES = ("ring", "moh", "silence")


@dataclass
class Channel:
    """What a channel is and does now."""

    id: str
    dialled: str = ""
    caller: str = ""
    state: str = "Ring"
    name: str = "PJSIP/trunk-00000001"
    account: str = ""
    args: list[str] | None = None
    playing: list[str] = field(default_factory=list)
    recording: str = ""
    noise: set[str] = field(default_factory=set)
    room: str = ""
    muted: bool = False
    variables: dict[str, str] = field(default_factory=dict)

    def json(self, app: str) -> dict[str, Any]:
        """As ARI shows it."""
        inside = {"app_name": "Stasis", "app_data": f"{app},{','.join(self.args)}"} if self.args is not None else {}
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "accountcode": self.account,
            "caller": {"name": "", "number": self.caller},
            "dialplan": {"context": "from-trunk", "exten": self.dialled, "priority": 3, "app_name": "", "app_data": ""}
            | inside,
        }


class FakeAri:
    """The switch. `old`: it takes no requests over the websocket. `refusals`: the status that a request gets instead of
    being done, by method and the beginning of its path. `deaf`: while clear, requests are neither done nor answered."""

    def __init__(self, *, old: bool = False) -> None:
        self.old = old
        self.app = "hark"
        self.channels: dict[str, Channel] = {}
        self.bridges: dict[str, list[str]] = {}
        self.stored: dict[str, bytes] = {}
        self.endpoints: dict[str, str] = {}
        self.objects: dict[tuple[str, str], dict[str, str]] = {}
        self.refusals: dict[tuple[str, str], int] = {}
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.stuck: list[tuple[str, str]] = []
        self.wanted: list[str] = []
        self.hearing = asyncio.Event()
        self.hearing.set()
        self.connections = 0
        self.addresses: list[str] = []
        self.address = ""
        self._sockets: list[WebSocket] = []
        self._news = asyncio.Condition()

    def node(self, **more: Any) -> Node:
        """How it is reached."""
        return Node(name="one", ari=f"http://{self.address}/ari", user=USER, password=PASSWORD, **more)

    async def until(self, true: Callable[[], bool], within: float = 5.0) -> None:
        """Return once something is so."""
        async with asyncio.timeout(within), self._news:
            await self._news.wait_for(true)

    async def quiet(self, seconds: float = 0.03) -> None:
        """Return once nothing has been asked of it for so long."""
        before = -1
        while len(self.requests) != before:
            before = len(self.requests)
            await asyncio.sleep(seconds)

    def asked(self, *methods: str) -> list[str]:
        """What was asked of it in order, by these methods: `POST channels/1/answer`."""
        return [f"{method} {path}" for method, path, _ in self.requests if not methods or method in methods]

    # What people and networks do

    async def arrive(self, ref: str, dialled: str = "+442079460000", caller: str = "+442079460123", *more: str) -> None:
        """Somebody calls."""
        channel = self.channels[ref] = Channel(ref, dialled, caller, args=["incoming", dialled, *more])
        await self.tell("StasisStart", channel=channel, args=channel.args)

    async def ring(self, ref: str) -> None:
        """A telephone that we ring begins to ring."""
        self.channels[ref].state = "Ringing"
        await self.tell("ChannelStateChange", channel=self.channels[ref])

    async def answer(self, ref: str) -> None:
        """Somebody picks up."""
        channel = self.channels[ref]
        channel.state, channel.args = "Up", ["rung"]
        await self.tell("StasisStart", channel=channel, args=channel.args)

    async def press(self, ref: str, key: str) -> None:
        """Somebody presses a key."""
        await self.tell("ChannelDtmfReceived", channel=self.channels[ref], digit=key)

    async def finish(self, ref: str) -> None:
        """What is being said to them has been said."""
        playback = self.channels[ref].playing.pop(0)
        await self._played(ref, playback)

    async def speak(self, ref: str, sound: bytes, seconds: int, talking: int) -> None:
        """They have said something, and it is recorded."""
        name, self.channels[ref].recording = self.channels[ref].recording, ""
        self.stored[name] = sound
        recording = {"name": name, "format": "wav", "state": "done", "target_uri": f"channel:{ref}"}
        await self.tell("RecordingFinished", recording=recording | {"duration": seconds, "talking_duration": talking})

    async def hang_up(self, ref: str, cause: int = 16) -> None:
        """A channel ends."""
        channel = self.channels[ref]
        if channel.args is not None:
            await self.tell("ChannelHangupRequest", channel=channel, cause=cause)
        await self._leave(channel)
        del self.channels[ref]
        if channel.args is not None:
            await self.tell("StasisEnd", channel=channel)
        if channel.account:
            await self.tell("ChannelDestroyed", channel=channel, cause=cause)

    async def tell(self, event: str, **more: Any) -> None:
        """Send an event to whoever is connected and wants it."""
        if "channel" in more:
            more["channel"] = more["channel"].json(self.app)
        if event in self.wanted:
            for socket in self._sockets:
                await socket.send_text(json.dumps({"type": event, "application": self.app} | more))

    async def cut(self) -> None:
        """The connection breaks."""
        for socket in list(self._sockets):
            await socket.close(1011)

    # Requests

    async def _answer(
        self, method: str, path: str, query: dict[str, str], body: Any, *, socket: bool
    ) -> tuple[int, Any]:
        self.requests.append((method, path, query))
        await self.hearing.wait()
        answer = await self._do(method, path, query, body, socket=socket)
        async with self._news:
            self._news.notify_all()
        return answer

    async def _do(self, method: str, path: str, query: dict[str, str], body: Any, *, socket: bool) -> tuple[int, Any]:
        for (refused, beginning), status in self.refusals.items():
            if method == refused and path.startswith(beginning):
                return status, {"message": "refused"}
        parts = [unquote(part) for part in path.split("/")]
        kind = parts[0]
        if kind == "channels":
            return await self._channel(method, parts[1:], query, body, socket=socket)
        if kind == "bridges":
            return await self._bridge(method, parts[1:], query, socket=socket)
        if kind == "playbacks":
            return await self._playback(method, parts[1])
        if kind == "recordings":
            return await self._recording(method, parts[1:])
        if kind == "endpoints":
            found = [{"resource": name, "state": state} for name, state in self.endpoints.items()]
            if len(parts) == 3:
                found = [one for one in found if one["resource"] == parts[2]]
                return (200, found[0]) if found else (404, {})
            return (200, found) if found else (404, {"message": "none"})
        if kind == "applications":
            self.wanted = [one["type"] for one in body["allowed"]]
            return 200, {}
        assert parts[:4] == ["asterisk", "config", "dynamic", "res_pjsip"], path
        return self._object(method, (parts[4], parts[5]), body)

    def _object(self, method: str, key: tuple[str, str], body: Any) -> tuple[int, Any]:
        if method == "GET":
            found = self.objects.get(key)
            return (404, {}) if found is None else (200, [{"attribute": a, "value": v} for a, v in found.items()])
        if method == "DELETE":
            if key[0] == "endpoint":
                self.endpoints.pop(key[1], None)
            return (204, None) if self.objects.pop(key, None) is not None else (404, {})
        self.objects[key] = {one["attribute"]: one["value"] for one in body["fields"]}
        if key[0] == "endpoint":
            self.endpoints[key[1]] = "online"
        return 200, body["fields"]

    async def _channel(
        self, method: str, parts: list[str], query: dict[str, str], body: Any, *, socket: bool
    ) -> tuple[int, Any]:
        if not parts:
            return 200, [channel.json(self.app) for channel in self.channels.values()]
        ref, act = parts[0], parts[1] if len(parts) > 1 else ""
        if method == "POST" and not act:
            return self._originate(ref, query, body)
        channel = self.channels.get(ref)
        if channel is None:
            return 404, {"message": "Channel not found"}
        if method == "DELETE" and not act:
            await self.hang_up(ref, int(query["reason_code"]) if "reason_code" in query else 16)
            return 204, None
        if method == "GET" and act == "variable":
            found = channel.variables.get(query["variable"])
            return (200, {"value": found}) if found is not None else (404, {})
        if act in ("answer", "variable"):
            self._waits(channel, f"{method} {act}", socket=socket)
        if act == "answer":
            channel.state = "Up"
        elif act == "variable":
            channel.variables[query["variable"]] = query["value"]
        elif act in NOISES:
            (channel.noise.add if method == "POST" else channel.noise.discard)(act)
        elif act == "play":
            channel.playing.append(parts[2])
            return 201, {}
        elif act == "record":
            channel.recording = query["name"]
            return 201, {}
        elif act == "snoop":
            return await self._snoop(channel, parts[2], query)
        elif act == "continue":
            channel.args = None
            await self.tell("StasisEnd", channel=channel)
        return 204, None

    def _originate(self, ref: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        if ref in self.channels:
            return 409, {"message": "Channel with given unique ID already exists"}
        account = body["variables"]["CHANNEL(accountcode)"]
        channel = self.channels[ref] = Channel(ref, state="Down", account=account)
        channel.variables = query | body["variables"]
        return 200, channel.json(self.app)

    async def _snoop(self, channel: Channel, name: str, query: dict[str, str]) -> tuple[int, Any]:
        made = self.channels[name] = Channel(name, state="Up", name=f"Snoop/{channel.id}-1", args=[query["appArgs"]])
        made.variables = query | {"on": channel.id}
        await self.tell("StasisStart", channel=made, args=made.args)
        return 200, made.json(self.app)

    async def _bridge(self, method: str, parts: list[str], query: dict[str, str], *, socket: bool) -> tuple[int, Any]:
        if not parts:
            return 200, [{"id": name, "channels": refs} for name, refs in self.bridges.items()]
        name, act = parts[0], parts[1] if len(parts) > 1 else ""
        if method == "POST" and not act:
            if name in self.bridges:
                return 409, {"message": "exists"}
            self.bridges[name] = []
            return 200, {}
        if name not in self.bridges:
            return 404, {"message": "Bridge not found"}
        if method == "DELETE":
            assert not self.bridges.pop(name), "somebody was still in that room"
            return 204, None
        channel = self.channels.get(query["channel"])
        if channel is None:
            return 400, {"message": "Channel not found"}
        if act == "addChannel" and channel.recording:
            return 409, {"message": "currently recording"}
        self._waits(channel, f"{method} {act}", socket=socket)
        if act == "removeChannel" and channel.room != name:
            return 422, {"message": "not in this bridge"}
        await self._leave(channel)
        if act == "addChannel":
            self.bridges[name].append(channel.id)
            channel.room, channel.muted = name, query.get("mute") == "true"
        return 204, None

    async def _leave(self, channel: Channel) -> None:
        if channel.room:
            name, channel.room = channel.room, ""
            left = self.bridges[name]
            left.remove(channel.id)
            await self.tell("ChannelLeftBridge", channel=channel, bridge={"id": name, "channels": list(left)})

    async def _playback(self, method: str, playback: str) -> tuple[int, Any]:
        for channel in self.channels.values():
            if playback in channel.playing:
                if method == "DELETE":
                    channel.playing.remove(playback)
                    await self._played(channel.id, playback)
                return (204, None) if method == "DELETE" else (200, {})
        return 404, {}

    async def _played(self, ref: str, playback: str) -> None:
        await self.tell("PlaybackFinished", playback={"id": playback, "target_uri": f"channel:{ref}", "state": "done"})

    async def _recording(self, method: str, parts: list[str]) -> tuple[int, Any]:
        if parts == ["stored"]:
            return 200, [{"name": name, "format": "wav"} for name in self.stored]
        if parts[0] == "stored":
            return (204, None) if self.stored.pop(parts[1], None) is not None else (404, {})
        for channel in self.channels.values():
            if channel.recording == parts[1]:
                if method == "POST":
                    await self.speak(channel.id, b"", 0, 0)
                return (204, None) if method == "POST" else (200, {})
        return 404, {}

    def _waits(self, channel: Channel, what: str, *, socket: bool) -> None:
        if socket and (channel.playing or channel.recording):
            self.stuck.append((what, channel.id))

    # The wire

    async def _events(self, socket: WebSocket) -> None:
        self.addresses.append(str(socket.url))
        if socket.headers.get("authorization") != KEY:
            await socket.close(1008)
            return
        await socket.accept()
        self.connections += 1
        self._sockets.append(socket)
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                request = json.loads(await socket.receive_text())
                if self.old:
                    continue
                path, _, query = request["uri"].partition("?")
                body = json.loads(request["message_body"]) if "message_body" in request else None
                status, said = await self._answer(request["method"], path, dict(parse_qsl(query)), body, socket=True)
                if "RESTResponse" in self.wanted:
                    answer = {"type": "RESTResponse", "request_id": request["request_id"], "status_code": status}
                    await socket.send_text(
                        json.dumps(answer | ({} if said is None else {"message_body": json.dumps(said)}))
                    )
        self._sockets.remove(socket)

    async def _request(self, request: Request) -> Response:
        self.addresses.append(str(request.url))
        path = request.scope["raw_path"].decode().removeprefix("/ari/")
        if path.startswith("recordings/stored/") and path.endswith("/file"):
            name = unquote(path.split("/")[2])
            return Response(self.stored[name]) if name in self.stored else Response(status_code=404)
        if request.headers.get("authorization") != KEY:
            return Response(status_code=401)
        body = json.loads(await request.body() or b"null")
        status, said = await self._answer(request.method, path, dict(request.query_params), body, socket=False)
        return Response(status_code=status) if said is None else JSONResponse(said, status)

    @asynccontextmanager
    async def running(self, port: int = 0) -> AsyncIterator["FakeAri"]:
        """Answer on this machine."""
        routes = [
            WebSocketRoute("/ari/events", self._events),
            Route("/ari/{path:path}", self._request, methods=["GET", "POST", "PUT", "DELETE"]),
        ]
        async with serving(Starlette(routes=routes), port) as self.address:
            yield self
            self.hearing.set()
