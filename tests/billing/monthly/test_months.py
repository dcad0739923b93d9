"""Each month is one gift: on its day, once, with one receipt; whatever the calendar does."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.donors.forgetting import forget
from billing.giving.donors import by_email
from billing.months import next_after, nth, rhythm
from billing.simulated.renewing.periods import boundary
from infra.database import unit_of_work
from tests.billing.monthly.conftest import AFTER, Life, noon


async def test_the_first_month_is_the_gift_that_was_begun_on_the_page(life: Life) -> None:
    await life.begin(noon(2027, 1, 10))
    said = await (await life.line.donor()).see(life.thanks)
    assert "Thank you" in said
    assert "every month, on the 10th." in said
    await life.settled()
    (gift,) = await life.gifts()
    row = await life.row()
    assert (gift.monthly, gift.monthly_gift, gift.amount_minor) == (True, row.id, 5000)
    assert (row.state, row.card_brand, row.card_last4) == ("active", "visa", "4242")
    assert row.next_at == noon(2027, 2, 10)
    assert await life.given() == 5000
    assert await life.receipts() == 1
    (letter,) = [each for each in await life.letters() if "on the 10th" in each["text"]]
    assert f"/h/{life.line.slug}/my-gifts" in letter["text"]


async def test_the_31st_is_the_last_day_of_shorter_months_and_comes_back(life: Life) -> None:
    await life.begin(noon(2028, 1, 31))
    await life.live(noon(2028, 2, 29), noon(2028, 3, 31), noon(2028, 4, 30), noon(2028, 5, 31))
    assert await life.days() == ["2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30", "2028-05-31"]
    assert await life.receipts() == 5
    assert await life.given() == 25_000
    assert (await life.line.house.reconciled()).nil


async def test_whatever_day_it_began_on_no_month_is_charged_twice_or_left_out(life: Life) -> None:
    for start, days in (
        (noon(2027, 1, 30), ["01-30", "02-28", "03-30", "04-30"]),
        (noon(2028, 2, 29), ["02-29", "03-29", "04-29", "05-29"]),
    ):
        each = life.another()
        await each.begin(start)
        await each.live(nth(start, 3))  # all at once: what is owed is heard of together
        assert [day[5:] for day in await each.days()] == days
        assert await each.receipts() == 4


@given(st.integers(1_767_225_600, 2_208_988_800), st.integers(0, 60))
def test_months_are_those_of_the_processor_in_which_no_month_of_the_year_is_left_out(at: int, number: int) -> None:
    anchor = datetime.fromtimestamp(at, UTC)
    begins = nth(anchor, number)
    assert int(begins.timestamp()) == boundary(int(anchor.timestamp()), "month", 1, number)
    assert (begins.year * 12 + begins.month) - (anchor.year * 12 + anchor.month) == number
    assert next_after(anchor, begins - timedelta(seconds=1)) == ((number, begins) if number else (1, nth(anchor, 1)))


@pytest.mark.parametrize(
    ("at", "zone", "words"),
    [
        (noon(2027, 1, 31), "Europe/Berlin", "on the 31st, or on the last day of a shorter one"),
        (noon(2027, 3, 27, 23), "Europe/Berlin", "on the 28th"),
        (noon(2027, 1, 30, 21), "Asia/Shanghai", "around its end"),
        (noon(2027, 3, 14, 7), "America/New_York", "on the 14th"),
    ],
)
def test_the_day_is_the_hotlines_own_where_that_can_be_told(at: datetime, zone: str, words: str) -> None:
    assert rhythm(at, ZoneInfo(zone)) == words


async def test_who_is_forgotten_while_a_month_is_paid_stays_forgotten(life: Life) -> None:
    """The processor still knows their address, and says it of the month that was charged before it heard."""
    await life.begin(noon(2027, 1, 10))
    await life.settled()
    with life.line.scope():
        async with unit_of_work() as session:
            donor = await by_email(session, life.address)
            assert donor
            await forget(session, donor.id)
    await life.go_to(noon(2027, 2, 10) + AFTER)
    before = len(await life.letters())
    await life.settled()
    assert await life.days() == ["2027-01-10", "2027-02-10"]
    assert [each.donor for each in await life.gifts()] == [None, None]
    with life.line.scope():
        async with unit_of_work() as session:
            assert await by_email(session, life.address) is None
    assert len(await life.letters()) == before
