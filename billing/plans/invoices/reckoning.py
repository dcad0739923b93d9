"""What is on an invoice: the month's price, and what was used beyond the allowance in the month before. Pure."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from billing.money import Money
from billing.plans.catalogue import Plan
from billing.plans.standing import Facts, billed, last_month, plan_on
from billing.usage.models import KINDS

GIGABYTE = 10**9


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an invoice: the plan itself (kind "plan", units 1), or so many units of a kind beyond its allowance in
    `month` (a first of a month)."""

    kind: str
    plan: str
    month: date
    units: int
    minor: int

    def kept(self) -> dict[str, Any]:
        """As it is kept in the invoice's row."""
        return {**asdict(self), "month": self.month.isoformat()}


def line_of(kept: Mapping[str, Any]) -> Line:
    """A line as it was kept."""
    return Line(kept["kind"], kept["plan"], date.fromisoformat(kept["month"]), kept["units"], kept["minor"])


def units(kind: str, quantity: int, month: date) -> int:
    """What was used, in the units of the plans, begun ones counted as whole: minutes of seconds, letters, numbers of
    number-days, gigabytes of byte-days."""
    days = monthrange(month.year, month.month)[1]
    size = {"minutes": 60, "messages": 1, "numbers": days, "storage": GIGABYTE * days}[kind]
    return -(-quantity // size)


def beyond(held: Plan, used: Mapping[str, int], currency: str, month: date) -> list[Line]:
    """A line for each kind of which more was used in a month than the plan includes. `used` is by kind, as it is
    counted; a plan or a currency without a price for more bills nothing."""
    found = []
    for kind in KINDS:
        more = units(kind, used.get(kind, 0), month) - held.allowance[kind]
        price = held.beyond.get(kind, {}).get(currency, 0)
        if more > 0 and price:
            found.append(Line(kind, held.code, month, more, more * price))
    return found


def lines(facts: Facts, used: Mapping[str, int], currency: str, month: date) -> list[Line]:
    """The lines of a month's invoice: its own price, and beyond it what was used in the month before, if that one was
    paid for too. None when nothing is owed."""
    found = []
    if billed(facts, month):
        held = plan_on(facts, month)
        if price := held.price(currency).minor:
            found.append(Line("plan", held.code, month, 1, price))
    before = last_month(month)
    if billed(facts, before):
        found += beyond(plan_on(facts, before), used, currency, before)
    return found


def total(found: list[Line], currency: str) -> Money:
    """What the lines come to."""
    return Money(sum(line.minor for line in found), currency)
