"""Twilio, whose dialect it is. The others say only where they differ.

Facts are from Twilio's own documentation (Calls, Recordings and IncomingPhoneNumbers resources; TwiML for voice;
"Webhooks security") and from its Python library.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx
from twilio.request_validator import RequestValidator

from infra.carriers.protocol import Reason, Ring
from infra.settings import TwimlAccount

EVENTS = ("initiated", "ringing", "completed")
"""What we want to be told of a call that we make; that it was answered is told by its asking what to do."""
FINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""Statuses of a call after which nothing comes any more."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of the vendor's: the language as it writes it, and the voice's name."""

    language: str
    name: str


@dataclass(frozen=True, slots=True)
class Hook:
    """A request of a vendor's as it came. `url`: with scheme, host and query, as the vendor was given it; `fields`: the
    form, each name's values in order; `body`: the same, raw; `headers`: names in small letters."""

    url: str
    fields: Mapping[str, list[str]]
    body: bytes
    headers: Mapping[str, str]
    at: float
    """When it came, in seconds since 1970."""

    def get(self, name: str) -> str:
        """A field's value, "" where it isn't there."""
        return self.fields.get(name, [""])[0]


class Twilio:
    """One account with Twilio."""

    voices: ClassVar[Mapping[str, Voice]] = {
        "en": Voice("en-GB", "Polly.Amy"),
        "en-US": Voice("en-US", "Polly.Joanna"),
        "zh": Voice("cmn-CN", "Polly.Zhiyu"),
    }
    """Language (BCP 47, or only its beginning) → who speaks it. What isn't here is played from our own sound."""
    whispers: ClassVar[bool] = True
    """A conference's `coach` is understood."""
    silence: ClassVar[int] = 10
    """Seconds of silence that end a recording; 0 where that would cost the caller's privacy."""
    recording: ClassVar[Mapping[str, str]] = {
        "trim": "trim-silence",
        "recording_status_callback_event": "completed absent",
    }
    """What else a `Record` says. Silence is cut off, so that one in which nothing was said counts as none."""
    taping: ClassVar[Mapping[str, str]] = {
        "record": "record-from-start",
        "trim": "do-not-trim",
        "recording_status_callback_event": "completed absent",
    }
    """What a conference says that is to be recorded as a whole."""
    waits_with_sound: ClassVar[bool] = False
    """Whoever is alone in a conference hears a sound file there, rather than a document."""
    calls: ClassVar[str] = "Calls.json"
    suffix: ClassVar[str] = ".json"
    """How the address of the calls, and of a single one, end."""

    def __init__(self, account: TwimlAccount) -> None:
        self.account = account

    @property
    def root(self) -> str:
        """The API's own address."""
        return self.account.api or "https://api.twilio.com"

    @property
    def base(self) -> str:
        """The address below which this account's calls and recordings are, without a slash at its end."""
        return f"{self.root}/2010-04-01/Accounts/{self.account.account}"

    @property
    def auth(self) -> httpx.Auth:
        """What goes with every request of ours."""
        return httpx.BasicAuth(self.account.account, self.account.token.get_secret_value())

    def genuine(self, hook: Hook) -> bool:
        """Whether this vendor, and nobody else, sent this for this account."""
        return self._signed(hook, "x-twilio-signature") and hook.get("AccountSid") in ("", self.account.account)

    def _signed(self, hook: Hook, header: str) -> bool:
        """HMAC-SHA1 over the address and every field, sorted by name."""
        key = self.account.signing or self.account.token
        signature = hook.headers.get(header, "")
        return bool(RequestValidator(key.get_secret_value()).validate(hook.url, Fields(hook.fields), signature))

    def ring(self, ring: Ring, to: str, answered: str, status: str) -> dict[str, Any]:
        """What the request to ring somebody says. `answered` is asked once they pick up, `status` hears how it goes."""
        return {
            "To": to,
            "From": ring.caller_id,
            "Url": answered,
            "Method": "POST",
            "StatusCallback": status,
            "StatusCallbackMethod": "POST",
            "StatusCallbackEvent": list(EVENTS),
            "Timeout": str(ring.seconds),
            **self._fallback(),
        }

    def _fallback(self) -> dict[str, str]:
        return {"FallbackUrl": self.account.fallback, "FallbackMethod": "GET"} if self.account.fallback else {}

    def create(self, client: httpx.AsyncClient, said: dict[str, Any]) -> httpx.Request:
        """The request that creates a call, as this vendor wants it written."""
        return client.build_request("POST", f"{self.base}/{self.calls}", data=said)

    def refused(self, answer: Mapping[str, Any]) -> Reason:
        """Why a call wasn't created, from the error's code (Twilio's error dictionary)."""
        code = str(answer.get("code", ""))
        if code in ("21201", "21211", "21214", "21217", "21401", "13223", "13224"):
            return "invalid"
        return "blocked" if code in ("21215", "21216", "13225", "13227") else "unreachable"

    async def sound(self, client: httpx.AsyncClient, name: str) -> httpx.Response:
        """A recording as the vendor hands it out; its WAV where the vendor has a choice."""
        return await client.get(f"{self.base}/Recordings/{name}.wav", follow_redirects=True)


class Fields:
    """A form as the validator reads it: it looks for `getlist`."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        self.fields = fields

    def __iter__(self) -> Any:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    def getlist(self, name: str) -> list[str]:
        """Every value of a field."""
        return self.fields[name]
