"""Payouts line by line, what the organisation does on its account without us, and what no event told of."""

from datetime import timedelta

from sqlmodel import col, select

from billing.processor.booking.payouts import lines
from billing.simulated.paying import refunding
from infra import clock
from infra.clock import now
from infra.database import unit_of_work
from infra.jobs import Job, enqueue
from infra.scope import no_scope
from tests.billing.processor.conftest import House


async def swept(house: House) -> None:
    """The round comes by."""
    with house.scope():
        async with unit_of_work() as session:
            await enqueue(session, "processor.sweep")
    await house.work()


async def deaf(house: House) -> None:
    """Whatever was told is lost on its way."""
    await house.simulated.deliver()
    with no_scope():
        async with unit_of_work() as session:
            found = select(Job).where(
                Job.tenant == house.tenant, Job.name == "processor.event", col(Job.done_at).is_(None)
            )
            for row in await session.exec(found):
                row.done_at = now()


async def test_a_payout_goes_by_the_way_into_the_bank_and_adds_up(house: House) -> None:
    for minor in (10_000, 2_500, 700):
        await house.give(minor)
    await house.settled()
    before = (await house.books())["processor"]
    await house.simulated.ripen(house.account)
    (payout,) = await house.simulated.pay_out(house.account, arrive=False)
    await house.settled()
    books = await house.books()
    assert (books.get("processor", 0), books["transit"]) == (0, before)
    found = await lines(house.account, payout)
    assert len(found) == 3
    assert sum(money.minor for _txn, _kind, money in found) == before
    async with house.simulated.till(house.account) as till:
        await refunding.arrive(till, await till.find("payout", payout))
    await house.settled()
    books = await house.books()
    assert (books.get("transit", 0), books["bank"]) == (0, before)
    assert (await house.reconciled()).nil


async def test_what_no_event_told_of_is_found_by_the_round(house: House) -> None:
    gift = await house.give(10_000)
    charge_less = await house.row(gift)
    assert charge_less.charge is None
    await deaf(house)
    await swept(house)
    assert (await house.row(gift)).state == "paid"
    assert house.told[gift][-1].state == "paid"
    await house.simulated.ripen(house.account)
    await house.simulated.pay_out(house.account)
    await deaf(house)
    await swept(house)
    books = await house.books()
    assert books["bank"] == -books["gifts"] - books["processor_fees"]
    assert (await house.reconciled()).nil


async def test_what_the_organisation_takes_by_itself_is_in_its_books_but_no_gift(house: House) -> None:
    own = house.simulated.client(house.account)
    made = await own.v1.payment_intents.create_async({
        "amount": 5_000, "currency": "hkd", "payment_method": "pm_card_visa", "confirm": True,
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        "metadata": {"gift": "not one of ours"},
    })  # fmt: skip
    assert made.status == "succeeded"
    await house.settled()
    books = await house.books()
    assert books["adjustments"] == -5_000
    assert "gifts" not in books
    assert (await house.reconciled()).nil


async def test_a_page_that_ran_out_is_known_without_an_event(house: House) -> None:
    order = house.order()
    await house.begin(order)
    await deaf(house)
    with clock.travel(by=timedelta(hours=25)):
        await swept(house)
    assert (await house.row(order.gift)).state == "expired"
    with clock.travel(by=timedelta(hours=25)):
        assert await house.begin(order)
    assert (await house.row(order.gift)).attempt == 2


async def test_the_books_say_so_when_they_lack_something(house: House) -> None:
    await house.give(10_000)
    await deaf(house)
    found = await house.reconciled()
    assert not found.nil
    assert len(found.difference.missing) == 1
    has, says = found.balances["HKD"]
    assert has > says == 0


async def test_sweeping_again_changes_nothing(house: House) -> None:
    await house.give(10_000)
    await house.settled()
    before = await house.books()
    for _ in range(2):
        await swept(house)
    assert await house.books() == before
