"""SIP addresses at which members of a hotline answer: which of them may be rung at all, and how they are written."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal

import phonenumbers

from infra.carriers.dialling import Denied, may_dial
from infra.settings import settings

LONGEST = 200
"""Characters; the strictest telephone company takes fewer than 255 (Twilio), with its own additions."""
_ADDRESS = re.compile(r"(?:sip:)?([A-Za-z0-9_.!~*'()+-]{1,64})@([A-Za-z0-9.-]{1,120})(?::([0-9]{1,5}))?", re.IGNORECASE)
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
COMPANIES = ("twilio.com", "signalwire.com", "telnyx.com")
"""Where an address may be a way to any number, at our cost."""
EXTENSION = 6
"""A user of so few digits is somebody inside an office."""
Why = Literal["form", "private", "company", "number"]
"""Not an address; one in a private network; one of a telephone company's; a number that is never dialled."""


@dataclass(frozen=True, slots=True)
class Refused:
    """It is never rung."""

    why: Why


def may_ring(typed: str, country: str = "") -> str | Refused:
    """The address as `sip:<user>@<host>`, with its port where it has one. `country` (ISO 3166 alpha-2) is where the
    hotline is at home, for users that are numbers. Nothing but user, host and port is taken: parameters and headers
    would be the vendor's orders."""
    found = _ADDRESS.fullmatch(typed.strip())
    if found is None or len(found[0]) > LONGEST or (found[3] and not 1 <= int(found[3]) <= 65535):
        return Refused("form")
    user, host, port = found[1], found[2].lower(), found[3]
    if why := _unfit(host):
        return Refused(why)
    if user.removeprefix("+").isdigit() and _is_dear(user, country):
        return Refused("number")
    return f"sip:{user}@{host}" + (f":{int(port)}" if port else "")


def _unfit(host: str) -> Why | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if not _NAME.fullmatch(host):
            return "form"
        return "company" if any(host == name or host.endswith(f".{name}") for name in COMPANIES) else None
    return None if address.is_global or settings().private_trunks else "private"


def _is_dear(user: str, country: str) -> bool:
    if len(user.removeprefix("+")) <= EXTENSION:
        return bool(country) and bool(phonenumbers.connects_to_emergency_number(user, country))
    verdict = may_dial(user, country)
    return isinstance(verdict, Denied) and verdict.why not in ("invalid", "short")
