"""Writes a text the way it must be read aloud: telephone numbers digit by digit, as somebody would dial them."""

import re

_LONG = re.compile(r"\+?\d(?:[ \-‑–]?\d){4,}")
"""Five digits or more, perhaps grouped: a hotline's number is no number of millions."""
_SHORT = re.compile(r"(?<![\d.,:])(?:000|11\d|12[0-3]|911|98[89]|99[5-9])(?![.,:]?\d)(?!\s*[%％])")
"""Emergency and crisis numbers: 000, 110 to 123, 911, 988, 989, 995 to 999."""
_YEARS = re.compile(r"\d{4}[-‑–]\d{2,4}")
_CHINESE = {"1": "幺", "+": "加"}
"""How digits are said on the telephone in Chinese: a one that nobody mistakes for a seven."""


def readable(text: str, language: str) -> str:
    """The text for a voice in `language` (BCP 47)."""
    chinese = language.lower().split("-")[0] in ("zh", "cmn", "yue")

    def dialled(found: re.Match[str]) -> str:
        if _YEARS.fullmatch(found[0]):
            return found[0]
        signs = [sign for sign in found[0] if sign.isdigit() or sign == "+"]
        return f" {' '.join(_CHINESE.get(sign, sign) if chinese else sign for sign in signs)} "

    return _SHORT.sub(dialled, _LONG.sub(dialled, text)).strip()
