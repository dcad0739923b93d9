"""A vendor in this process: an API behind a real server, and webhooks to us; doubled, late, out of order on wish."""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from email.utils import format_datetime
from itertools import count
from typing import Any
from urllib.parse import parse_qs

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.clock import now
from tests.carriers.twiml.fake.documented import (
    ADDRESS,
    CREATE,
    LONGEST_ADDRESS,
    NAMED,
    TELNYX_CREATE,
    UPDATE,
    account,
    signed,
)
from tests.carriers.twiml.fake.following import FakeCall, read

PLACES = {"twilio": "/2010-04-01", "signalwire": "/api/laml/2010-04-01", "telnyx": "/v2/texml"}
_numbers = count(1)
Trouble = Callable[[Request], Awaitable[Response | None]]


class FakeVendor:
    """`world` is how it reaches us. `trouble`, while it is set, answers every request of ours instead. `reached`, where
    a test sets it, carries a call to a SIP address on."""

    def __init__(self, dialect: str, world: httpx.AsyncClient) -> None:
        self.dialect, self.world = dialect, world
        self.account = account(dialect)
        self.calls: dict[str, FakeCall] = {}
        self.recordings: dict[str, bytes] = {}
        self.taken: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        self.posted: list[tuple[str, dict[str, str], int]] = []
        self.says_what_ended = dialect == "twilio"
        self.refuses: dict[str, tuple[int, int]] = {}
        self.fails_before = self.fails_after = 0
        self.holds_back = self.loses_media = self.api_is_blind = self.is_slow = False
        self.held: list[tuple[FakeCall, str]] = []
        self.rooms: dict[str, tuple[FakeCall, dict[str, str]]] = {}
        self.trouble: Trouble | None = None
        self.reached: Callable[[FakeCall], None] | None = None
        self.quiet: Callable[[], Awaitable[None]] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    # Its API

    def api(self) -> Starlette:
        """The REST API as an app."""
        base = f"{PLACES[self.dialect]}/Accounts/{self.account.account}"
        return Starlette(
            middleware=[Middleware(BaseHTTPMiddleware, dispatch=self._or_trouble)],
            routes=[
                Route(f"{base}/Calls{self._dot}", self._create, methods=["POST"]),
                Route(f"{base}/Calls{self._dot}", self._list, methods=["GET"]),
                Route(f"{base}/Calls/{{sid}}/Recordings.json", self._takes, methods=["GET"]),
                Route(f"{base}/Calls/{{sid}}", self._call, methods=["GET", "POST"]),
                Route(f"{base}/Recordings.json", self._lying, methods=["GET"]),
                Route(f"{base}/Conferences/{{sid}}", self._conference, methods=["GET"]),
                Route(f"{base}/Recordings/{{name}}", self._recording, methods=["GET", "DELETE"]),
                Route("/media/{name}", self._media, methods=["GET"]),
            ],
        )

    async def _or_trouble(self, request: Request, go_on: RequestResponseEndpoint) -> Response:
        answer = await self.trouble(request) if self.trouble else None
        return answer or await go_on(request)

    @property
    def _dot(self) -> str:
        return "" if self.dialect == "telnyx" else ".json"

    async def _said(self, request: Request) -> dict[str, Any]:
        if request.headers.get("content-type", "").startswith("application/json"):
            said = await request.json()
        else:
            form = parse_qs((await request.body()).decode(), keep_blank_values=True)
            said = {name: values[0] if name != "StatusCallbackEvent" else values for name, values in form.items()}
        self.asked.append((request.method, request.url.path, said))
        return dict(said)

    def _refusal(self, request: Request, said: dict[str, Any], known: set[str]) -> Response | None:
        scheme = "Bearer " if self.dialect == "telnyx" else "Basic "
        if not request.headers.get("authorization", "").startswith(scheme):
            return JSONResponse({"code": 20003, "message": "Authenticate"}, 401)
        if strange := set(said) - known:
            return JSONResponse({"code": 20001, "message": f"unknown {sorted(strange)}"}, 400)
        return None

    async def _create(self, request: Request) -> Response:
        said = await self._said(request)
        if self.fails_before:
            self.fails_before -= 1
            return Response(status_code=503)
        if no := self._refusal(request, said, TELNYX_CREATE if self.dialect == "telnyx" else CREATE):
            return no
        if said["To"] in self.refuses:
            status, code = self.refuses[said["To"]]
            return JSONResponse({"code": code, "message": f"The number {said['To']} is not good."}, status)
        if not ADDRESS.fullmatch(said["To"]) or len(said["To"]) > LONGEST_ADDRESS or not NAMED.fullmatch(said["From"]):
            return JSONResponse({"code": 21211, "message": f"Invalid 'To' Phone Number: {said['To']}"}, 400)
        events = said["StatusCallbackEvent"]
        call = self._new(
            to=said["To"], caller=said["From"], direction="outbound-api", status="queued", url=said["Url"],
            callback=said["StatusCallback"], events=tuple(events.split() if isinstance(events, str) else events),
            timeout=int(said["Timeout"]),
        )  # fmt: skip
        self.beside(self.tell(call, "initiated"))
        if self.reached and call.to.startswith("sip:"):
            self.reached(call)
        if self.fails_after:
            self.fails_after -= 1
            return Response(status_code=504)
        shown = {"from": call.caller, "to": call.to, "status": "queued"}
        return JSONResponse(shown if self.dialect == "telnyx" else shown | {"sid": call.sid}, 201)

    def _new(self, **known: Any) -> FakeCall:
        sid = {"twilio": f"CA{secrets.token_hex(16)}", "telnyx": f"v3:{secrets.token_urlsafe(16)}"}.get(
            self.dialect, f"{secrets.token_hex(4)}-5688-4307-b03b-{secrets.token_hex(6)}"
        )
        call = FakeCall(vendor=self, sid=sid, made=format_datetime(now()), **known)
        self.calls[sid] = call
        return call

    def _shown(self, call: FakeCall) -> dict[str, Any]:
        return {
            "sid": call.sid, "status": call.status, "to": call.to, "from": call.caller,
            "direction": "outbound" if self.dialect == "telnyx" and call.url else call.direction,
            "date_created": call.made,
        }  # fmt: skip

    async def _list(self, request: Request) -> Response:
        wanted = request.query_params
        self.asked.append(("GET", request.url.path, dict(wanted)))
        found = [
            call
            for call in self.calls.values()
            if not self.api_is_blind
            and call.to == wanted.get("To", call.to)
            and call.caller == wanted.get("From", call.caller)
        ]
        return JSONResponse({"calls": [self._shown(call) for call in found], "page": 0})

    async def _call(self, request: Request) -> Response:
        said = await self._said(request)
        call = self.calls.get(request.path_params["sid"].removesuffix(self._dot or "\0"))
        if call is None:
            return JSONResponse({"code": 20404, "message": "not found"}, 404)
        if request.method == "GET":
            return JSONResponse(self._shown(call))
        if self.fails_before:
            self.fails_before -= 1
            return Response(status_code=503)
        if no := self._refusal(request, said, UPDATE):
            return no
        if not call.living or ("Url" in said and call.status != "in-progress"):
            return JSONResponse({"code": 21220, "message": "Call is not in-progress."}, 400)
        if said.get("Status") == "completed":
            self.beside(self.over(call, "completed" if call.status == "in-progress" else "canceled"))
        else:
            call.rest = []
            self.beside(call.fetch(said["Url"]))
        return JSONResponse(self._shown(call))

    async def _takes(self, request: Request) -> Response:
        return JSONResponse({"recordings": self.taken.get(request.path_params["sid"], [])})

    async def _lying(self, request: Request) -> Response:
        """A page of two, as a vendor may answer with fewer than were asked for."""
        every = [one for taken in self.taken.values() for one in taken if one["sid"] in self.recordings]
        page = int(request.query_params.get("Page", "0"))
        more = f"{request.url.path}?Page={page + 1}&PageSize=2" if len(every) > 2 * page + 2 else None
        return JSONResponse({"recordings": every[2 * page : 2 * page + 2], "page": page, "next_page_uri": more})

    async def _conference(self, request: Request) -> Response:
        name = request.path_params["sid"].removesuffix(self._dot or "\0")
        return JSONResponse({"sid": name, "friendly_name": name.removeprefix("CF")})

    async def _recording(self, request: Request) -> Response:
        name = re.sub(r"\.(wav|json)$", "", request.path_params["name"])
        if name not in self.recordings:
            return JSONResponse({"code": 20404}, 404)
        if request.method == "DELETE":
            del self.recordings[name]
            return Response(status_code=204)
        if self.dialect == "telnyx":
            return JSONResponse({"sid": name, "media_url": f"{request.base_url}media/{name}"})
        return Response(self.recordings[name], media_type="audio/x-wav")

    async def _media(self, request: Request) -> Response:
        assert "authorization" not in request.headers
        return Response(self.recordings[request.path_params["name"]], media_type="audio/x-wav")

    # Its webhooks

    async def post(self, url: str, fields: dict[str, str]) -> httpx.Response:
        """Send us this, signed."""
        body, headers = signed(self.dialect, url, fields)
        answer = await self.world.post(url, content=body, headers=headers)
        self.posted.append((url, fields, answer.status_code))
        return answer

    def fields(self, call: FakeCall, **more: str) -> dict[str, str]:
        """What every webhook says."""
        return {
            "AccountSid": self.account.account, "ApiVersion": "2010-04-01", "CallSid": call.sid, "From": call.caller,
            "CallStatus": call.status, "To": call.to, "Direction": call.direction, "Caller": call.caller,
            "Called": call.to, "CallerCountry": "GB", "CallerCity": "",
        } | more  # fmt: skip

    async def ask(self, call: FakeCall, url: str, **more: str) -> str:
        """What the call is to do, from there."""
        answer = await self.post(url, self.fields(call, **more))
        assert answer.status_code == 200, (url, answer.status_code, answer.text)
        return answer.text

    async def tell(self, call: FakeCall, event: str) -> None:
        """A status callback, if it was asked for; held back where that is wished."""
        if not call.callback or event not in call.events:
            return
        if self.holds_back:
            self.held.append((call, event))
            return
        await self.status(call, event)

    async def status(self, call: FakeCall, event: str) -> None:
        """One status callback, now."""
        status = {"answered": "in-progress", "completed": call.status}.get(event, event)
        call.sequence += 1
        said = self.fields(call, CallStatus=status, SequenceNumber=str(call.sequence))
        if call.answered_with:
            said["SipResponseCode"] = call.answered_with
        await self.post(call.callback, said | {"CallbackSource": "call-progress-events", "CallDuration": "1"})

    # What happens in its network

    async def dial(self, to: str, caller: str = "+447700900123") -> FakeCall:
        """Somebody dials one of our numbers."""
        base = f"http://hark.test/voice/{self.dialect}/main"
        call = self._new(to=to, caller=caller, direction="inbound", status="ringing", callback=f"{base}/status")
        answer = await self.ask(call, f"{base}/incoming")
        call.documents.append(answer)
        if "<Reject" not in answer:
            call.status = "in-progress"
        await self._follow(call, answer)
        return call

    async def _follow(self, call: FakeCall, document: str) -> None:
        call.rest = read(document, self.dialect)
        await call.go_on()
        await self.settle()

    def ringing(self, number: str = "") -> list[FakeCall]:
        """Calls that we have asked for and that ring now."""
        return [
            call
            for call in self.calls.values()
            if call.direction == "outbound-api" and call.status in ("queued", "ringing") and number in call.to
        ]

    async def rings(self, call: FakeCall) -> None:
        """Their telephone begins to ring."""
        call.status = "ringing"
        await self.tell(call, "ringing")
        await self.settle()

    async def pick_up(self, call: FakeCall) -> None:
        """Somebody, or something, picks up."""
        call.status = "in-progress"
        await asyncio.gather(self.tell(call, "answered"), call.fetch(call.url))
        await self.settle()

    async def fail(self, call: FakeCall, status: str) -> None:
        """Nobody does: busy, no-answer, failed."""
        await self.over(call, status)
        await self.settle()

    async def over(self, call: FakeCall, status: str) -> None:
        """The call ends."""
        if call.living:
            call.status, call.at, call.rest = status, None, []
            await self.tell(call, "completed")

    async def recording(self, call: FakeCall, verb: Any, seconds: int, *, hang_up: bool) -> None:
        """A recording ends; its sound is ready a moment after."""
        sid = f"RE{secrets.token_hex(16)}"
        media = verb.attrib["recordingStatusCallback"]
        said = {"RecordingSid": sid, "RecordingUrl": f"https://api.example/{sid}", "RecordingDuration": str(seconds)}
        if hang_up:
            await self.over(call, "completed")
        if not seconds:
            await call.go_on()
            return
        if not hang_up:
            await call.fetch(verb.attrib["action"], Digits="#", **said)
        self.recordings[sid] = b"RIFF" + bytes(seconds)
        status = "processing" if self.is_slow else "completed"
        self._take(sid, seconds, status=status, call_sid=call.sid)
        if self.loses_media:
            return
        await self.post(media, self.fields(call, RecordingStatus="completed", **said))

    def _take(self, sid: str, seconds: int, **known: str) -> None:
        made = now().isoformat().replace("+00:00", "Z") if self.dialect == "telnyx" else format_datetime(now())
        one = {"sid": sid, "duration": str(seconds), "status": "completed", "date_created": made} | known
        self.taken.setdefault(known.get("call_sid", ""), []).insert(0, one)

    def message(self, to: str, caller: str, seconds: int) -> FakeCall:
        """The fallback document took a message while we were away."""
        call = self._new(to=to, caller=caller, direction="inbound", status="completed")
        sid = f"RE{secrets.token_hex(16)}"
        self.recordings[sid] = b"RIFF" + bytes(seconds)
        self._take(sid, seconds, call_sid=call.sid)
        return call

    def enters(self, call: FakeCall, conference: Any) -> None:
        """Somebody enters a room, which is set up by whoever comes first."""
        self.rooms.setdefault(conference.text, (call, dict(conference.attrib)))

    async def room_over(self, room: str, seconds: int) -> tuple[str, dict[str, str]]:
        """A room has become empty, and what was recorded of it is ready: where that is to be told, and how."""
        assert not [call for call in self.calls.values() if call.room == room], "somebody is in there"
        first, said = self.rooms.pop(room)
        assert said["record"] == "record-from-start"
        sid = f"RE{secrets.token_hex(16)}"
        self.recordings[sid] = b"RIFF" + sid.encode()
        self._take(sid, seconds, conference_sid=f"CF{room}")
        hook = {"AccountSid": self.account.account, "ConferenceSid": f"CF{room}", "RecordingSid": sid}
        if self.dialect != "twilio":
            hook["CallSid"] = first.sid
        more = {"RecordingStatus": "completed", "RecordingDuration": str(seconds), "RecordingSource": "Conference"}
        return said["recordingStatusCallback"], hook | more

    def beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it while the API answers."""
        task = asyncio.create_task(work)
        self._tasks.add(task)

    async def settle(self) -> None:
        """Wait until nothing is under way, here and with us."""
        for _ in range(20):
            if self.quiet:
                await self.quiet()
            going, self._tasks = self._tasks, set()
            current = asyncio.current_task()
            others = [task for task in going if task is not current]
            if not others:
                return
            await asyncio.gather(*others)
        raise AssertionError("it never comes to rest")


def number() -> str:
    """A number of ours that no other test has."""
    return f"+4420{next(_numbers):04d}{secrets.randbelow(10**4):04d}"
