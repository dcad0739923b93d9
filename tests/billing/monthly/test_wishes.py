"""What donors wish comes true once, from the next month on, and stopping is at once and for good."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from billing.money import Money
from billing.monthly import service
from billing.processor import operations
from infra.clock import now, travel
from infra.database import unit_of_work
from infra.errors import Conflict, Invalid, NotFound
from infra.ids import new_id
from infra.jobs import Job
from infra.scope import no_scope
from tests.billing.monthly.conftest import Life, noon, work


async def wish(life: Life, what: Callable[..., Awaitable[None]], *args: Any, token: str = "one", **more: Any) -> None:
    """Wish something, twice, as somebody does who presses twice; nothing is done about it yet."""
    key = (await life.row()).id
    for _twice in range(2):
        with life.line.scope():
            async with unit_of_work() as session:
                await what(session, key, *args, token=token, **more)


async def stands(life: Life) -> service.Standing:
    """How it stands, as the donor's own page shows it."""
    key = (await life.row()).id
    with life.line.scope():
        async with unit_of_work() as session:
            return await service.standing(session, key)


async def test_another_amount_holds_from_the_next_month_on(life: Life) -> None:
    await life.begin(noon(2027, 1, 10))
    await life.settled()
    await wish(life, service.change, Money(8000, "HKD"), covers=True)
    assert (await stands(life)).changing
    await work(life.line.house)
    after = await stands(life)
    assert (after.money, after.changing, after.state) == (Money(8000, "HKD"), False, "active")
    assert after.total == after.money + after.cover
    assert after.cover.minor > 0
    assert await life.days() == ["2027-01-10"]
    await life.live(noon(2027, 2, 10))
    first, second = await life.gifts()
    assert (first.amount_minor, second.amount_minor) == (5000, 8000)
    assert second.cover_minor == after.cover.minor
    assert await life.given() == 5000 + after.money.minor + after.cover.minor


async def test_a_pause_leaves_out_its_months_and_ends_by_itself(life: Life) -> None:
    await life.begin(noon(2027, 1, 31))
    await life.settled()
    await wish(life, service.pause, 2)
    await life.settled()
    paused = await stands(life)
    assert (paused.state, str(paused.paused_until)) == ("paused", "2027-04-30")
    await life.live(noon(2027, 2, 28), noon(2027, 3, 31), noon(2027, 4, 30), noon(2027, 5, 31))
    assert await life.days() == ["2027-01-31", "2027-04-30", "2027-05-31"]
    assert (await stands(life)).state == "active"
    assert (await life.line.house.reconciled()).nil


async def test_a_pause_can_be_ended_early_and_a_donor_finds_their_own(life: Life) -> None:
    await life.begin(noon(2027, 1, 10))
    await life.settled()
    await wish(life, service.pause, 6)
    await work(life.line.house)
    await wish(life, service.resume, token="two")
    await work(life.line.house)
    assert (await stands(life)).state == "active"
    await life.live(noon(2027, 2, 10))
    assert await life.days() == ["2027-01-10", "2027-02-10"]
    row = await life.row()
    with life.line.scope():
        async with unit_of_work() as session:
            assert [each.id for each in await service.monthly_of(session, row.donor or new_id())] == [row.id]
            assert await service.monthly_of(session, new_id()) == []


async def test_stopping_is_at_once_and_nothing_is_charged_any_more(life: Life) -> None:
    await life.begin(noon(2027, 1, 10))
    await life.settled()
    await wish(life, service.stop)
    await work(life.line.house)
    after = await stands(life)
    assert (after.state, after.next_on, after.changing) == ("ended", None, False)
    assert (await life.row()).why_ended == "stopped"
    await life.live(noon(2027, 2, 10), noon(2027, 3, 10))
    assert await life.days() == ["2027-01-10"]
    assert sum("has ended, as you wished" in each for each in await life.subjects()) == 1
    with pytest.raises(Conflict):
        await wish(life, service.pause, 1, token="late")
    await wish(life, service.stop, token="again")


async def test_a_wish_outlives_a_day_without_the_processor(life: Life) -> None:
    await life.begin(noon(2027, 1, 10))
    await life.settled()
    await wish(life, service.stop)
    with no_scope():
        async with unit_of_work() as session:
            owed = (Job.name == "monthly.wish", Job.tenant == life.line.tenant, col(Job.done_at).is_(None))
            await session.execute(update(Job).where(*owed).values(failed_at=now(), error="Unavailable"))
    await work(life.line.house)
    assert (await stands(life)).state == "active", "nobody carries it any more"
    await life.swept()
    assert (await stands(life)).state == "ended"
    assert (await life.row()).why_ended == "stopped"


async def test_stopping_withdraws_what_could_not_be_charged(life: Life) -> None:
    await life.begin(noon(2027, 1, 10))
    await life.settled()
    await life.fails()
    await life.live(noon(2027, 2, 10))
    assert (await stands(life)).state == "past_due"
    await wish(life, service.stop)
    await work(life.line.house)
    await life.live(noon(2027, 2, 20), noon(2027, 3, 10))
    assert await life.days() == ["2027-01-10"]
    owed = (await life.v1.invoices.list_async({"customer": life.customer, "limit": 10})).data[0]
    assert (owed.status, owed.attempt_count) == ("void", 1)


async def test_what_cannot_be_wished_is_said(life: Life) -> None:
    await life.begin(noon(2027, 1, 10))
    await life.settled()
    for wrong in (Money(1, "HKD"), Money(5000, "EUR"), Money(10**12, "HKD"), Money(0, "HKD")):
        with pytest.raises(Invalid):
            await wish(life, service.change, wrong, covers=False)
    for months in (0, 7):
        with pytest.raises(Invalid):
            await wish(life, service.pause, months)
    with life.line.scope():
        async with unit_of_work() as session:
            with pytest.raises(NotFound):
                await service.stop(session, new_id(), token="one")
    await wish(life, service.change, Money(6000, "HKD"), covers=False)
    with pytest.raises(Conflict):
        await wish(life, service.change, Money(7000, "HKD"), covers=False)


async def test_another_card_is_left_on_the_processors_page_and_pays_from_then_on(life: Life) -> None:
    await life.begin(noon(2027, 1, 10))
    await life.settled()
    await life.fails()
    await life.live(noon(2027, 2, 10))
    with life.line.scope():
        page = await service.card_page((await life.row()).id, "http://hark.test/back")
    async with life.line.simulated.browser() as browser:
        await browser.post(f"{page}/card", data={"number": "5555555555554444", "expiry": "12 / 34", "cvc": "123"})
    await life.settled()
    after = await stands(life)
    assert (after.card, after.card_ends) == ("Mastercard •••• 4444", (2034, 12))
    await life.live(noon(2027, 2, 14))
    assert (await stands(life)).state == "active"
    assert await life.days() == ["2027-01-10", "2027-02-13"]


async def test_a_wish_is_carried_out_once_though_we_die_before_its_answer_is_kept(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    await life.begin(noon(2027, 1, 10))
    await life.settled()
    await wish(life, service.change, Money(9000, "HKD"), covers=False)

    async def dies(*_what: Any, **_more: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as dying:
        dying.setattr(operations, "_settle", dies)
        await work(life.line.house)
    assert (await stands(life)).changing
    with travel(by=timedelta(hours=1)):
        await work(life.line.house)
    after = await stands(life)
    assert (after.money, after.changing) == (Money(9000, "HKD"), False)
    product = (await life.subscription())["items"]["data"][0]["price"]["product"]
    assert len((await life.v1.prices.list_async({"product": product})).data) == 2
