"""The settings' form: read, checked, and written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from billing.giving.models import GivingSettings
from billing.giving.settings import Giving, beginning
from billing.money import BadAmount, Money, digits, parse, shown
from billing.processor.amounts import to_stripe
from infra.web import gettext as _
from tenants.directory.models import Tenant
from tenants.texts import Text

CURRENCIES = (
    "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "JPY", "MXN", "MYR", "NOK", "NZD",
    "PLN", "RON", "SEK", "SGD", "THB", "TWD", "USD",
)  # fmt: skip
MOST_AMOUNTS = 6
LONGEST = 2000


@dataclass(slots=True)
class SettingsForm:
    """What the page shows and takes back, as typed."""

    open: bool
    currency: str
    amounts: str
    least: str
    most: str
    fee_percent: str
    fee: str
    does: Text
    thanks: Text
    filing: str
    partner: dict[str, str]


def plain(minor: int, currency: str) -> str:
    """An amount as somebody would type it: digits and a point."""
    places = digits(currency)
    whole, rest = divmod(minor, 10**places)
    return f"{whole}.{rest:0{places}}" if places and rest else str(whole)


def as_kept(row: GivingSettings, languages: list[str]) -> SettingsForm:
    """The form as things stand."""
    return SettingsForm(
        open=row.open,
        currency=row.currency,
        amounts=", ".join(plain(minor, row.currency) for minor in row.amounts),
        least=plain(row.least_minor, row.currency),
        most=plain(row.most_minor, row.currency),
        fee_percent=f"{row.fee_points / 100:g}",
        fee=plain(row.fee_minor, row.currency),
        does={tag: row.does.get(tag, "") for tag in languages},
        thanks={tag: row.thanks.get(tag, "") for tag in languages},
        filing=row.filing,
        partner={name: str(row.partner.get(name, "")) for name in ("name", "filing", "url")},
    )


def read(sent: Mapping[str, Any], languages: list[str]) -> SettingsForm:
    """The form as it was sent."""

    def said(name: str) -> str:
        return str(sent.get(name) or "").replace("\r\n", "\n").strip()

    return SettingsForm(
        open=said("open") == "yes",
        currency=said("currency"),
        amounts=said("amounts"),
        least=said("least"),
        most=said("most"),
        fee_percent=said("fee_percent"),
        fee=said("fee"),
        does={tag: said(f"does.{tag}") for tag in languages},
        thanks={tag: said(f"thanks.{tag}") for tag in languages},
        filing=said("filing"),
        partner={name: said(f"partner_{name}") for name in ("name", "filing", "url")},
    )


def write(
    form: SettingsForm, giving: Giving, tenant: Tenant, *, ready: bool, language: str
) -> tuple[GivingSettings | None, dict[str, str]]:
    """The row as the form wants it, or field → what is wrong. `ready`: there is an account that takes payments."""
    wrong: dict[str, str] = {}
    if form.currency not in {*CURRENCIES, beginning(tenant).currency}:
        return None, {"currency": _("Choose one of these.")}
    amounts = [_money(each, form.currency, "amounts", wrong) for each in form.amounts.replace("，", ",").split(",")]
    least = _money(form.least, form.currency, "least", wrong)
    most = _money(form.most, form.currency, "most", wrong)
    fee = _money(form.fee or "0", form.currency, "fee", wrong, nought=True)
    points = _points(form.fee_percent, wrong)
    if not wrong:
        _bounds(sorted({money.minor for money in amounts}), Money(least.minor, form.currency), most, wrong, language)
    _texts(form, wrong)
    _opening(form, giving, wrong, ready=ready)
    if wrong:
        return None, wrong
    row = giving.settings
    row.open, row.currency = form.open, form.currency
    row.amounts = sorted({money.minor for money in amounts})
    row.least_minor, row.most_minor, row.fee_minor, row.fee_points = least.minor, most.minor, fee.minor, points
    row.does, row.thanks = {**row.does, **form.does}, {**row.thanks, **form.thanks}
    row.filing, row.partner = form.filing, form.partner if form.partner["name"] else {}
    return row, {}


def _money(typed: str, currency: str, field: str, wrong: dict[str, str], *, nought: bool = False) -> Money:
    try:
        money = parse(typed, currency)
        to_stripe(money)
        if money.minor or nought:
            return money
    except (BadAmount, ValueError):
        pass
    wrong[field] = _("“%(typed)s” isn't an amount in %(currency)s.", typed=typed[:30], currency=currency)
    return Money(1, currency)


def _points(typed: str, wrong: dict[str, str]) -> int:
    try:
        points = round(float(typed.replace(",", ".").removesuffix("%") or "0") * 100)
        if 0 <= points <= 2000:
            return points
    except ValueError:
        pass
    wrong["fee_percent"] = _("Write a percentage between 0 and 20.")
    return 0


def _bounds(amounts: list[int], least: Money, most: Money, wrong: dict[str, str], language: str) -> None:
    if len(amounts) > MOST_AMOUNTS:
        wrong["amounts"] = _("Suggest six amounts at most.")
    if most < least:
        wrong["most"] = _("The largest gift is smaller than the smallest.")
    elif amounts and (amounts[0] < least.minor or amounts[-1] > most.minor):
        wrong["amounts"] = _(
            "All of them must lie between %(least)s and %(most)s.",
            least=shown(least, language),
            most=shown(most, language),
        )


def _texts(form: SettingsForm, wrong: dict[str, str]) -> None:
    for name in ("does", "thanks"):
        for tag, words in getattr(form, name).items():
            if len(words) > LONGEST:
                wrong[f"{name}.{tag}"] = _("That is too long. Shorten it.")
    if len(form.filing) > 120:
        wrong["filing"] = _("That is too long. Shorten it.")
    partner = form.partner
    if any(partner.values()):
        if not 0 < len(partner["name"]) <= 120:
            wrong["partner_name"] = _("Write the partner's name.")
        if not _is_address(partner["url"]):
            wrong["partner_url"] = _("Write a whole address that begins with https://.")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and "." in parts.netloc and len(url) <= 500


def _opening(form: SettingsForm, giving: Giving, wrong: dict[str, str], *, ready: bool) -> None:
    """What has to be there before the page may be switched on."""
    if not form.open:
        return
    if not giving.law.free and not form.filing:
        wrong["filing"] = _("The law of your country wants this number before you may ask the public.")
    if not ready:
        wrong["open"] = _("Connect an account that takes payments first: gifts need somewhere to go.")
    if not any(form.does.values()):
        wrong[f"does.{next(iter(form.does))}"] = _("Say what a gift does: donors read it first.")
