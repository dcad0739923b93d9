"""How the books speak to people: accounts, kinds of entries, amounts."""

from datetime import date
from typing import Any

from babel.dates import format_date

from billing.ledger.chart import account
from billing.ledger.service import Posting
from billing.money import Money, shown
from infra.errors import _
from infra.web import gettext, language

KINDS = {
    "cost": _("A cost"),
    "cost.usage": _("What use cost"),
    "cost.paid": _("A bill that was paid"),
    "charge": _("A gift"),
    "charge_failure": _("A gift that failed afterwards"),
    "partial_capture_reversal": _("Part of a gift that wasn't taken"),
    "refund": _("A gift given back"),
    "refund_failure": _("A refund that failed"),
    "dispute": _("A disputed gift"),
    "dispute_reversal": _("A dispute that was won"),
    "payout": _("A payout"),
    "payout_reversal": _("A payout that came back"),
    "arrival": _("A payout that has arrived"),
    "fee": _("A fee"),
    "network_cost": _("A card network's fee"),
    "tax": _("Tax on fees"),
    "platform_earning": _("A fee from a hotline"),
    "platform_earning_refund": _("A fee given back to a hotline"),
    "topup": _("A payment to the processor"),
    "topup_reversal": _("A payment to the processor that came back"),
    "adjustment": _("An adjustment"),
    "plan.invoice": _("An invoice for a plan"),
    "plan.paid": _("An invoice for a plan was paid"),
    "plan.sponsored": _("A sponsor paid for the plan"),
    "gift.bank": _("A gift by bank transfer"),
    "gift.cash": _("A gift in cash"),
    "gift.in_kind": _("A gift in kind"),
    "bank.grant": _("A grant"),
    "bank.cash": _("Cash to or from the bank"),
    "bank.cost": _("A cost, by the bank's statement"),
    "pool.promise": _("A sponsor's promise to match gifts"),
    "pool.payment": _("A sponsor's payment"),
    "pool.payback": _("Money that went back to a sponsor"),
    "pool.rest": _("What was left of a sponsor's promise"),
    "match": _("A matching gift"),
    "match.back": _("A matching gift given back"),
}
TITLES = {
    "asset": _("What there is"),
    "liability": _("What is owed"),
    "equity": _("What there was before"),
    "income": _("What came in"),
    "less_income": _("What went back"),
    "expense": _("What was spent"),
}


def kind_words(kind: str) -> str:
    """What an entry of this kind is called, in the reader's language."""
    plain = kind.removesuffix(".reversed")
    words = gettext(KINDS[plain]) if plain in KINDS else plain.replace("_", " ").replace(".", ": ").capitalize()
    return words if plain == kind else gettext("%(what)s, taken back", what=words)


def account_words(code: str) -> str:
    """What an account is called, in the reader's language."""
    return gettext(account(code).words)


def locale() -> str:
    """The reader's, with days before months."""
    return "en_GB" if language() == "en" else language().replace("-", "_")


def day_words(day: date) -> str:
    """A day in the reader's language."""
    return format_date(day, "long", locale=locale())


def said(minor: int, currency: str) -> str:
    """An amount in the reader's language."""
    return shown(Money(minor, currency), language())


def line_of(posting: Posting) -> dict[str, Any]:
    """A posting as a page shows it: `debit` or `credit` is its amount, the other one is empty."""
    amount = said(abs(posting.minor), posting.currency)
    return {
        "account": posting.account,
        "currency": posting.currency,
        "words": account_words(posting.account),
        "debit": amount if posting.minor > 0 else "",
        "credit": amount if posting.minor < 0 else "",
        "gift": posting.gift,
        "campaign": posting.campaign,
        "pool": posting.pool,
    }
