"""What people type on a hosted page, checked. Only test cards are taken; any other number is neither kept nor shown."""

import re
from collections.abc import Mapping

from email_validator import EmailNotValidError, validate_email

from billing.simulated.paying.cards import by_number
from billing.simulated.paying.checkout import Typed
from infra.clock import now

_EXPIRY = re.compile(r"\s*(\d{1,2})\s*[/\-. ]?\s*(\d{2}|\d{4})\s*")
FIELDS = ("method", "email", "number", "expiry", "cvc", "name", "country")


def _(message: str) -> str:
    return message


def _month(typed: str) -> tuple[int, int] | None:
    """The month and year of a date on a card, None for what is none or is over."""
    found = _EXPIRY.fullmatch(typed)
    if found is None:
        return None
    month, year = int(found[1]), int(found[2])
    year = year + 2000 if year < 100 else year
    today = now()
    return (month, year) if 1 <= month <= 12 and (today.year, today.month) <= (year, month) else None


def read(form: Mapping[str, str], offered: list[str], *, email: str | None) -> tuple[Typed | None, dict[str, str]]:
    """What was typed, or None and what is wrong with each field (message ids)."""
    wrong: dict[str, str] = {}
    method = form.get("method", "") or offered[0]
    if method not in offered:
        wrong["method"] = _("Choose how to pay.")
    address = email or form.get("email", "").strip()
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        wrong["email"] = _("This doesn't look like an e-mail address.")
    name = form.get("name", "").strip()[:120]
    country = form.get("country", "").strip().upper()[:2] or "HK"
    if method != "card":
        return (None if wrong else Typed(method, address, name, country)), wrong
    card = by_number(form.get("number", ""))
    if card is None:
        wrong["number"] = _("Only the test cards listed on this page work here. Never type a real card's number.")
    expiry = _month(form.get("expiry", ""))
    if expiry is None:
        wrong["expiry"] = _("Give a month that isn't over, such as 12 / 34.")
    if not re.fullmatch(r"\d{3,4}", form.get("cvc", "").strip()):
        wrong["cvc"] = _("Three or four digits; any will do.")
    if wrong or card is None or expiry is None:
        return None, wrong
    return Typed(method, address, name, card.country or country, card, *expiry), wrong
