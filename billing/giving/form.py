"""What a donor chose and wrote, read from the form and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from billing.giving.settings import Giving, cover
from billing.money import BadAmount, Money, parse, shown
from infra.errors import Invalid
from infra.web import gettext as _
from infra.web import language
from tenants.members.service import normal_email

LONGEST = {"name": 120, "honour": 120, "message": 1000}
OWN = "own"
RHYTHMS = ("once", "monthly", "reminded")


@dataclass(frozen=True, slots=True)
class GiftForm:
    """What the page shows and takes back. `amount` is a suggested one's minor units as text, or "own" for what is
    written in `own`; `shows`: the name may be shown on the page. `rhythm`: "once", "monthly" (charged each month), or
    "reminded" (once, and a letter each month)."""

    amount: str = ""
    own: str = ""
    rhythm: str = "once"
    cover: bool = False
    email: str = ""
    name: str = ""
    shows: bool = False
    honour: str = ""
    message: str = ""

    def words(self) -> dict[str, str]:
        """What is about people, and kept sealed."""
        return {"name": self.name, "email": self.email, "honour": self.honour, "message": self.message}


def read(sent: Mapping[str, Any]) -> GiftForm:
    """The form as it was sent."""

    def said(name: str) -> str:
        return str(sent.get(name) or "").replace("\r\n", "\n").strip()

    own = said("own")
    return GiftForm(
        amount=said("amount") or (OWN if own else ""),
        own=own,
        rhythm=said("rhythm") or "once",
        cover=said("cover") == "yes",
        email=said("email"),
        name=said("name"),
        shows=said("shows") == "yes",
        honour=said("honour"),
        message=said("message"),
    )


@dataclass(frozen=True, slots=True)
class Chosen:
    """A checked form: the gift, what is added for the fee, and the address in its normal form."""

    money: Money
    added: Money
    email: str


def check(form: GiftForm, giving: Giving, methods: list[str]) -> tuple[Chosen | None, dict[str, str]]:
    """What was chosen, or field → what is wrong, as sentences in the reader's language. `methods` are ways to pay."""
    wrong: dict[str, str] = {}
    money = _amount(form, giving, wrong)
    if form.rhythm not in RHYTHMS or (form.rhythm == "monthly" and "card" not in methods):
        wrong["rhythm"] = _("Choose how often you want to give.")
    email = ""
    if form.rhythm != "once" and not form.email:
        wrong["email"] = (
            _("Write your e-mail address: by it you can change or stop your monthly gift at any time.")
            if form.rhythm == "monthly"
            else _("Write the address that we shall remind.")
        )
    elif form.email:
        try:
            email = normal_email(form.email)
        except Invalid as error:
            wrong["email"] = _(error.message)
    for name, longest in LONGEST.items():
        if len(getattr(form, name)) > longest:
            wrong[name] = _("That is too long. Shorten it to %(longest)s characters.", longest=longest)
    if wrong or money is None:
        return None, wrong
    added = cover(money, giving.settings) if form.cover else Money(0, money.currency)
    return Chosen(money, added, email), {}


def _amount(form: GiftForm, giving: Giving, wrong: dict[str, str]) -> Money | None:
    if form.amount != OWN:
        for money in giving.suggested():
            if str(money.minor) == form.amount:
                return money
        wrong["amount"] = _("Choose an amount, or write your own.")
        return None
    try:
        money = parse(form.own, giving.settings.currency)
    except BadAmount as bad:
        wrong["own"] = _why(bad.reason)
        return None
    if money < giving.least:
        wrong["own"] = _("The smallest gift here is %(least)s.", least=shown(giving.least, language()))
    elif money > giving.most:
        wrong["own"] = _(
            "This page takes gifts of up to %(most)s. For more, write to us: the fees can be spared.",
            most=shown(giving.most, language()),
        )
    else:
        return money
    return None


def _why(reason: str) -> str:
    said = {
        "empty": _("Write an amount, or choose one above."),
        "too_precise": _("This amount has more decimal places than the currency."),
        "negative": _("Write an amount above nought."),
        "too_large": _("This amount is too large."),
    }
    return said.get(reason) or _("This isn't an amount. Write it in digits, such as 25 or 25.50.")
