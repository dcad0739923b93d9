"""Where an organisation may have an account, what the processor still asks of it and offers, in people's words."""

from functools import cache

from babel import Locale

from infra.errors import _

COUNTRIES = (
    "AE", "AT", "AU", "BE", "BG", "BR", "CA", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GI", "GR",
    "HK", "HR", "HU", "IE", "IT", "JP", "LI", "LT", "LU", "LV", "MT", "MX", "MY", "NL", "NO", "NZ", "PL", "PT", "RO",
    "SE", "SG", "SI", "SK", "TH", "US",
)  # fmt: skip
"""https://stripe.com/global, without those that it only invites. Mainland China isn't among them."""

MISSING = (
    ("tos_acceptance", _("Agreeing to Stripe's terms")),
    ("external_account", _("The bank account that gifts are paid out to")),
    ("business_profile", _("What your organisation does")),
    ("business_type", _("What kind of organisation it is")),
    ("company.verification", _("A document that proves the organisation")),
    ("company", _("Name, address and registration of your organisation")),
    ("individual", _("Who you are")),
    ("representative", _("Somebody who may act for your organisation")),
    ("person", _("Somebody who may act for your organisation")),
    ("directors", _("The members of your board")),
    ("executives", _("Who leads your organisation")),
    ("owners", _("Who owns your organisation")),
    ("settings", _("How gifts appear on donors' statements")),
)
"""The beginning of a requirement's name → what is asked."""
ELSE = _("Something else; Stripe's page says what")

WAYS = {
    "card": _("Cards"),
    "alipay": _("Alipay"),
    "wechat_pay": _("WeChat Pay"),
    "sepa_debit": _("SEPA direct debit"),
    "apple_pay": "Apple Pay",
    "google_pay": "Google Pay",
    "link": "Link",
    "ideal": "iDEAL",
    "bancontact": "Bancontact",
    "twint": "TWINT",
    "paypal": "PayPal",
}
"""The processor's words for ways to pay → what people call them; others are shown as they are."""


@cache
def countries(language: str) -> dict[str, str]:
    """Country code → its name, by name."""
    named = Locale.parse(language, sep="-").territories
    return dict(sorted(((code, named[code]) for code in COUNTRIES), key=lambda item: item[1]))


def asked(missing: list[str]) -> list[str]:
    """What is still asked for, each once, as message ids."""
    found = [next((words for start, words in MISSING if name.startswith(start)), ELSE) for name in missing]
    return list(dict.fromkeys(found))
