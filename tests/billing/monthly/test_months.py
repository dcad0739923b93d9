"""Each month is one gift: on its day, once, with one receipt; whatever the calendar does."""

from tests.billing.monthly.conftest import Life, noon


async def test_the_first_month_is_the_gift_that_was_begun_on_the_page(life: Life) -> None:
    await life.begin(noon(2027, 1, 10))
    said = await (await life.line.donor()).see(life.thanks)
    assert "Thank you" in said
    assert "every month, on the 10th of each month" in said
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
