"""What number somebody means: carriers, trunks and people write the same one in many ways."""

import re
from urllib.parse import unquote

import phonenumbers

LONGEST = 64
"""Characters of an address that are looked at; a number has 15 digits at most (ITU-T E.164)."""
_SCHEME = re.compile(r"^(sips?|tel):", re.IGNORECASE)
_FILLING = re.compile(r"[\s().\-/\u00a0\u2010-\u2015]")
_DIGITS = re.compile(r"\+?[0-9]{2,18}")


def readings(text: str, country: str = "") -> list[str]:
    """The numbers in E.164 that `text` may mean, the likeliest first; none when it is no number.

    It may be an address (`sip:…@…`, `tel:…`), international (`+44…`, `0044…`, `01144…`, `44…`) or national in `country`
    (ISO 3166 alpha-2).
    """
    digits = _bare(text)
    if not _DIGITS.fullmatch(digits):
        return []
    if digits.startswith("+"):
        return [digits] if len(digits) > 7 else []
    found = [national] if country and (national := _national(digits, country)) else []
    found += ["+" + digits.removeprefix(prefix) for prefix in ("00", "011") if digits.startswith(prefix)]
    if not digits.startswith("0"):
        found.append("+" + digits)
    return [each for each in dict.fromkeys(found) if 7 < len(each) <= 16]


def e164(text: str, country: str = "") -> str | None:
    """The number that a person means by this, None when it can't be one."""
    return next((each for each in readings(text, country) if _possible(each)), None)


def simulated(number: str) -> bool:
    """Whether it lies in +999, a country code that the ITU has left unassigned."""
    return number.startswith("+999")


def _bare(text: str) -> str:
    """Only the digits, with a plus where there was one."""
    text = unquote(text[:LONGEST]).strip()
    if "<" in text:
        text = text.split("<", 1)[1].split(">", 1)[0]
    user = _SCHEME.sub("", text).split("@", 1)[0].split(";", 1)[0]
    user = re.sub(r"^(\+[0-9]{1,3})\s*\(0\)", r"\1", user)  # +44 (0)20: the zero is for those who dial inside
    return _FILLING.sub("", user)


def _national(digits: str, country: str) -> str | None:
    try:
        parsed = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _possible(number: str) -> bool:
    if simulated(number):
        return len(number) == 12
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False
