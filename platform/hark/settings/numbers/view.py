"""What the pages about numbers say: words for kinds and states, prices, countries, lines."""

from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_currency, get_currency_precision

from infra.carriers.numbers import Found, Way
from infra.carriers.numbers import ways_beside as beside
from infra.database import Session
from infra.web import gettext, language
from provisioning.numbers.searching import countries_served, real_sellers
from provisioning.signup.places import countries
from tenants.directory.models import Number
from tenants.lines.service import lines
from tenants.problems import _

KINDS = {
    "local": (_("Local"), _("Belongs to a place. Callers pay what a call there costs them.")),
    "tollfree": (_("Free for callers"), _("You pay for each minute; callers pay nothing.")),
    "shared400": (_("400 number"), _("Mainland China: callers pay a local call, you the rest.")),
    "mobile": (_("Mobile"), _("Looks like a mobile telephone's, and often takes text messages.")),
}
CAPABILITIES = {"voice": _("Calls"), "sms": _("Text messages"), "mms": _("Pictures"), "fax": _("Fax")}
NEEDS = {
    "address": _("proof of an address"),
    "identity": _("proof of who you are"),
    "bundle": _("papers that the country asks for"),
}


class State(NamedTuple):
    """How a number stands: a word, and the colour of its dot."""

    word: str
    kind: str


def state_of(row: Number) -> State:
    """How a number stands, in a word."""
    if row.status == "reserved":
        return State(gettext(_("Being claimed")), "info")
    if row.status == "porting":
        return State(gettext(_("On its way from another company")), "info")
    if row.by == "second":
        return State(gettext(_("By its second way in")), "warn")
    if row.simulated:
        return State(gettext(_("Works inside this installation")), "good")
    if row.verified_at:
        return State(gettext(_("Works")), "good")
    return State(gettext(_("Not verified yet")), "idle")


def money(minor: int, currency: str) -> str:
    """Minor units as a price in words of the reader's language."""
    return format_currency(minor / 10 ** get_currency_precision(currency), currency, locale=_locale())


def day(at: date | datetime, zone: str = "UTC") -> str:
    """A day in words, without its hour; a moment's day is the one in `zone`."""
    there = at.astimezone(ZoneInfo(zone)).date() if isinstance(at, datetime) else at
    return format_date(there, "long", locale=_locale())


def _locale() -> str:
    tag = language()
    return "en_GB" if tag == "en" else tag.replace("-", "_")


def a_month(row: Any) -> str:
    """What a number (or a find) costs a month."""
    if not row.monthly:
        return gettext(_("free of charge"))
    return gettext(_("%(price)s a month")) % {"price": money(row.monthly, row.currency)}


def papers_words(found: Found) -> str:
    """What the country asks for before it hands a number out, in words."""
    return ", ".join(gettext(NEEDS.get(each, NEEDS["bundle"])) for each in found.needs)


def offered_countries() -> dict[str, str]:
    """The countries in which numbers can be had here, by code."""
    served, named = countries_served(), countries(language())
    return named if served is None else {code: name for code, name in named.items() if code in served}


def offered_kinds() -> dict[str, tuple[str, str]]:
    """The kinds that any account here sells."""
    sold = {kind for _carrier, _node, side in real_sellers() for kind in side.offers.kinds}
    return {kind: (gettext(word), gettext(help_)) for kind, (word, help_) in KINDS.items() if kind in sold}


async def line_names(session: Session) -> dict[str, str]:
    """The hotline's lines, by id."""
    return {str(row.id): row.name for row in await lines(session)}


def ways_beside(row: Number) -> list[Way]:
    """The ways that could stand in for a number's own one, as far as its carrier can send calls by them."""
    return beside(row.carrier, row.node)


def way_options(found: list[Way]) -> dict[str, str]:
    """The ways as a form offers them."""
    return {f"{way.carrier}/{way.node}": _named(way) for way in found}


def _named(way: Way) -> str:
    if way.carrier == "asterisk":
        return gettext(_("Our own exchange (%(node)s)"), node=way.node)
    return f"{way.carrier}, {way.node}"


def common() -> dict[str, Any]:
    """What every page about numbers may say."""
    return {
        "kinds": {key: gettext(word) for key, (word, _help) in KINDS.items()},
        "can": {key: gettext(word) for key, word in CAPABILITIES.items()},
        "country_names": countries(language()),
        "a_month": a_month,
        "money": money,
        "state_of": state_of,
        "day": day,
    }
