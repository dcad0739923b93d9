"""Refunds and disputes: booked with what they cost, and together never more than the gift."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from billing.money import Money
from billing.processor.models import Operation
from billing.processor.refunds import left, refund
from infra import clock
from infra.database import unit_of_work
from infra.errors import Conflict, HarkError, Invalid, NotFound
from infra.ids import new_id
from tests.billing.processor.conftest import House


async def back(house: House, gift: UUID, minor: int, key: str, currency: str = "HKD") -> UUID:
    """Somebody of the hotline gives so much back."""
    with house.scope():
        async with unit_of_work() as session:
            return await refund(session, gift, Money(minor, currency), "requested_by_customer", key=key)


async def still(house: House, gift: UUID) -> int:
    """What is left to be given back."""
    with house.scope():
        async with unit_of_work() as session:
            return (await left(session, gift)).minor


async def given(house: House, minor: int = 10_000, card: str = "4242424242424242") -> UUID:
    """A gift that has come."""
    gift = await house.give(minor, card=card)
    await house.settled()
    return gift


async def test_a_gift_is_given_back_in_parts_and_no_further(house: House) -> None:
    gift = await given(house)
    await back(house, gift, 4_000, "one")
    await house.settled()
    assert await house.on("refunds", gift=gift) == 4_000
    assert await still(house, gift) == 6_000
    await back(house, gift, 6_000, "two")
    assert await still(house, gift) == 0
    await house.settled()
    with pytest.raises(Invalid):
        await back(house, gift, 1, "three")
    row = await house.row(gift)
    assert (row.state, row.refunded_minor) == ("paid", 10_000)
    assert house.told[gift][-1].kept.minor == 0
    assert (await house.books())["refunds"] == 10_000
    assert (await house.reconciled()).nil


async def test_the_same_wish_twice_is_one_refund(house: House) -> None:
    gift = await given(house)
    assert await back(house, gift, 3_000, "form") == await back(house, gift, 3_000, "form")
    await house.settled()
    assert await back(house, gift, 3_000, "form")
    await house.settled()
    assert await house.on("refunds", gift=gift) == 3_000
    with pytest.raises(Conflict):
        await back(house, gift, 2_000, "form")


async def test_many_at_once_dont_give_more_than_there_was(house: House) -> None:
    gift = await given(house)
    asked = [back(house, gift, 3_000, f"at once {number}") for number in range(6)]
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(one, UUID) for one in done) == 3
    assert all(isinstance(one, UUID | Invalid) for one in done)
    await house.settled()
    assert await house.on("refunds", gift=gift) == 9_000


@pytest.mark.parametrize(("minor", "currency"), [(0, "HKD"), (-5, "HKD"), (10_001, "HKD"), (100, "USD")])
async def test_what_cant_be_given_back_isnt_asked_for(house: House, minor: int, currency: str) -> None:
    gift = await given(house)
    with pytest.raises(Invalid):
        await back(house, gift, minor, "odd", currency)
    with house.scope():
        async with unit_of_work() as session:
            assert (await session.exec(select(Operation).where(Operation.kind == "refund"))).first() is None


async def test_nothing_is_given_back_of_what_wasnt_paid(house: House) -> None:
    order = house.order()
    await house.begin(order)
    for gift in (order.gift, new_id()):
        with pytest.raises(NotFound):
            await back(house, gift, 100, "early")


async def test_a_refund_that_was_made_at_the_processor_itself_is_booked_too(house: House) -> None:
    gift = await given(house)
    charge = (await house.row(gift)).charge
    assert charge
    await house.simulated.client(house.account).v1.refunds.create_async({"charge": charge, "amount": 2_500})
    await house.settled()
    assert await house.on("refunds", gift=gift) == 2_500
    assert await still(house, gift) == 7_500


async def test_a_refunds_event_may_come_before_our_own_commit(house: House) -> None:
    """A refund is told of while we know nothing yet of the payment itself."""
    gift = await house.give(10_000)
    intents = await house.simulated.client(house.account).v1.payment_intents.list_async()
    await house.simulated.client(house.account).v1.refunds.create_async({"payment_intent": intents.data[0].id})
    assert (await house.row(gift)).charge is None
    owed = await house.simulated.owed()
    async with house.simulated.browser() as browser:
        for key in reversed(owed):
            await house.simulated._tell(key, browser)
            await house.work()
    assert await house.on("gifts", gift=gift) == -10_000
    assert await house.on("refunds", gift=gift) == 10_000
    assert (await house.reconciled()).nil


async def test_a_lost_answer_is_found_again_a_day_later_and_not_given_twice(house: House) -> None:
    gift = await given(house)
    operation = await back(house, gift, 4_000, "lost")
    charge = (await house.row(gift)).charge
    assert charge
    told = {"gift": str(gift), "operation": str(operation)}
    await house.simulated.client(house.account).v1.refunds.create_async(
        {"charge": charge, "amount": 4_000, "metadata": told}
    )  # made in the name of a process that died before it could write the answer down
    with clock.travel(by=timedelta(hours=30)):
        await house.work()
    assert await house.on("refunds", gift=gift) == 4_000


async def test_a_dispute_takes_the_gift_and_its_fee_and_a_won_one_gives_the_gift_back(house: House) -> None:
    gift = await given(house)
    charge = (await house.row(gift)).charge
    assert charge
    dispute = await house.simulated.dispute(house.account, charge)
    await house.settled()
    books = await house.books()
    assert books["disputes"] == 10_000
    assert books["dispute_fees"] > 0
    assert house.told[gift][-1].kept.minor == 0
    with pytest.raises(HarkError):
        await back(house, gift, 100, "disputed")
    await house.simulated.decide(house.account, dispute, won=True)
    await house.settled()
    assert "disputes" not in await house.books()
    assert await still(house, gift) == 10_000
    assert (await house.reconciled()).nil


async def test_a_lost_dispute_and_a_refund_before_it_never_exceed_the_gift(house: House) -> None:
    gift = await given(house)
    await back(house, gift, 4_000, "before")
    await house.settled()
    charge = (await house.row(gift)).charge
    assert charge
    dispute = await house.simulated.dispute(house.account, charge)
    await house.simulated.decide(house.account, dispute, won=False)
    await house.settled()
    books = await house.books()
    assert books["refunds"] + books["disputes"] <= 10_000
    assert await still(house, gift) == 0
    assert (await house.reconciled()).nil
