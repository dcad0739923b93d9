"""A gift from the click to the books, on the hotline's own account."""

import asyncio

import pytest

from billing.money import Money
from billing.processor.checkout import look_up, start_checkout
from infra.errors import Conflict, NotFound
from infra.ids import new_id
from infra.scope import PLATFORM
from infra.settings import settings
from tests.billing.processor.conftest import House, account_row
from tests.billing.processor.test_given_back import back
from tests.billing.processor.test_payouts import swept


async def test_a_connected_account_says_what_it_may(house: House) -> None:
    row = await account_row(house)
    assert (row.state, row.country, row.currency, row.missing) == ("ready", "HK", "HKD", [])
    assert "card" in row.methods


async def test_a_gift_is_booked_with_its_fee_and_told(house: House) -> None:
    gift = await house.give(10_000)
    await house.settled()
    row = await house.row(gift)
    assert (row.state, row.method, row.refunded_minor, row.disputed_minor) == ("paid", "card", 0, 0)
    assert row.fee_minor
    assert await house.books() == {
        "processor": 10_000 - row.fee_minor, "processor_fees": row.fee_minor, "gifts": -10_000,
    }  # fmt: skip
    assert await house.on("gifts", gift=gift) == -10_000
    assert house.told[gift][-1].state == "paid"
    assert house.told[gift][-1].kept == Money(10_000, "HKD")
    assert (await house.reconciled()).nil


async def test_the_thank_you_page_knows_before_any_event(house: House) -> None:
    gift = await house.give(500)
    with house.scope():
        payment = await look_up(gift)
    assert payment.state == "paid"
    assert await house.on("gifts") == -500


async def test_a_second_click_is_the_same_page_and_a_paid_gift_needs_none(house: House) -> None:
    order = house.order(700)
    with house.scope():
        first, second = await asyncio.gather(start_checkout(order), start_checkout(order))
    assert first == second
    await house.simulated.pay(first)
    assert await house.begin(order) == order.back
    await house.settled()
    assert await house.on("gifts") == -700


async def test_a_gift_keeps_its_amount(house: House) -> None:
    order = house.order(700)
    await house.begin(order)
    with pytest.raises(Conflict):
        await house.begin(house.order(800, gift=order.gift))


async def test_a_declined_card_leaves_the_gift_open(house: House) -> None:
    order = house.order(700)
    await house.simulated.pay(await house.begin(order), card="4000000000000002")
    await house.settled()
    assert (await house.row(order.gift)).state == "open"
    assert await house.books() == {}


async def test_nobody_looks_up_what_isnt_theirs(house: House) -> None:
    with house.scope(), pytest.raises(NotFound):
        await look_up(new_id())


async def test_a_gift_from_before_there_was_a_platform_fee_is_given_back_without_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    gift = await house.give(10_000)
    await house.settled()
    monkeypatch.setattr(settings(), "stripe_fee", 250)
    await back(house, gift, 4_000, "a part of it")
    await house.settled()
    with house.scope():
        assert (await look_up(gift)).refunded.minor == 4_000
    assert (await house.reconciled()).nil


async def test_the_platforms_part_is_a_cost_here_and_income_there_and_goes_back_with_the_gift(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings(), "stripe_fee", 250)
    platform = House(PLATFORM, "", "", house.simulated, house.owner)
    await swept(platform)
    before = await platform.on("fees")
    gift = await house.give(10_000)
    await house.settled()
    assert await house.on("platform_fees", gift=gift) == 250
    await swept(platform)
    assert await platform.on("fees") == before - 250
    await back(house, gift, 10_000, "all of it")
    await house.settled()
    assert await house.on("platform_fees") == 0
    assert (await house.reconciled()).nil
    await swept(platform)
    assert await platform.on("fees") == before
    assert (await platform.reconciled()).nil
