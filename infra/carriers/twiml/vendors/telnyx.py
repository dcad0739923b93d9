"""Telnyx: the dialect is called TeXML there; JSON in places, another signature, no coaching in markup.

Facts are from Telnyx's documentation (TeXML verbs and REST commands, webhook verification) and from its Python library.
"""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from typing import Any, ClassVar

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from infra.carriers.protocol import Ring
from infra.carriers.twiml.vendors.twilio import EVENTS, Hook, Twilio, Voice

TOLERANCE = 300
"""Seconds that a signature may be old, or ahead of our clock, as Telnyx's own library has it."""


class Bearer(httpx.Auth):
    """An API key in the Authorization header."""

    def __init__(self, key: str) -> None:
        self.key = key

    def auth_flow(self, request: httpx.Request) -> Any:
        """Add the header."""
        request.headers["authorization"] = f"Bearer {self.key}"
        yield request


class Telnyx(Twilio):
    """One account with Telnyx."""

    voices: ClassVar[Mapping[str, Voice]] = {
        "en": Voice("en-GB", "Polly.Amy"),
        "en-US": Voice("en-US", "Polly.Joanna"),
        "zh": Voice("cmn-CN", "Polly.Zhiyu"),
    }
    whispers: ClassVar[bool] = False
    silence: ClassVar[int] = 0  # there, silence is found by transcribing what is said
    recording: ClassVar[Mapping[str, str]] = {"trim": "trim-silence", "channels": "single"}
    taping: ClassVar[Mapping[str, str]] = {"record": "record-from-start", "record_beep": "false"}
    waits_with_sound: ClassVar[bool] = True
    calls: ClassVar[str] = "Calls"
    suffix: ClassVar[str] = ""

    @property
    def root(self) -> str:
        """The API's own address."""
        return self.account.api or "https://api.telnyx.com"

    @property
    def base(self) -> str:
        """The same resources under another path."""
        return f"{self.root}/v2/texml/Accounts/{self.account.account}"

    @property
    def auth(self) -> httpx.Auth:
        """An API key."""
        return Bearer(self.account.token.get_secret_value())

    def genuine(self, hook: Hook) -> bool:
        """Ed25519 over "<unix seconds>|<body>". The address isn't signed; that the call in the body is the one in the
        address is checked where the leg is known."""
        stamp, signature = hook.headers.get("telnyx-timestamp", ""), hook.headers.get("telnyx-signature-ed25519", "")
        if not (stamp.isascii() and stamp.isdigit()) or abs(hook.at - int(stamp)) > TOLERANCE:
            return False
        key = self.account.signing.get_secret_value() if self.account.signing else ""
        try:
            public = Ed25519PublicKey.from_public_bytes(b64decode(key, validate=True))
            public.verify(b64decode(signature, validate=True), f"{stamp}|".encode() + hook.body)
        except (InvalidSignature, NotBase64, ValueError):
            return False
        return hook.get("AccountSid") in ("", self.account.account)

    def ring(self, ring: Ring, to: str, answered: str, status: str) -> dict[str, Any]:
        """Events in one word, another name for the method, and the application that the call belongs to."""
        said = super().ring(ring, to, answered, status)
        del said["Method"]
        said.pop("FallbackMethod", None)
        return said | {
            "UrlMethod": "POST",
            "StatusCallbackEvent": " ".join(EVENTS),
            "Timeout": ring.seconds,
            "ApplicationSid": self.account.application,
        }

    def create(self, client: httpx.AsyncClient, said: dict[str, Any]) -> httpx.Request:
        """As JSON."""
        return client.build_request("POST", f"{self.base}/{self.calls}", json=said)

    async def sound(self, client: httpx.AsyncClient, name: str) -> httpx.Response:
        """The recording's resource names where the sound lies, signed for some minutes; our key isn't shown there."""
        found = await client.get(f"{self.base}/Recordings/{name}.json")
        if found.status_code != httpx.codes.OK:
            return found
        address = str(found.json().get("media_url") or "")
        if not address:
            return httpx.Response(404, request=found.request)
        async with httpx.AsyncClient(timeout=30) as stranger:
            return await stranger.get(address, follow_redirects=True)
