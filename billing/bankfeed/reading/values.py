"""Days and amounts as banks write them; what a single cell leaves open, its whole column decides."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

FORMS = ("ymd", "dmy", "mdy")
"""In which order year, month and day stand."""
LONGEST = 64
"""A cell of more signs is neither a day nor an amount. It isn't even looked at: evening out signs and spaces takes time
that grows with the square of how many there are, and everybody else's requests would wait for that."""
_MONTHS = {
    "jan": 1, "feb": 2, "fev": 2, "mar": 3, "mär": 3, "mrz": 3, "apr": 4, "avr": 4, "may": 5, "mai": 5, "mag": 5,
    "jun": 6, "jul": 7, "aug": 8, "ago": 8, "sep": 9, "set": 9, "oct": 10, "okt": 10, "ott": 10, "nov": 11,
    "dec": 12, "dez": 12, "dic": 12,
}  # fmt: skip
_PARTS = re.compile(r"\d+|[^\W\d_]+")
_DOTS = re.compile(r"\d{1,2}\.\s?\d{1,2}\.")
"""Where points stand between day and month, the day is first, in every country."""
_SIGNED = re.compile(r"(?P<before>[-+(]?)(?P<digits>[\d.,' ]*\d)(?P<after>[-+)]?)\s*(?P<word>cr|dr|c|d|h|s)?", re.I)


def day_of(cell: str, form: str) -> date | None:
    """The day in a cell whose parts stand in this order; None if it isn't one. An hour behind it is left out."""
    if len(cell) > LONGEST:
        return None
    parts = [part for part in _PARTS.findall(unicodedata.normalize("NFKC", cell)) if part not in "年月日"]
    if not parts or (form == "mdy" and _DOTS.match(cell.strip())):
        return None
    first = parts[0]
    if len(first) == 8 and first.isdigit():
        parts = [first[:4], first[4:6], first[6:]] if form == "ymd" else [first[:2], first[2:4], first[4:]]
    if len(parts) < 3:
        return None
    named = dict(zip(form, parts[:3], strict=True))
    month, year = named["m"], named["y"]
    if not (named["d"].isdigit() and year.isdigit() and len(year) in ((4,) if form == "ymd" else (2, 4))):
        return None
    try:
        number = int(month) if month.isdigit() else _MONTHS.get(month.casefold()[:3], 0)
        return date(int(year) + (2000 if len(year) == 2 else 0), number, int(named["d"]))
    except (ValueError, OverflowError):
        return None


def forms_of(cells: Iterable[str]) -> list[str]:
    """The orders in which every cell of a column that has digits is a day, the likeliest first: a statement goes one
    way in time."""
    filled = [cell for cell in cells if any(sign.isdigit() for sign in cell)]
    fitting = []
    for form in FORMS:
        days = [day_of(cell, form) for cell in filled]
        if days and all(days):
            sound = [day for day in days if day]
            span = (max(sound) - min(sound)).days
            fitting.append((not _one_way(sound), span, FORMS.index(form), form))
    return [form for *_order, form in sorted(fitting)]


def _one_way(days: Sequence[date]) -> bool:
    return list(days) in (sorted(days), sorted(days, reverse=True))


def number(cell: str, decimal: str) -> Decimal | None:
    """The number in a cell: thousands by any other sign; minus before, behind or as brackets; CR and DR. None if it
    isn't one. `decimal` is the sign before its decimal places."""
    if len(cell) > LONGEST:
        return None
    said = unicodedata.normalize("NFKC", cell).replace("\u2212", "-").replace("\u2019", "'").strip()
    said = re.sub(r"^([-+]?)\s*(?:[A-Z]{3}|[$€£¥]|HK\$)\s*", r"\1", said)
    said = re.sub(r"\s*(?:[A-Z]{3}|[$€£¥元])$", "", said).strip()
    said = re.sub(r"^([-+])\s+", r"\1", said)
    found = _SIGNED.fullmatch(said)
    if found is None:
        return None
    other = "." if decimal == "," else ","
    digits = re.sub(rf"[{re.escape(other)}' ]", "", found["digits"])
    if digits.count(decimal) > 1:
        return None
    try:
        value = Decimal(digits.replace(decimal, ".") if not digits.startswith(decimal) else "0." + digits[1:])
    except InvalidOperation:
        return None
    word = (found["word"] or "").casefold()
    return (
        -value
        if "-" in (found["before"], found["after"]) or found["before"] == "(" or word in {"dr", "d", "s"}
        else value
    )


def decimal_of(cells: Iterable[str]) -> str:
    """Which sign a column has before its decimal places, by all of its cells: the last of two signs; one that stands
    before other than three digits. "." where nothing says so."""
    votes = {".": 0, ",": 0}
    for cell in cells:
        said = re.sub(r"[^\d.,]", "", unicodedata.normalize("NFKC", cell[:LONGEST]))
        last = max(said.rfind("."), said.rfind(","))
        if last < 0:
            continue
        mark, behind = said[last], len(said) - last - 1
        if "." in said and "," in said:
            votes[mark] += 3
        elif said.count(mark) > 1:
            votes["," if mark == "." else "."] += 3
        elif behind != 3:
            votes[mark] += 2
        elif said[0] != "0":
            votes["," if mark == "." else "."] += 1
    return "," if votes[","] > votes["."] else "."
