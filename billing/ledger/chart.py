"""The chart of accounts: every account that a book may have, what kind it is, and what people call it."""

import re
from dataclasses import dataclass

from infra.errors import _

KINDS = ("asset", "liability", "equity", "income", "less_income", "expense")
"""In the order in which a trial balance shows them. A debit (above nought) is more of an asset or an expense; a credit
(below nought) is more of a debt or of what came in."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account by its code; `words` is an English name, the id of its translation."""

    code: str
    kind: str
    words: str


CHART: dict[str, Account] = {
    account.code: account
    for account in (
        Account("processor", "asset", _("At the payment processor")),
        Account("transit", "asset", _("Payouts on their way")),
        Account("bank", "asset", _("Bank")),
        Account("cash", "asset", _("Cash")),
        Account("goods", "asset", _("Goods")),
        Account("receivable", "asset", _("Owed to us")),
        Account("pool", "liability", _("Promised for matching gifts")),
        Account("payable", "liability", _("Owed by us")),
        Account("opening", "equity", _("What there was before these books")),
        Account("gifts", "income", _("Gifts")),
        Account("matched", "income", _("Matching gifts")),
        Account("goods_given", "income", _("Gifts in kind")),
        Account("grants", "income", _("Grants")),
        Account("plans", "income", _("Plans of hotlines")),
        Account("fees", "income", _("Fees from hotlines")),
        Account("adjustments", "income", _("Adjustments")),
        Account("refunds", "less_income", _("Gifts given back")),
        Account("disputes", "less_income", _("Gifts lost in disputes")),
        Account("processor_fees", "expense", _("The payment processor's fees")),
        Account("platform_fees", "expense", _("The platform's fees")),
        Account("dispute_fees", "expense", _("Fees of disputes")),
        Account("cost.minutes", "expense", _("Telephone minutes")),
        Account("cost.messages", "expense", _("Messages")),
        Account("cost.numbers", "expense", _("Telephone numbers")),
        Account("cost.storage", "expense", _("Storage")),
        Account("cost.plan", "expense", _("This platform")),
        Account("cost.plan", "expense", _("The platform's plan")),
        Account("cost.people", "expense", _("People")),
        Account("cost.training", "expense", _("Training and supervision")),
        Account("cost.rooms", "expense", _("Rooms")),
        Account("cost.other", "expense", _("Other costs")),
    )
}

_COST = re.compile(r"cost\.[a-z][a-z_]{0,39}")


def account(code: str) -> Account:
    """The account of this code; a cost of a kind that the chart doesn't name is an account by itself.

    Raises ValueError for any other.
    """
    if code in CHART:
        return CHART[code]
    if _COST.fullmatch(code):
        return Account(code, "expense", code.removeprefix("cost.").replace("_", " ").capitalize())
    raise ValueError(f"{code!r} is no account")


def place(code: str) -> tuple[int, int, str]:
    """Where an account stands in a list of them."""
    order = list(CHART)
    return (KINDS.index(account(code).kind), order.index(code) if code in CHART else len(order), code)
