"""What a vendor's words mean: who calls, how a call ended, which keys were pressed."""

import re

from infra.carriers.protocol import Reason
from infra.carriers.twiml.models import ANSWERED, OVER, RINGING
from infra.carriers.twiml.pages.markup import typed
from infra.carriers.twiml.vendors.twilio import FINAL, Hook

_KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
KEYS = "0123456789*#"
WITHHELD = frozenset(
    word.translate(_KEYPAD) for word in ("ANONYMOUS", "RESTRICTED", "BLOCKED", "UNKNOWN", "UNAVAILABLE", "PRIVATE")
)
"""Words that vendors spell as if they were numbers: +266696687 is nobody's."""
_E164 = re.compile(r"\+?([1-9]\d{6,14})")
STAGES = {"ringing": RINGING, "in-progress": ANSWERED, "answered": ANSWERED} | dict.fromkeys(FINAL, OVER)
"""A call's status → how far its leg has come; what isn't here has only been asked for."""
_REASONS: dict[str, Reason] = {"busy": "busy", "no-answer": "no_answer", "failed": "unreachable"}
_BY_SIP: dict[str, Reason] = {
    "403": "rejected", "404": "invalid", "410": "invalid", "480": "unregistered", "484": "invalid",
    "486": "busy", "600": "busy", "603": "rejected", "604": "invalid", "607": "rejected",
}  # fmt: skip
"""SIP's answer (RFC 3261, RFC 8197) → why a call failed."""


def number(raw: str) -> str:
    """A number in E.164, also out of a SIP address; "" for a withheld one and for anything else."""
    user = raw.strip().removeprefix("sip:").removeprefix("tel:").split("@")[0].split(";")[0]
    found = _E164.fullmatch(user)
    return "" if found is None or found[1] in WITHHELD or found[1].removeprefix("1") in WITHHELD else f"+{found[1]}"


def stage(status: str) -> int:
    """How far a call of this status has come."""
    return STAGES.get(status, 0)


def why(hook: Hook) -> Reason:
    """Why a call is over."""
    status = hook.get("CallStatus")
    if status == "failed":
        return _BY_SIP.get(hook.get("SipResponseCode"), "unreachable")
    return _REASONS.get(status, "gone")


def pressed(hook: Hook, wanted: str) -> str:
    """The keys pressed where these were wanted, wrong ones too. The `#` that ends typing isn't among the vendor's
    digits; a vendor that doesn't say what ended it is taken to mean that."""
    keys = hook.get("Digits")
    if typed(wanted) and hook.fields.get("FinishedOnKey", ["#"])[0] == "#":
        keys = keys.removesuffix("#") + "#"
    return "".join(key for key in keys if key in KEYS)


def seconds(hook: Hook) -> int:
    """How long a recording is; 0 when there is none."""
    length = hook.get("RecordingDuration")
    if not hook.get("RecordingSid") or hook.get("RecordingStatus") in ("absent", "failed"):
        return 0
    return int(length) if length.isascii() and length.isdigit() else 1


def left_something(hook: Hook) -> bool:
    """Whether there is a recording, or is going to be."""
    return bool(hook.get("RecordingSid") or hook.get("RecordingUrl")) and hook.get("RecordingDuration") != "0"
