"""One connection to one Asterisk: events and requests over a single websocket, plain HTTP where it is too old for that.

Asterisk answers what comes over the websocket one by one and in order, so requests that build on each other may be
sent without waiting in between (22.4, 21.9 and 20.14 on; older ones take HTTP, one after another).
https://docs.asterisk.org/Configuration/Interfaces/Asterisk-REST-Interface-ARI/ARI-REST-over-WebSocket
"""

import asyncio
import itertools
import json
import logging
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

log = logging.getLogger(__name__)
SECONDS = 5.0
"""How long a request may take before it counts as failed."""
TRIAL_SECONDS = 1.0
"""How long an Asterisk has to answer the first request over the websocket; one that is too old never does."""
EVENTS = (
    "ApplicationReplaced",
    "ChannelDestroyed",
    "ChannelDtmfReceived",
    "ChannelHangupRequest",
    "ChannelLeftBridge",
    "ChannelStateChange",
    "PlaybackFinished",
    "RecordingFailed",
    "RecordingFinished",
    "StasisEnd",
    "StasisStart",
)
"""All that we listen to; Asterisk makes a dozen more for every call."""

Event = dict[str, Any]
Hear = Callable[[Event], None]


@dataclass(frozen=True, kw_only=True)
class Node:
    """Where one Asterisk is and how we are known there.

    `ari` is the address that ends in /ari; `app` the name that its dialplan hands calls to. `cap`: seconds that any
    call may last. `sounds`: a folder that both we and Asterisk read, where it runs on this machine; unset, it fetches
    prompts by their addresses itself. `trunk`: through whom numbers are rung that name no trunk.
    """

    name: str
    ari: str
    user: str
    password: str = field(repr=False)
    app: str = "hark"
    cap: int = 4 * 3600
    sounds: Path | None = None
    trunk: str = ""

    def http(self) -> httpx.AsyncClient:
        """A pooled client for requests and files; the caller closes it."""
        verify = ssl.create_default_context() if self.ari.startswith("https") else False
        limits = httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=10)
        auth = httpx.BasicAuth(self.user, self.password)
        return httpx.AsyncClient(
            base_url=self.ari, auth=auth, verify=verify, limits=limits, timeout=SECONDS, trust_env=False
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What Asterisk said to a request; `status` 0 when it said nothing. `place`: how many events came before it."""

    status: int
    body: Any = None
    place: int = 0

    @property
    def ok(self) -> bool:
        """It was done."""
        return 200 <= self.status < 300


class Ari:
    """A living connection. Made by `connected`; of no use after it."""

    def __init__(self, node: Node, socket: ClientConnection, http: httpx.AsyncClient) -> None:
        self.node = node
        self.by_socket = True
        self._socket = socket
        self._http = http
        self._numbers = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[Answer]] = {}
        self._place = 0
        self._unheard: list[Event] = []
        self._hear: Hear = self._unheard.append
        self._reading = asyncio.create_task(self._read())

    async def send(self, method: str, path: str, body: Any = None, **query: str | int) -> asyncio.Future[Answer]:
        """Send a request; what is sent after it is done after it. The future is its answer and never fails.

        Over HTTP the answer is awaited here, which keeps the order of whoever sends one request after another.
        """
        if not self.by_socket:
            done: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
            done.set_result(await self.aside(method, path, body, **query))
            return done
        number = str(next(self._numbers))
        request = {"type": "RESTRequest", "request_id": number, "method": method, "uri": uri(path, query)}
        if body is not None:
            request |= {"content_type": "application/json", "message_body": json.dumps(body)}
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            await self._socket.send(json.dumps(request))
        except (WebSocketException, OSError):
            self._settle(number, Answer(0))
        return waiting

    async def ask(self, method: str, path: str, body: Any = None, **query: str | int) -> Answer:
        """Send a request and wait for its answer, 5 s at most."""
        return await answered(await self.send(method, path, body, **query))

    async def aside(self, method: str, path: str, body: Any = None, **query: str | int) -> Answer:
        """As `ask`, over HTTP: nobody else's requests wait behind it, in whatever it may get stuck."""
        try:
            said = await self._http.request(method, uri(path, query), json=body)
            found = said.json() if said.content else None
        except (httpx.HTTPError, ValueError) as error:
            log.warning("%s: %s %s: %s", self.node.name, method, path, type(error).__name__)
            return Answer(0, None, self._place)
        return Answer(said.status_code, found, self._place)

    async def listen(self, hear: Hear) -> None:
        """Pass on every event since we connected, in order, until the connection breaks. `hear` must not raise and not
        wait."""
        for event in self._unheard:
            hear(event)
        self._hear = hear
        await self._reading

    async def _read(self) -> None:
        with suppress(WebSocketException, OSError):
            async for text in self._socket:
                message = json.loads(text)
                if message["type"] == "RESTResponse":
                    said = message.get("message_body")
                    answer = Answer(message["status_code"], json.loads(said) if said else None, self._place)
                    self._settle(message.get("request_id", ""), answer)
                else:
                    self._place += 1
                    self._hear(message)

    async def begin(self) -> None:
        """Ask for the events we use and no others, and find out by that which way requests go.

        The answers to requests are events as well to this filter. Raises ConnectionError where it isn't taken.
        """
        path = f"applications/{quote(self.node.app, safe='')}/eventFilter"
        wanted = {"allowed": [{"type": name} for name in (*EVENTS, "RESTResponse")]}
        answer = await answered(await self.send("PUT", path, wanted), TRIAL_SECONDS)
        if not answer.ok:
            self.by_socket = False
            answer = await self.aside("PUT", path, wanted)
            if not answer.ok:
                raise ConnectionError(f"{self.node.name} refused the event filter with {answer.status}")
            log.info("%s takes no requests over its websocket; they go by HTTP", self.node.name)

    async def close(self) -> None:
        """Stop reading; nobody waits for an answer any more."""
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        for number in list(self._waiting):
            self._settle(number, Answer(0))

    def _settle(self, number: str, answer: Answer) -> None:
        waiting = self._waiting.pop(number, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)


def uri(path: str, query: Mapping[str, str | int]) -> str:
    """A path with its query, as both ways of asking take it. Ids in the path are quoted by whoever makes it."""
    return f"{path}?{urlencode(query, quote_via=quote)}" if query else path


async def answered(waiting: asyncio.Future[Answer], seconds: float = SECONDS) -> Answer:
    """The answer once it is there; after so many seconds, one with status 0."""
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.shield(waiting)
    except TimeoutError:
        return Answer(0)


@asynccontextmanager
async def connected(node: Node, http: httpx.AsyncClient) -> AsyncIterator[Ari]:
    """A connection that gets the events we use. Raises OSError or WebSocketException when there is no connecting."""
    address = node.ari.replace("http", "ws", 1) + uri("/events", {"app": node.app, "subscribeAll": "false"})
    key = b64encode(f"{node.user}:{node.password}".encode()).decode()
    async with connect(
        address,
        additional_headers={"Authorization": f"Basic {key}"},
        compression=None,
        proxy=None,
        open_timeout=SECONDS,
        close_timeout=1,
        ping_interval=10,
        ping_timeout=10,
        max_queue=None,
    ) as socket:
        ari = Ari(node, socket, http)
        try:
            await ari.begin()
            yield ari
        finally:
            await ari.close()
