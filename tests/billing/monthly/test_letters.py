"""Letters come when a donor can do something, once for each reason, and say no more than is known."""

from datetime import timedelta

from infra.clock import now
from tests.billing.monthly.conftest import AFTER, Life, noon


async def sent(life: Life, words: str) -> list[str]:
    """The letters about something, oldest first."""
    return [each["text"] for each in await life.letters() if words in each["subject"]]


async def test_a_month_that_fails_is_told_once_and_kindly_and_an_end_once(life: Life) -> None:
    await life.begin(noon(2027, 1, 10))
    await life.settled()
    await life.fails()
    await life.live(noon(2027, 2, 10))
    assert (await life.row()).state == "past_due"
    (letter,) = await sent(life, "did not go through")
    assert letter.startswith("Dear Mia,")
    assert "HK$50.00" in letter
    assert "You did nothing wrong" in letter
    assert "tries again on 13 February 2027" in letter
    assert letter.rstrip().endswith(life.line_name)
    assert f"/h/{life.line.slug}/my-gifts" in letter
    await life.live(noon(2027, 2, 14), noon(2027, 2, 19))
    assert len(await sent(life, "did not go through")) == 1
    await life.live(noon(2027, 2, 26))
    row = await life.row()
    assert (row.state, row.why_ended) == ("ended", "unpaid")
    await life.swept()
    (over,) = await sent(life, "has ended")
    assert "has stopped trying" in over
    assert await life.days() == ["2027-01-10"]


async def test_each_month_that_fails_is_told_anew(life: Life) -> None:
    await life.begin(noon(2027, 1, 10))
    await life.settled()
    await life.fails()
    await life.live(noon(2027, 2, 10))
    await life.works()
    await life.live(noon(2027, 2, 14))
    assert (await life.row()).state == "active"
    await life.fails()
    await life.live(noon(2027, 3, 10))
    assert len(await sent(life, "did not go through")) == 2
    assert await life.days() == ["2027-01-10", "2027-02-13"]


async def test_a_card_that_ends_and_a_pause_that_ends_are_told_beforehand_once(life: Life) -> None:
    await life.begin(noon(2027, 1, 10))
    await life.settled()
    for month in ("before", "in it", "in it again"):
        await life.swept(by=noon(2034, 11 if month == "before" else 12, 5) - now())
    (card,) = await sent(life, "ends soon")
    assert "Visa •••• 4242" in card
    await life.v1.subscriptions.update_async(
        (await life.row()).subscription,
        {"pause_collection": {"behavior": "void", "resumes_at": int(noon(2027, 3, 14).timestamp())}},
    )
    await life.settled()
    row = await life.row()
    assert (row.state, row.resumes_at) == ("paused", noon(2027, 4, 10))
    for days in (30, 5, 4):
        await life.swept(by=noon(2027, 4, 10) - timedelta(days=days) - now() + AFTER)
    (back,) = await sent(life, "begins again soon")
    assert "on 10 April 2027" in back
