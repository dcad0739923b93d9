"""Standing and invoices as pure functions: what sleeps when, what is billed, and that no part of a month is."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.plans.catalogue import plan, plans, rules
from billing.plans.invoices.reckoning import beyond, lines, total, units
from billing.plans.standing import Facts, billed, last_month, next_month, plan_on, standing_on
from billing.usage.models import KINDS
from tenants.extras import EXTRAS

ROOT = Path(__file__).parents[3]
DAY = date(2027, 3, 10)
DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))
CODES = st.sampled_from([each.code for each in plans()])
FACTS = st.builds(
    Facts, plan=CODES, since=DAYS, trial_until=DAYS, unpaid=st.lists(DAYS, max_size=3), sponsored=st.booleans(),
    given=st.sampled_from(["", "standard"]), given_until=st.none() | DAYS,
)  # fmt: skip


def paying(**more: object) -> Facts:
    """On a paid plan, out of its trial for long."""
    return Facts("solidarity", date(2026, 1, 5), date(2026, 1, 31), **more)  # type: ignore[arg-type]  # as Facts has them


def test_from_due_over_grace_to_sleep_and_awake_in_the_moment_of_payment() -> None:
    due = DAY
    owing = paying(unpaid=[due])
    assert standing_on(owing, due, rules()).state == "active"
    assert standing_on(owing, due + timedelta(days=1), rules()).state == "grace"
    last = due + timedelta(days=rules().grace_days)
    assert standing_on(owing, last, rules()).has("recordings")
    asleep = standing_on(owing, last + timedelta(days=1), rules())
    assert asleep.state == "asleep"
    assert not any(asleep.has(extra) for extra in EXTRAS)
    assert standing_on(paying(), last + timedelta(days=1), rules()).state == "active"


@settings(max_examples=60, deadline=None)
@given(FACTS, DAYS)
def test_extras_sleep_only_after_the_whole_grace_and_never_in_a_trial_or_a_gift(facts: Facts, day: date) -> None:
    stands = standing_on(facts, day, rules())
    if stands.state == "asleep":
        assert day > min(facts.unpaid) + timedelta(days=rules().grace_days)
        assert day > facts.trial_until
        assert not (facts.given and (facts.given_until is None or day <= facts.given_until))
    if not facts.unpaid:
        assert stands.state not in ("grace", "asleep")
    if stands.state == "trial":
        assert all(stands.has(extra) for extra in EXTRAS)


@settings(max_examples=60, deadline=None)
@given(FACTS, DAYS)
def test_no_part_of_a_month_is_billed(facts: Facts, day: date) -> None:
    month = day.replace(day=1)
    if billed(facts, month):
        assert facts.since < month
        assert facts.trial_until < month
        owed = lines(facts, {}, "GBP", month)
        assert [line.minor for line in owed if line.kind == "plan"] == [plan_on(facts, month).monthly["GBP"]]
    elif not billed(facts, last_month(month)):
        assert lines(facts, dict.fromkeys(KINDS, 10**15), "GBP", month) == []


@settings(max_examples=80, deadline=None)
@given(CODES, st.dictionaries(st.sampled_from(KINDS), st.integers(0, 10**13)), st.sampled_from(["GBP", "EUR", "HKD"]))
def test_what_is_beyond_the_allowance_is_each_unit_once(code: str, used: dict[str, int], currency: str) -> None:
    held, month = plan(code), DAY.replace(day=1)
    found = beyond(held, used, currency, month)
    assert len({line.kind for line in found}) == len(found)
    for kind in KINDS:
        more = max(0, units(kind, used.get(kind, 0), month) - held.allowance[kind])
        owed = [line for line in found if line.kind == kind]
        assert sum(line.units for line in owed) == (more if held.beyond else 0)
        assert sum(line.minor for line in owed) == (more * held.beyond[kind][currency] if held.beyond else 0)
    assert total(found, currency).minor == sum(line.minor for line in found)


@pytest.mark.parametrize(
    ("kind", "quantity", "count"),
    [
        ("minutes", 0, 0), ("minutes", 60, 1), ("minutes", 61, 2), ("messages", 7, 7), ("numbers", 31, 1),
        ("numbers", 32, 2), ("storage", 31 * 10**9, 1), ("storage", 31 * 10**9 + 1, 2),
    ],
)  # fmt: skip
def test_begun_units_count_as_whole_ones(kind: str, quantity: int, count: int) -> None:
    assert units(kind, quantity, date(2027, 3, 1)) == count


def test_every_extra_is_asked_for_and_nothing_of_the_intake_asks() -> None:
    asked: dict[str, set[str]] = {}
    for folder in ("billing", "platform/hark", "provisioning", "tenants"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for extra in re.findall(r'\b(?:need|awake)\([\w.]*session, "(\w+)"\)', path.read_text(encoding="utf-8")):
                asked.setdefault(extra, set()).add(path.relative_to(ROOT).as_posix())
    assert asked.keys() == EXTRAS.keys()
    assert set().union(*asked.values()) == {
        "billing/campaigns/routes.py", "billing/posters/routes.py", "provisioning/numbers/claiming.py",
        "platform/hark/settings/lines.py",
    }  # fmt: skip


def test_months_follow_each_other_over_years_and_leap_days() -> None:
    assert next_month(date(2026, 12, 31)) == date(2027, 1, 1)
    assert next_month(date(2028, 2, 29)) == date(2028, 3, 1)
    assert last_month(date(2028, 3, 1)) == date(2028, 2, 1)


def test_a_later_plan_holds_from_its_day_and_a_gift_goes_before_all() -> None:
    facts = Facts("standard", DAY, DAY, later="free", later_from=date(2027, 4, 1))
    assert plan_on(facts, date(2027, 3, 31)).code == "standard"
    assert plan_on(facts, date(2027, 4, 1)).code == "free"
    assert plan_on(paying(given="standard", given_until=DAY), DAY).code == "standard"
    assert plan_on(paying(given="standard", given_until=DAY), DAY + timedelta(days=1)).code == "solidarity"
