"""The form in which the platform's operators set how much a hotline may telephone outwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import phonenumbers
from babel.numbers import get_currency_precision, list_currencies

from infra.clock import now
from infra.database import Session
from tenants.allowance.models import Allowance
from tenants.allowance.service import locked
from tenants.audit import record
from tenants.problems import _

RANGES = {
    "legs": (0, 500),
    "minutes": (0, 200_000),
    "spend": (0, 100_000_000),
    "a_minute": (0, 10_000),
    "numbers": (1, 500),
}


@dataclass(slots=True)
class LimitsForm:
    """As it is typed: numbers as texts, money in minor units, countries as codes with spaces between them."""

    legs: str = ""
    minutes: str = ""
    spend: str = ""
    currency: str = ""
    a_minute: str = ""
    numbers: str = ""
    countries: str = ""


def shown(limits: Allowance) -> LimitsForm:
    """The form as things stand."""
    return LimitsForm(
        str(limits.legs), str(limits.minutes), str(limits.spend), limits.currency, str(limits.a_minute),
        str(limits.numbers), " ".join(limits.countries),
    )  # fmt: skip


def read(sent: Mapping[str, Any]) -> LimitsForm:
    """The form as it was sent."""
    return LimitsForm(**{name: str(sent.get(name) or "").strip()[:900] for name in LimitsForm.__dataclass_fields__})


def check(form: LimitsForm) -> dict[str, str]:
    """Field → what is wrong, as ids of translations."""
    wrong = {}
    for name, (least, most) in RANGES.items():
        text = getattr(form, name)
        if not (text.isascii() and text.isdigit() and len(text) < 12 and least <= int(text) <= most):
            wrong[name] = _("Write a whole number that isn't too large.")
    if form.currency not in list_currencies() or get_currency_precision(form.currency) > 3:
        wrong["currency"] = _("Write a currency's three letters, such as USD.")
    if set(form.countries.upper().split()) - set(phonenumbers.SUPPORTED_REGIONS):
        wrong["countries"] = _("Write countries by their two letters, with spaces between them: GB IE FR.")
    return wrong


async def keep(session: Session, form: LimitsForm) -> None:
    """Write a checked form into the limits of the hotline in scope, and into its trail."""
    row = await locked(session)
    for name in RANGES:
        setattr(row, name, int(getattr(form, name)))
    row.currency, row.countries, row.set_at = form.currency, sorted(set(form.countries.upper().split())), now()
    session.add(row)
    record(session, "allowance.set", subject=row.id)
