"""What the vendors document: verbs and their attributes, parameters of requests, how theirs are signed.

From Twilio's and SignalWire's references (and the parameters in their libraries), and Telnyx's TeXML reference.
"""

import base64
import re
import time
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from twilio.request_validator import RequestValidator

from infra.settings import TwimlAccount

VERBS = {
    "Response": set(),
    "Say": {"voice", "language", "loop"},
    "Play": {"loop", "digits"},
    "Pause": {"length"},
    "Redirect": {"method"},
    "Hangup": set(),
    "Reject": {"reason"},
    "Gather": {
        "input", "action", "method", "timeout", "finishOnKey", "numDigits", "actionOnEmptyResult", "language", "hints",
    },
    "Record": {
        "action", "method", "timeout", "finishOnKey", "maxLength", "playBeep", "trim", "recordingStatusCallback",
        "recordingStatusCallbackMethod", "recordingStatusCallbackEvent",
    },
    "Dial": {"action", "method", "timeout", "timeLimit", "callerId", "hangupOnStar", "record"},
    "Conference": {
        "muted", "beep", "startConferenceOnEnter", "endConferenceOnExit", "waitUrl", "waitMethod", "maxParticipants",
        "coach", "participantLabel", "statusCallback", "statusCallbackEvent", "record", "trim",
        "recordingStatusCallback", "recordingStatusCallbackEvent", "recordingStatusCallbackMethod",
    },
}  # fmt: skip
"""Verb → what Twilio and SignalWire take with it."""
TELNYX_VERBS = VERBS | {
    "Gather": (VERBS["Gather"] - {"actionOnEmptyResult"}) | {"validDigits", "minDigits"},
    "Record": (VERBS["Record"] - {"recordingStatusCallbackEvent"}) | {"channels", "transcription"},
    "Conference": (VERBS["Conference"] - {"coach"}) | {"recordBeep"},
}
NESTED = {"Gather": {"Say", "Play", "Pause"}, "Dial": {"Conference"}}

CREATE = {
    "To", "From", "Url", "Method", "FallbackUrl", "FallbackMethod", "StatusCallback", "StatusCallbackEvent",
    "StatusCallbackMethod", "Timeout", "SendDigits", "CallerId", "MachineDetection",
}  # fmt: skip
TELNYX_CREATE = (CREATE - {"Method", "FallbackMethod", "SendDigits"}) | {"UrlMethod", "ApplicationSid", "TimeLimit"}
UPDATE = {"Url", "Method", "Status", "FallbackUrl", "FallbackMethod", "StatusCallback", "StatusCallbackMethod"}

ADDRESS = re.compile(
    r"\+[1-9][0-9]{6,14}|sip:[A-Za-z0-9_.!~*'()+-]+@[A-Za-z0-9.-]+(:[0-9]{1,5})?(;transport=(udp|tcp|tls))?"
)
LONGEST_ADDRESS = 254
NAMED = re.compile(r"[A-Za-z0-9+_.-]+")
"""Whom a call may be made to: a number in E.164 or a SIP URI of fewer than 255 characters; and by whom."""

TOKEN, SIGNING = "a-token-of-ours", "PSK_signing_key"
KEY = Ed25519PrivateKey.generate()
PUBLIC = base64.b64encode(KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def account(vendor: str, api: str | None = None, **more: Any) -> TwimlAccount:
    """An account with this vendor, named `main`."""
    own: dict[str, Any] = {
        "twilio": {},
        "signalwire": {"signing": SIGNING, "space": "example.signalwire.com"},
        "telnyx": {"signing": PUBLIC, "application": "1293384261075731499"},
    }[vendor]
    sid = {"twilio": "AC" + "0" * 32}.get(vendor, "720796a0-8ee9-4350-83bd-2d07a3121f1e")
    said = {"name": "main", "vendor": vendor, "account": sid, "token": TOKEN, "api": api} | own | more
    return TwimlAccount(**said)


def signed(vendor: str, url: str, fields: dict[str, str], *, at: float | None = None) -> tuple[bytes, dict[str, str]]:
    """The body and headers of a request as this vendor sends it."""
    body = urlencode(fields).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    if vendor == "telnyx":
        stamp = str(int(at if at is not None else time.time()))
        signature = base64.b64encode(KEY.sign(f"{stamp}|".encode() + body)).decode()
        return body, headers | {"telnyx-timestamp": stamp, "telnyx-signature-ed25519": signature}
    key, header = (TOKEN, "x-twilio-signature") if vendor == "twilio" else (SIGNING, "x-signalwire-signature")
    return body, headers | {header: RequestValidator(key).compute_signature(url, fields)}
