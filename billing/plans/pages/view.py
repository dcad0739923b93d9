"""What a hotline's own page of its plan shows."""

from dataclasses import dataclass
from typing import Any

from billing.money import Money, shown
from billing.plans.catalogue import Plan, currencies, plans, rules
from billing.plans.invoices.reckoning import units
from billing.plans.invoices.wording import KINDS, day_words, month_words, words_of
from billing.plans.models import PlanInvoice
from billing.plans.service import UNPAID, address_of, facts_of, invoices, payer_of, row_of, today
from billing.plans.sponsoring.service import sponsor
from billing.plans.standing import next_month, plan_on, standing_on
from billing.usage.service import by_month
from infra.database import Session
from infra.errors import _ as mark
from infra.web import gettext, language
from tenants.directory.models import Tenant
from tenants.extras import EXTRAS
from tenants.members.access import ANSWERS
from tenants.members.service import members
from tenants.texts import say

STATES = {
    "draft": (mark("Being drawn up"), "idle"),
    "open": (mark("To be paid"), "warn"),
    "paid": (mark("Paid"), "good"),
    "void": (mark("Withdrawn"), "idle"),
    "uncollectible": (mark("Not paid"), "bad"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """How much of what the plan includes was used this month. `more` is what one more costs, "" where it isn't
    billed."""

    words: str
    used: int
    included: int
    more: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan as it is offered: its price by the month in one currency and in the others, what it includes, which extras
    it has."""

    plan: Plan
    name: str
    words: str
    price: str
    others: str
    includes: list[tuple[str, int]]
    extras: list[str]


async def bars(session: Session, tenant: Tenant, held: Plan, currency: str) -> list[Bar]:
    """Of each kind that plans count, what was used in the present month."""
    month = today(tenant).replace(day=1)
    used = {kind: quantity for (kind, _m), quantity in (await by_month(session, month, next_month(month))).items()}
    people = sum(1 for each in await members(session) if each.role in ANSWERS)
    found = []
    for kind, words in KINDS.items():
        price = held.beyond.get(kind, {}).get(currency)
        count = people if kind == "volunteers" else units(kind, used.get(kind, 0), month)
        more = shown(Money(price, currency), language()) if price else ""
        found.append(Bar(gettext(words), count, held.allowance[kind], more))
    return found


def offers(currency: str) -> list[Offer]:
    """Every plan, the cheapest first, priced in this currency."""
    tongue = language()
    found = []
    for each in plans():
        price = "" if each.free else shown(each.price(currency), tongue)
        others = [shown(Money(minor, code), tongue) for code, minor in sorted(each.monthly.items()) if code != currency]
        includes = [(gettext(words), each.allowance[kind]) for kind, words in KINDS.items()]
        extras = [gettext(EXTRAS[extra]) for extra in each.extras]
        name, words = say(each.name, tongue), say(each.words, tongue)
        found.append(Offer(each, name, words, price, " · ".join(others), includes, extras))
    return found


def bill(row: PlanInvoice) -> dict[str, Any]:
    """An invoice as it is listed."""
    words, kind = STATES[row.state]
    return {
        "row": row,
        "month": month_words(row.month),
        "amount": shown(Money(row.minor, row.currency), language()),
        "lines": [(words_of(line), shown(Money(line["minor"], row.currency), language())) for line in row.lines],
        "state": gettext(words),
        "kind": kind,
        "due": day_words(row.due_on),
    }


async def shown_plan(session: Session, tenant: Tenant) -> dict[str, Any]:
    """All that the page says, where plans are on."""
    row = await row_of(session, tenant)
    facts = await facts_of(session, row)
    day = today(tenant)
    stands = standing_on(facts, day, rules())
    bills = [bill(each) for each in await invoices(session)]
    own, other = await payer_of(session, "own"), await sponsor(session)
    return {
        "stands": stands,
        "name": say(stands.plan.name, language()),
        "until": day_words(stands.until),
        "row": row,
        "later": say(plan_on(facts, row.later_from).name, language())
        if row.later_from and day < row.later_from
        else "",
        "later_from": day_words(row.later_from),
        "price": shown(stands.plan.price(row.currency), language()),
        "bars": await bars(session, tenant, stands.plan, row.currency),
        "offers": offers(row.currency),
        "currency_options": {currency: currency for currency in currencies()},
        "asleep": [gettext(words) for extra, words in EXTRAS.items() if not stands.has(extra)],
        "invoices": bills,
        "oldest": next((each for each in reversed(bills) if each["row"].state in UNPAID and each["row"].page), None),
        "payer": await address_of(session, own) if own else None,
        "sponsor": other,
        "sponsor_address": await address_of(session, other) if other else None,
        "rules": rules(),
    }
