"""What a hotline spends: entered once, taken back by an opposite; and its use booked by its rates, once a month."""

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from billing.ledger import balance
from billing.ledger.models import LedgerEntry
from billing.money import Money
from billing.openness import costs
from billing.openness.jobs import look
from billing.openness.rates import parse_rate, set_rate, shown_rate, worth
from billing.usage.service import count
from infra.clock import travel
from infra.database import unit_of_work
from infra.errors import Invalid
from infra.ids import new_id
from infra.scope import tenant_scope
from tests.conftest import Browser
from tests.world import Hotline, join, open_hotline

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OCTOBER = date(2026, 10, 1)
pytestmark = pytest.mark.usefixtures("ground")


async def _on(hotline: Hotline, account: str) -> int:
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            return await balance(session, account, "GBP")


async def test_a_cost_is_entered_once_however_often_the_form_is_sent_and_taken_back_in_its_month(
    browser: Browser,
) -> None:
    hotline, owner = await open_hotline("spending@example.org", "blank", "Spending", "Olga", country="GB")
    client, base = await browser(owner.account), f"/o/{hotline.slug}/money/costs"
    with travel(NOW):
        page = (await client.get(base)).text
        ticket = re.search(r'name="ticket" value="([^"]+)"', page)
        assert ticket is not None
        bill = {"ticket": ticket[1], "month": "2026-09", "kind": "cost.rooms", "amount": "700", "note": "Bill 7"}
        for _time in range(2):
            assert (await client.post(base, data=bill)).status_code == 303
        assert await _on(hotline, "cost.rooms") == 70_000
        page = (await client.get(base)).text
        assert "£700.00" in page
        assert "September 2026" in page
        entry = re.search(r"/money/costs/([0-9a-f-]{36})/reversal", page)
        assert entry is not None
        for _time in range(2):
            assert (await client.post(f"{base}/{entry[1]}/reversal", data={"note": "twice"})).status_code == 303
        assert await _on(hotline, "cost.rooms") == await _on(hotline, "bank") == 0
        assert "/reversal" not in (await client.get(base)).text


async def test_what_cannot_be_a_cost_comes_back_with_what_was_typed(browser: Browser) -> None:
    hotline, owner = await open_hotline("mistyped@example.org", "blank", "Mistyped", "Olga", country="GB")
    fiona = await join(hotline, "fiona-costs@example.org", "Fiona", "fundraiser")
    client, base = await browser(owner.account), f"/o/{hotline.slug}/money/costs"
    good = {"ticket": str(new_id()), "month": "2026-10", "kind": "cost.people", "amount": "12.50", "note": "Kept"}
    with travel(NOW):
        for wrong in ({"month": "2026-12"}, {"month": "never"}, {"kind": "bank"}, {"amount": "-1"}, {"amount": "much"}):
            answer = await client.post(base, data=good | wrong)
            assert answer.status_code == 422
            assert 'value="Kept"' in answer.text
        assert (await client.post(f"{base}/payments", data={"ticket": good["ticket"]})).status_code == 422
        answer = await client.post(f"{base}/rates", data={"rate.minutes": "cheap"})
        assert answer.status_code == 422
        assert 'value="cheap"' in answer.text
        raises = await browser(fiona.account)
        assert "rate.minutes" not in (await raises.get(base)).text
    assert await _on(hotline, "cost.people") == 0


async def test_what_is_owed_is_paid_once() -> None:
    hotline, _owner = await open_hotline("owing@example.org", "blank", "Owing", "Olga", country="GB")
    with tenant_scope(hotline.tenant), travel(NOW):
        async with unit_of_work() as session:
            await costs.enter(
                session, zone="UTC", month=OCTOBER, kind="cost.training", money=Money(900, "GBP"), paid_from="payable",
                note="", ticket="a",
            )  # fmt: skip
            for _time in range(2):
                await costs.pay(session, money=Money(900, "GBP"), paid_from="bank", note="", ticket="a")
            assert await balance(session, "payable", "GBP") == 0
            assert await balance(session, "bank", "GBP") == -900
            assert await costs.owed(session, "GBP") == 0
            with pytest.raises(Invalid):  # else the books would say that somebody owes the hotline something
                await costs.pay(session, money=Money(1, "GBP"), paid_from="bank", note="", ticket="b")


async def test_a_months_use_is_booked_once_and_anew_when_its_rate_changes() -> None:
    hotline, _owner = await open_hotline("rated@example.org", "blank", "Rated", "Olga", country="GB")
    with tenant_scope(hotline.tenant), travel(NOW):
        async with unit_of_work() as session:
            await count(session, "minutes", "a", 90, datetime(2026, 10, 5, tzinfo=UTC))
            await count(session, "minutes", "b", 600, datetime(2026, 11, 5, tzinfo=UTC))
            await set_rate(session, "minutes", OCTOBER, "GBP", parse_rate("0.02", "GBP"))
        for _night in range(3):
            async with unit_of_work() as session:
                await look(session)
        async with unit_of_work() as session:
            assert await balance(session, "cost.minutes", "GBP") == 3
            await set_rate(session, "minutes", OCTOBER, "GBP", parse_rate("0,04", "GBP"))
        for _night in range(2):
            async with unit_of_work() as session:
                await look(session)
        async with unit_of_work() as session:
            assert await balance(session, "cost.minutes", "GBP") == 6
            refs = set(await session.exec(select(LedgerEntry.ref)))
    usage = "usage:2026-10:minutes"
    assert refs == {f"{usage}:1", f"{usage}:1:back", f"{usage}:2"}


@given(quantity=st.integers(0, 10**9), milli=st.integers(0, 10**6))
def test_use_is_worth_its_rate_to_half_a_minor_unit(quantity: int, milli: int) -> None:
    for kind, units in (("minutes", 60), ("messages", 1), ("numbers", 31)):
        exact = quantity * milli / (units * 1000)
        assert abs(worth(kind, quantity, milli, OCTOBER) - exact) <= 0.5 + exact * 1e-12


@given(milli=st.integers(0, 10**9), currency=st.sampled_from(["GBP", "JPY", "KWD"]))
def test_a_rate_is_read_as_it_is_shown(milli: int, currency: str) -> None:
    assert parse_rate(shown_rate(milli, currency), currency) == milli


@pytest.mark.parametrize("typed", ["", "cheap", "-1", "0.0000001", "NaN", "inf", "1e40"])
def test_no_rate_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        parse_rate(typed, "GBP")
