"""What is written about a gift that came another way, read from the form and checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from billing.money import BadAmount, Money, parse
from billing.offline.facts import OfflineFacts
from infra.errors import Invalid
from infra.web import gettext as _
from tenants.members.service import normal_email

KINDS = ("bank", "cash", "in_kind")
LONGEST = {
    "name": 120, "postal": 400, "purpose": 200, "what": 300, "valued": 120, "counted": 120, "reference": 200,
    "why": 300,
}  # fmt: skip
LONG_AGO = timedelta(days=366)


@dataclass(slots=True)
class OfflineForm:
    """What the page shows and takes back, as typed. `old` says that a day long ago is meant."""

    kind: str = "bank"
    amount: str = ""
    currency: str = ""
    given_on: str = ""
    old: bool = False
    campaign: str = ""
    language: str = ""
    receipt: bool = True
    said: dict[str, str] = field(default_factory=dict)
    """What goes into `OfflineFacts`, by its names."""


@dataclass(frozen=True, slots=True)
class Given:
    """A gift as it is to be entered; `given_on` is a day where the hotline is."""

    kind: str
    money: Money
    given_on: date
    campaign: UUID | None
    facts: OfflineFacts
    language: str
    receipt: bool


def read(sent: Mapping[str, Any]) -> OfflineForm:
    """The form as it was sent."""

    def said(name: str) -> str:
        return str(sent.get(name) or "").replace("\r\n", "\n").strip()

    return OfflineForm(
        kind=said("kind"),
        amount=said("amount"),
        currency=said("currency"),
        given_on=said("given_on"),
        old=said("old") == "yes",
        campaign=said("campaign"),
        language=said("language"),
        receipt=said("receipt") == "yes",
        said={name: said(name) for name in OfflineFacts.__slots__},
    )


def check(
    form: OfflineForm, today: date, campaigns: Mapping[UUID, Any], languages: list[str]
) -> tuple[Given | None, dict[str, str]]:
    """The gift, or field → what is wrong, as sentences in the reader's language. `today` is where the hotline is;
    `campaigns` are those that there are, `languages` those in which a receipt can be written."""
    wrong: dict[str, str] = {}
    if form.kind not in KINDS:
        wrong["kind"] = _("Choose one of these.")
    money = _amount(form, wrong)
    on = _day(form, today, wrong)
    named = next((key for key in campaigns if str(key) == form.campaign), None)
    if form.campaign and named is None:
        wrong["campaign"] = _("Choose one of these.")
    language = form.language if form.language in languages else languages[0]
    facts = _facts(form, wrong)
    if wrong or money is None or on is None:
        return None, wrong
    return Given(form.kind, money, on, named, facts, language, form.receipt), {}


def _amount(form: OfflineForm, wrong: dict[str, str]) -> Money | None:
    if not re.fullmatch("[A-Z]{3}", form.currency):
        wrong["currency"] = _("Choose one of these.")
        return None
    try:
        money = parse(form.amount, form.currency)
    except (BadAmount, ValueError):
        wrong["amount"] = _("This isn't an amount in %(currency)s. Write it like 25 or 25.50.", currency=form.currency)
        return None
    if not money.minor:
        wrong["amount"] = _("Write an amount above nought.")
        return None
    return money


def _day(form: OfflineForm, today: date, wrong: dict[str, str]) -> date | None:
    try:
        on = date.fromisoformat(form.given_on)
    except ValueError:
        wrong["given_on"] = _("This isn't a day. Write it as 2027-03-31.")
        return None
    if on > today:
        wrong["given_on"] = _("This day hasn't come yet. Enter the gift once it is there.")
    elif today - on > LONG_AGO and not form.old:
        wrong["given_on"] = _("That was more than a year ago. If it is right, say so below.")
    return on


def _facts(form: OfflineForm, wrong: dict[str, str]) -> OfflineFacts:
    said = dict(form.said)
    for name, longest in LONGEST.items():
        if len(said.get(name, "")) > longest:
            wrong[name] = _("That is too long. Shorten it to %(longest)s characters.", longest=longest)
    if said.get("email"):
        try:
            said["email"] = normal_email(said["email"])
        except Invalid as error:
            wrong["email"] = _(error.message)
    if form.kind == "in_kind":
        if not said.get("what"):
            wrong["what"] = _("Say what was given.")
        if not said.get("valued"):
            wrong["valued"] = _("Say who valued it, and by what: a price list, an invoice, an estimate.")
    kept = {"in_kind": {"what", "valued"}, "cash": {"counted"}, "bank": {"reference"}}
    others = set().union(*kept.values()) - kept.get(form.kind, set())
    return OfflineFacts(**{name: "" if name in others else words for name, words in said.items()})
