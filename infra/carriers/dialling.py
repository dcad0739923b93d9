"""What may be dialled out at all, whoever asks: never an emergency number, a short code, or one that earns its owner
money with each minute."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import phonenumbers
from phonenumbers import PhoneNumberType as Type

Why = Literal["invalid", "emergency", "short", "premium", "satellite", "revenue_share"]
"""No number; an ambulance's or the like; a short code; dearer than a call; a satellite or a network of no country;
a country whose numbers are often rung for a share of what the call costs."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """It may be dialled: the number in E.164 and the country (ISO 3166 alpha-2) that it is in."""

    e164: str
    country: str


@dataclass(frozen=True, slots=True)
class Denied:
    """It is never dialled."""

    why: Why


_FILLING = re.compile(r"[\s().\-/\u00a0]")
_NUMBER = re.compile(r"\+?[0-9]{2,18}")
_SHORT = 6
"""National numbers of so few digits are services rather than people, in every country that has them."""

_DEAR = {
    Type.PREMIUM_RATE, Type.SHARED_COST, Type.UAN, Type.PERSONAL_NUMBER, Type.PAGER, Type.VOICEMAIL, Type.UNKNOWN,
}  # fmt: skip
NO_COUNTRY = {800, 808, 870, 878, 881, 882, 883, 888, 979, 991}
"""Country codes of no country: satellites (870, 881, parts of 882 and 883), shared cost, premium, trials (ITU-T E.164,
list of assigned codes)."""
_ISLANDS = (
    "AC", "SH", "FK", "PM", "NF", "NR", "TO", "SB", "VU", "WF", "CK", "NU", "WS", "KI", "TV", "TK", "MH", "FM", "PW",
    "IO", "GL", "ST", "KM",
)  # fmt: skip
"""Few inhabitants and dear termination."""
_NEXT_DOOR = (
    "AG", "AI", "BB", "BM", "BS", "DM", "GD", "JM", "KN", "KY", "LC", "MS", "SX", "TC", "TT", "VC", "VG", "DO",
)  # fmt: skip
"""The Caribbean behind +1: a missed call from there looks as if it came from next door."""
_SURVEYED = (
    "CU", "KP", "SO", "SL", "GN", "GM", "GW", "LR", "BI", "DJ", "ER", "TD", "CF", "CG", "CD", "MV", "TL", "ZW",
)  # fmt: skip
"""Named year after year in the industry's surveys of revenue-share fraud."""
OFTEN_ABUSED = frozenset((*_ISLANDS, *_NEXT_DOOR, *_SURVEYED))
"""Countries whose numbers are most often rung for a share of the price. A hotline at home there may ring there."""


def may_dial(number: str, country: str = "") -> Allowed | Denied:
    """Whether to ring this number, written internationally or as in `country`, which is where the hotline is at home.

    What isn't surely a plain number of a person or an office is denied.
    """
    digits = _FILLING.sub("", number)
    if not _NUMBER.fullmatch(digits):
        return Denied("invalid")
    if not digits.startswith("+") and _emergency(digits, country):
        return Denied("emergency")
    if len(digits.lstrip("+")) <= _SHORT:
        return Denied("emergency" if _emergency(digits.lstrip("+"), country) else "short")
    try:
        parsed = phonenumbers.parse(digits, country or None)
    except phonenumbers.NumberParseException:
        return Denied("invalid")
    return _judge(parsed, country)


def _judge(parsed: phonenumbers.PhoneNumber, home: str) -> Allowed | Denied:
    if parsed.country_code in NO_COUNTRY:
        return Denied("premium" if parsed.country_code in (808, 979) else "satellite")
    inside = phonenumbers.national_significant_number(parsed)
    regions = phonenumbers.region_codes_for_country_code(parsed.country_code or 0)
    if any(phonenumbers.is_emergency_number(inside, region) for region in regions):
        return Denied("emergency")
    region = phonenumbers.region_code_for_number(parsed)
    if region is None or not phonenumbers.is_valid_number(parsed):
        return Denied("short" if len(inside) <= _SHORT else "invalid")
    if phonenumbers.number_type(parsed) in _DEAR:
        return Denied("premium")
    if region in OFTEN_ABUSED and region != home:
        return Denied("revenue_share")
    return Allowed(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164), region)


def _emergency(digits: str, country: str) -> bool:
    """Whether these digits would reach help: exactly any country's emergency number, or at home anything that a switch
    would take for one."""
    return _helps(digits) or bool(country and phonenumbers.connects_to_emergency_number(digits, country))


@lru_cache(maxsize=4096)
def _helps(digits: str) -> bool:
    if len(digits) > _SHORT:
        return False
    return any(phonenumbers.is_emergency_number(digits, region) for region in phonenumbers.SUPPORTED_SHORT_REGIONS)
