"""Reads the plans that there are, and the rules of trial, grace and reminders, from plans.toml."""

import tomllib
from functools import cache
from pathlib import Path

from pydantic import Field, model_validator

from billing.money import Money
from billing.usage.models import KINDS
from infra.errors import Invalid, _
from tenants.documents import Part
from tenants.extras import EXTRAS
from tenants.texts import Text

TABLE = Path(__file__).with_name("plans.toml")


class Rules(Part):
    """Days: how long a trial is, when and how long an invoice is due, and how long nothing sleeps after that."""

    trial_days: int = Field(ge=0)
    bills_on: int = Field(ge=1, le=28)
    due_days: int = Field(ge=1)
    grace_days: int = Field(ge=7)
    remind_before: list[int]


class Plan(Part):
    """A plan. `monthly` is its price by currency, none for a free one; `allowance` what a month of it includes."""

    code: str
    name: Text
    words: Text
    extras: list[str]
    monthly: dict[str, int] = Field(default_factory=dict)
    allowance: dict[str, int]
    beyond: dict[str, dict[str, int]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _holds_together(self) -> "Plan":
        if self.allowance.keys() != {"volunteers", *KINDS} or not self.beyond.keys() <= set(KINDS):
            raise ValueError(f"{self.code} has an allowance for every kind, and prices for those only")
        if not set(self.extras) <= EXTRAS.keys():
            raise ValueError(f"{self.code} has an extra that there isn't")
        if any(prices.keys() != self.monthly.keys() for prices in self.beyond.values()):
            raise ValueError(f"{self.code} has each price in each of its currencies")
        return self

    @property
    def free(self) -> bool:
        """Whether it costs nothing."""
        return not self.monthly

    def price(self, currency: str) -> Money:
        """What a month of it costs."""
        return Money(self.monthly.get(currency, 0), currency)


class Table(Part):
    """All of it, the cheapest plan first."""

    rules: Rules
    plan: list[Plan]


@cache
def _table() -> Table:
    return Table.model_validate(tomllib.loads(TABLE.read_text(encoding="utf-8")))


def rules() -> Rules:
    """The rules that hold for every plan."""
    return _table().rules


def plans() -> list[Plan]:
    """Every plan, the cheapest first."""
    return _table().plan


def plan(code: str) -> Plan:
    """The plan of this code; the first one for a code that was taken out of the table since."""
    return next((each for each in plans() if each.code == code), plans()[0])


def offered(code: str) -> Plan:
    """As `plan`, for what somebody has sent. Raises Invalid for a code that isn't offered."""
    for each in plans():
        if each.code == code:
            return each
    raise Invalid(_("Choose one of these plans."), field="plan")


def rank(code: str) -> int:
    """Where a plan stands among them: more is larger."""
    return plans().index(plan(code))


def currencies() -> list[str]:
    """Those in which plans can be paid."""
    return sorted({currency for each in plans() for currency in each.monthly})
