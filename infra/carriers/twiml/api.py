"""A vendor's REST API, as far as calls and recordings go."""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import httpx

from infra.carriers.twiml.vendors import Twilio
from infra.carriers.twiml.vendors.twilio import FINAL
from infra.speech.converting import converted

logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log addresses, which hold numbers in look-ups
PATIENCE = httpx.Timeout(6.0, connect=3.0)
SLACK = timedelta(seconds=5)
"""How far the vendor's clock may be behind ours."""


class Unclear(Exception):
    """Nobody knows whether the vendor did it: no answer, or one that says to come back. `busy`: we ask too often."""

    busy = False


class Denied(Exception):
    """The vendor won't do it. `answer` is what it says about it."""

    def __init__(self, status: int, answer: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {answer.get('code', '')}".strip())  # its message may quote a number
        self.status, self.answer = status, answer


@dataclass(frozen=True, slots=True)
class Take:
    """A recording that is ready, as a list names it; `seconds` is None where the vendor hasn't measured it."""

    sid: str
    seconds: int | None


@dataclass(frozen=True, slots=True)
class Lying:
    """A recording that is ready, as the account's own list names it: of a `call`, or of a whole `conference`. `at` is
    when it was made, `seconds` at least 1."""

    sid: str
    call: str
    conference: str
    at: datetime
    seconds: int


class Api:
    """One account's API. Every method raises Unclear or Denied, unless it says otherwise. `note` is told of each
    request whether it was served: answered by somebody who knows us."""

    def __init__(self, vendor: Twilio, note: Callable[[bool], None] = lambda served: None) -> None:
        self.vendor, self._note = vendor, note
        self.client = httpx.AsyncClient(auth=vendor.auth, timeout=PATIENCE, headers={"accept": "application/json"})

    async def create(self, said: dict[str, Any]) -> str:
        """Have a call made; returns its name, "" where the vendor tells that only later."""
        return str((await self._send(self.vendor.create(self.client, said))).get("sid") or "")

    async def redirect(self, sid: str, url: str) -> None:
        """Have a living call ask there what to do now."""
        await self._change(sid, {"Url": url, "Method": "POST"})

    async def end(self, sid: str) -> None:
        """End a call, ringing or answered; one that is over is fine."""
        try:
            await self._change(sid, {"Status": "completed"})
        except Denied as no:
            if await self.status(sid) not in {*FINAL, ""}:
                raise no from None

    async def status(self, sid: str) -> str:
        """A call's status; "" when there is no such call."""
        return str((await self.call(sid)).get("status") or "")

    async def living(self, to: str, caller_id: str, since: datetime) -> list[str]:
        """Calls that we have made from this number to that one since then and that aren't over, by name."""
        asked = {"To": to, "From": caller_id, "PageSize": "50"}
        address = f"{self.vendor.base}/{self.vendor.calls}"
        page = await self._send(self.client.build_request("GET", address, params=asked))
        return [
            str(call["sid"])
            for call in page.get("calls", ())
            if str(call.get("direction", "")).startswith("outbound")
            and call.get("status") not in FINAL
            and _made(call) >= since - SLACK
        ]

    async def takes(self, sid: str) -> list[Take]:
        """A call's recordings that are ready, the newest first."""
        address = f"{self.vendor.base}/Calls/{quote(sid, safe='')}/Recordings.json"
        page = await self._send(self.client.build_request("GET", address))
        ready = [one for one in page.get("recordings", ()) if one.get("status", "completed") == "completed"]
        return [Take(str(one["sid"]), _seconds(one)) for one in ready]

    async def sound(self, name: str) -> bytes:
        """A recording's file as it comes. Raises LookupError when there is none (yet)."""
        try:
            answer = await self.vendor.sound(self.client, quote(name, safe=""))
        except httpx.HTTPError as error:
            raise Unclear(type(error).__name__) from error
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise LookupError(name)
        if answer.status_code != httpx.codes.OK:
            raise Unclear(f"a recording was answered with {answer.status_code}")
        return answer.content

    async def wav(self, name: str) -> bytes:
        """A recording as WAV. Raises LookupError when there is none (yet)."""
        data = await self.sound(name)
        return data if data.startswith(b"RIFF") else await converted(data)

    async def lying(self) -> list[Lying]:
        """Every recording of the account's that is ready, up to a thousand of them."""
        found: list[Lying] = []
        address = f"{self.vendor.base}/Recordings.json?PageSize=100"
        for _ in range(10):
            page = await self._send(self.client.build_request("GET", address))
            found += [_lying(one) for one in page.get("recordings", ()) if one.get("status") == "completed"]
            following = str(page.get("next_page_uri") or "")
            if not following:
                break
            address = f"{self.vendor.root}{following}"
        return found

    async def call(self, sid: str) -> dict[str, Any]:
        """What the vendor knows of a call; empty when it knows none."""
        try:
            return await self._send(self.client.build_request("GET", self._call(sid)))
        except Denied as no:
            if no.status == httpx.codes.NOT_FOUND:
                return {}
            raise

    async def room(self, conference: str) -> str:
        """The name of a room, "" when there is no such conference."""
        address = f"{self.vendor.base}/Conferences/{quote(conference, safe='')}{self.vendor.suffix}"
        try:
            return str((await self._send(self.client.build_request("GET", address))).get("friendly_name") or "")
        except Denied as no:
            if no.status == httpx.codes.NOT_FOUND:
                return ""
            raise

    async def forget(self, name: str) -> None:
        """Delete a recording; one that is gone is fine."""
        address = f"{self.vendor.base}/Recordings/{quote(name, safe='')}.json"
        try:
            await self._send(self.client.build_request("DELETE", address))
        except Denied as no:
            if no.status != httpx.codes.NOT_FOUND:
                raise

    async def probe(self) -> None:
        """Ask for next to nothing, for the sake of `note` alone. Raises nothing."""
        address = f"{self.vendor.base}/{self.vendor.calls}"
        with suppress(Unclear, Denied):
            await self._send(self.client.build_request("GET", address, params={"PageSize": "1"}))

    async def close(self) -> None:
        """Let the connections go."""
        await self.client.aclose()

    def _call(self, sid: str) -> str:
        return f"{self.vendor.base}/Calls/{quote(sid, safe='')}{self.vendor.suffix}"

    async def _change(self, sid: str, said: dict[str, str]) -> None:
        await self._send(self.client.build_request("POST", self._call(sid), data=said))

    async def _send(self, request: httpx.Request) -> dict[str, Any]:
        try:
            said = await send(self.client, request)
        except Unclear as unclear:
            if not unclear.busy:
                self._note(False)
            raise
        except Denied as no:
            self._note(no.status != httpx.codes.UNAUTHORIZED)
            raise
        self._note(True)
        return said


async def send(client: httpx.AsyncClient, request: httpx.Request) -> dict[str, Any]:
    """The answer's JSON object, empty where there is none. Raises Unclear or Denied."""
    try:
        answer = await client.send(request)
    except httpx.HTTPError as error:
        raise Unclear(type(error).__name__) from error
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.is_server_error:
        unclear = Unclear(f"{request.method} was answered with {answer.status_code}")
        unclear.busy = not answer.is_server_error
        raise unclear
    try:
        said = answer.json() if answer.content else {}
    except ValueError:
        said = {}
    said = said if isinstance(said, dict) else {}
    if not answer.is_success:
        raise Denied(answer.status_code, _complaint(said))
    return said


def _complaint(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """What went wrong as Twilio says it, also where it comes in a list (Telnyx, SignalWire)."""
    errors = said.get("errors")
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):
        first = errors[0]
        return {"code": first.get("code", ""), "message": first.get("detail") or first.get("message", "")}
    return said


def _made(call: Mapping[str, Any]) -> datetime:
    return parsedate_to_datetime(str(call["date_created"]))


def _lying(recording: Mapping[str, Any]) -> Lying:
    made = str(recording["date_created"])
    return Lying(
        sid=str(recording["sid"]),
        call=str(recording.get("call_sid") or ""),
        conference=str(recording.get("conference_sid") or ""),
        at=datetime.fromisoformat(made) if made[:4].isdecimal() else parsedate_to_datetime(made),
        seconds=_seconds(recording) or 1,
    )


def _seconds(recording: Mapping[str, Any]) -> int | None:
    length = str(recording.get("duration") or "")
    return int(length) if length.isascii() and length.isdigit() else None
