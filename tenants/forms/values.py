"""How one answer, as a browser sends it, is read as what its field asks for."""

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import date, time

import phonenumbers

from tenants.forms.fields import Answer, FormField, Kind
from tenants.problems import Problem, _

Read = Callable[[FormField, str, str | None], Answer | Problem]

LONGEST: dict[Kind, int] = {"text": 500, "longtext": 50_000}
YES = {"yes", "true", "on", "1"}
NO = {"no", "false", "off", "0"}
DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
TIME = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?")


def read(field: FormField, raw: object, *, region: str | None = None) -> Answer | Problem | None:
    """The answer in its stored form, None where nothing was answered, or what keeps it from being read.

    Stored forms: text without outer space, a number as int or float, a date as YYYY-MM-DD, a time as HH:MM,
    yes or no as "yes" or "no", a choice as its value, choices as a list in the form's order, a phone number
    in E.164 where `region` (ISO 3166 alpha-2) or its own + makes that sure, else its digits.
    """
    if field.type == "choices":
        return _choices(field, raw)
    if isinstance(raw, list | tuple):
        raw = raw[-1] if raw else None
    if isinstance(raw, bool):
        raw = "yes" if raw else "no"
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    typed = clean("" if raw is None else str(raw)).strip()
    return READERS[field.type](field, typed, region) if typed else None


def clean(typed: str) -> str:
    """The text without what a database can't hold: NUL, lone surrogates, returns before a new line."""
    unified = typed.replace("\r\n", "\n").replace("\x00", "")
    return unified.encode("utf-8", "ignore").decode("utf-8")


def _plain(typed: str) -> str:
    """Digits and signs typed with a Chinese keyboard, as the ASCII ones that they stand for."""
    return unicodedata.normalize("NFKC", typed).replace(" ", "")


def _text(field: FormField, typed: str, region: str | None) -> Answer | Problem:
    longest = LONGEST[field.type]
    if len(typed) > longest:
        message = _("This is longer than %(longest)d characters. Nothing was cut; please shorten it.")
        return Problem("too_long", message, {"longest": longest})
    return typed


def _choice(field: FormField, typed: str, region: str | None) -> Answer | Problem:
    return typed if typed in field.values else Problem("not_offered", _("Choose one of the answers listed."))


def _choices(field: FormField, raw: object) -> Answer | Problem | None:
    given = raw if isinstance(raw, list | tuple | set | frozenset) else [raw]
    chosen = {clean(str(value)).strip() for value in given if value is not None} - {""}
    if not chosen <= set(field.values):
        return Problem("not_offered", _("Choose from the answers listed."))
    return [value for value in field.values if value in chosen] or None


def _yes_or_no(field: FormField, typed: str, region: str | None) -> Answer | Problem:
    said = _plain(typed).lower()
    if said in YES:
        return "yes"
    return "no" if said in NO else Problem("not_yes_or_no", _("Choose yes or no, or leave it open."))


def _scale(field: FormField, typed: str, region: str | None) -> Answer | Problem:
    step = _plain(typed)
    if step not in field.values:
        ends = {"first": field.values[0], "last": field.values[-1]}
        return Problem("not_on_scale", _("Choose a step from %(first)s to %(last)s."), ends)
    return step if field.options else int(step)


def _number(field: FormField, typed: str, region: str | None) -> Answer | Problem:
    try:
        value = float(_plain(typed))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        return Problem("not_a_number", _("Write this as a number, such as 3 or 2.5."))
    if field.min is not None and value < field.min:
        return Problem("too_small", _("This can't be less than %(least)g."), {"least": field.min})
    if field.max is not None and value > field.max:
        return Problem("too_large", _("This can't be more than %(most)g."), {"most": field.max})
    return int(value) if value.is_integer() else value


def _date(field: FormField, typed: str, region: str | None) -> Answer | Problem:
    found = DATE.fullmatch(_plain(typed))
    try:
        if found:
            return date(*(int(part) for part in found.groups())).isoformat()
    except ValueError:
        pass  # such as 30 February: said below in the same words
    return Problem("not_a_date", _("Write this as year, month and day, such as 2026-03-08."))


def _time(field: FormField, typed: str, region: str | None) -> Answer | Problem:
    found = TIME.fullmatch(_plain(typed))
    try:
        if found:
            return time(int(found[1]), int(found[2])).isoformat("minutes")
    except ValueError:
        pass  # such as 25:00: said below in the same words
    return Problem("not_a_time", _("Write this as a time of day, such as 14:30."))


def _phone(field: FormField, typed: str, region: str | None) -> Answer | Problem:
    """Short and internal numbers are kept as given: what matters is that somebody can dial them."""
    digits = re.sub(r"[()./-]", "", _plain(typed))
    if not re.fullmatch(r"\+?[\d*#]{2,20}", digits):
        return Problem("not_a_phone", _("Write this as a phone number, in digits."))
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return digits
    if not phonenumbers.is_valid_number(number):
        return digits
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


READERS: dict[Kind, Read] = {
    "text": _text,
    "longtext": _text,
    "choice": _choice,
    "yesno": _yes_or_no,
    "scale": _scale,
    "number": _number,
    "date": _date,
    "time": _time,
    "phone": _phone,
}
