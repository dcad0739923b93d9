"""How a hotline stands, derived from days and facts: pure, so that a payment wakes it in the moment in which it is
known, and nothing that was once written down can keep it asleep."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from billing.plans.catalogue import Plan, Rules, plan

State = Literal["off", "trial", "given", "active", "sponsored", "grace", "asleep"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a hotline: its plan (see PlanStanding), the days on which unpaid invoices were or are due, and
    whether a sponsor pays."""

    plan: str
    since: date
    trial_until: date
    later: str | None = None
    later_from: date | None = None
    given: str = ""
    given_until: date | None = None
    unpaid: Sequence[date] = ()
    sponsored: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands on a day. `until` is the last day of a trial, of what was given, or of the grace."""

    state: State
    plan: Plan
    until: date | None = None

    def has(self, extra: str) -> bool:
        """Whether an extra is awake."""
        if self.state in ("off", "trial"):
            return True
        return self.state != "asleep" and extra in self.plan.extras


def next_month(day: date) -> date:
    """The first of the month after a day's."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def last_month(month: date) -> date:
    """The first of the month before a first of a month."""
    return (month - timedelta(days=1)).replace(day=1)


def given_on(facts: Facts, day: date) -> bool:
    """Whether the platform gives a plan on a day."""
    return bool(facts.given) and (facts.given_until is None or day <= facts.given_until)


def plan_on(facts: Facts, day: date) -> Plan:
    """The plan on a day."""
    if given_on(facts, day):
        return plan(facts.given)
    if facts.later is not None and facts.later_from is not None and day >= facts.later_from:
        return plan(facts.later)
    return plan(facts.plan)


def standing_on(facts: Facts, day: date, rules: Rules) -> Standing:
    """How the hotline stands on a day in its zone."""
    held = plan_on(facts, day)
    if given_on(facts, day):
        return Standing("given", held, facts.given_until)
    if day <= facts.trial_until:
        return Standing("trial", held, facts.trial_until)
    due = min(facts.unpaid, default=None)
    if due is not None and day > due:
        awake_until = due + timedelta(days=rules.grace_days)
        return Standing("grace" if day <= awake_until else "asleep", held, awake_until)
    return Standing("sponsored" if facts.sponsored and not held.free else "active", held)


def billed(facts: Facts, month: date) -> bool:
    """Whether a month (its first day) is paid for: not one that began in a trial, nor the one in which a paid plan was
    taken up, nor one that is given. There are no parts of months."""
    return (
        not plan_on(facts, month).free
        and facts.trial_until < month
        and facts.since < month
        and not given_on(facts, month)
    )
