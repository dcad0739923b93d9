"""A switchboard by hand: it says what the test has it say, and keeps what pages said."""

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from infra.web.i18n import speaking
from infra.web.pages import environment
from tests.calls.stage import TENANT

BASE = "/h/dawn/call/1"
BOB = SimpleNamespace(name="Bob", role="operator")
WAYS = [
    {"icon": "phone", "label": "Ring +999 123 456 from any phone", "href": "tel:+999123456"},
    {"icon": "calendar-clock", "label": "Ask to be called back", "href": "/h/dawn/callback"},
]


@dataclass
class Line:
    """One end of a page's sockets: `greeting` is said to each socket that opens."""

    greeting: list[dict[str, Any]] = field(default_factory=list)
    heard: list[dict[str, Any]] = field(default_factory=list)
    sockets: list[WebSocket] = field(default_factory=list)
    refusing: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _saying: set[asyncio.Future[None]] = field(default_factory=set)

    async def serve(self, socket: WebSocket) -> None:
        """The endpoint."""
        await socket.accept()
        if self.refusing:
            await socket.close(self.refusing)
            return
        self.sockets.append(socket)
        self._news.set()
        for message in self.greeting:
            await socket.send_json(message)
        try:
            while True:
                message = await socket.receive_json()
                if message["type"] == "ping":
                    await socket.send_json({"type": "pong"})
                else:
                    self.note(message)
        except WebSocketDisconnect:
            self.sockets.remove(socket)

    def note(self, message: dict[str, Any]) -> None:
        """Something came from the page."""
        self.heard.append(message)
        self._news.set()

    async def say(self, **message: Any) -> None:
        """Tell every page."""
        for socket in list(self.sockets):
            await socket.send_json(message)

    async def opened(self, sockets: int = 1) -> None:
        """Wait for pages' sockets."""
        async with asyncio.timeout(5):
            while len(self.sockets) < sockets:
                self._news.clear()
                await self._news.wait()

    async def hears(self, **expected: Any) -> dict[str, Any]:
        """Wait for a message with these fields."""
        async with asyncio.timeout(10):
            while True:
                self._news.clear()
                for message in self.heard:
                    if all(message.get(name) == value for name, value in expected.items()):
                        return message
                await self._news.wait()

    async def hears_other(self, type: str, sid: str) -> dict[str, Any]:
        """Wait for such a message from another page than the one with this sid."""
        async with asyncio.timeout(10):
            while True:
                self._news.clear()
                for message in self.heard:
                    if message["type"] == type and message["sid"] != sid:
                        return message
                await self._news.wait()

    def later(self, saying: Coroutine[Any, Any, None]) -> None:
        """Say it without waiting; the order of what is said stays."""
        task = asyncio.ensure_future(saying)
        self._saying.add(task)
        task.add_done_callback(self._saying.discard)

    async def drop(self) -> None:
        """Lose every socket, as a restarted server does."""
        for socket in list(self.sockets):
            await socket.close(1012)


@dataclass
class CallerLine(Line):
    """The caller's page with what it posts."""

    context: dict[str, Any] = field(default_factory=dict)
    posted: list[tuple[str, bytes]] = field(default_factory=list)
    failing: int = 0

    def routes(self) -> list[Route | WebSocketRoute]:
        """All that the page asks for."""
        return [
            Route("/h/dawn/call", self.page, methods=["GET"]),
            Route("/h/dawn/call", self.start, methods=["POST"]),
            Route(BASE, self.page, methods=["GET"]),
            Route("/h/dawn/theme.css", lambda _request: Response("", media_type="text/css")),
            WebSocketRoute(f"{BASE}/socket", self.serve),
            Route(f"{BASE}/{{rest:path}}", self.post, methods=["POST"]),
        ]

    async def page(self, request: Request) -> HTMLResponse:
        """The real template, as the hotline would have rendered it."""
        here = {"base": BASE} if request.url.path == BASE else None
        with speaking(request.query_params.get("lang", "en")):
            return HTMLResponse(environment.get_template("public/call.html").render(
                {"request": request, "tenant": TENANT, "me": None, "hotline": "Dawn Line", "start": "/h/dawn/call",
                 "call": here, "screen": None, "ways": WAYS, "relayed": True, **self.context}
            ))  # fmt: skip

    async def start(self, request: Request) -> Response:
        """A call is begun."""
        form = await request.form()
        self.posted.append(("start", str(form["microphone"]).encode()))
        return JSONResponse({"base": BASE}, 201)

    async def post(self, request: Request) -> Response:
        """Pieces of voicemail, beacons, the call-back form."""
        if self.failing:
            self.failing -= 1
            return Response(status_code=503)
        what = request.path_params["rest"] + ("?" + request.url.query if request.url.query else "")
        self.posted.append((what, await request.body()))
        self.note({"type": "posted", "what": what})
        if what == "callback":
            return Response(status_code=303, headers={"location": BASE})
        return Response(status_code=204)

    def finished(self) -> dict[str, Any]:
        """How the last voicemail was finished."""
        return dict(json.loads([body for what, body in self.posted if what == "voicemail"][-1]))


@dataclass
class ConsoleLine(Line):
    """The console with the little it asks for; all tabs are one operator's."""

    duty: str = "on"

    def routes(self) -> list[Route | WebSocketRoute]:
        """All that the page asks for."""
        return [
            Route("/o/dawn/console", self.page),
            Route("/o/dawn/contacts/for-call/{call}", self.record),
            Route("/o/dawn/callers/for-call/{call}", lambda _request: HTMLResponse("")),
            Route("/h/dawn/theme.css", lambda _request: Response("", media_type="text/css")),
            WebSocketRoute("/o/dawn/console/socket", self.serve),
        ]

    async def page(self, request: Request) -> HTMLResponse:
        """The real template, for Bob."""
        with speaking(request.query_params.get("lang", "en")):
            return HTMLResponse(environment.get_template("console/console.html").render(
                {"request": request, "tenant": TENANT, "me": BOB, "duty": self.duty,
                 "socket": "/o/dawn/console/socket", "records": "/o/dawn/contacts/for-call/",
                 "callers": "/o/dawn/callers/for-call/"}
            ))  # fmt: skip

    async def record(self, request: Request) -> HTMLResponse:
        """In the place of the contact form."""
        call = request.path_params["call"]
        return HTMLResponse(
            f'<form class="form"><label for="n">Notes {call}</label><textarea class="input" id="n"></textarea></form>'
        )


def exchange(caller: CallerLine, console: ConsoleLine) -> None:
    """Let what callers and operators signal reach the other side, as the switchboard does during a call."""
    for here, there in ((caller, console), (console, caller)):

        def note(message: dict[str, Any], here: Line = here, there: Line = there) -> None:
            Line.note(here, message)
            payload = {"hello": message["sid"]} if message["type"] == "hello" else message.get("payload")
            if payload:
                there.later(there.say(type="peer", payload=payload))

        here.note = note  # type: ignore[method-assign]  # each instance's own ears
