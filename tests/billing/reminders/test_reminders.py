"""Reminders: one letter a month on the same day, however often somebody looks; ended by a link in each."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as some
from sqlmodel import select

from billing.reminders.jobs import go_round, write_due
from billing.reminders.models import GiftReminder
from billing.reminders.months import month_after, next_after
from infra.clock import travel
from infra.database import unit_of_work
from infra.jobs import Job
from infra.scope import no_scope
from tests.billing.donors.conftest import link
from tests.billing.giving.conftest import Line, hidden
from tests.conftest import Browser

_numbers = count(1)


@given(some.dates(date(2024, 1, 1), date(2032, 12, 31)), some.integers(0, 800))
@settings(max_examples=60, deadline=None)
def test_each_month_has_its_day_once_and_none_is_left_out(begun: date, wait: int) -> None:
    due, seen = begun, [begun]
    for _ in range(30):
        due = month_after(due, begun.day)
        seen.append(due)
    assert [each.year * 12 + each.month for each in seen] == list(
        range(begun.year * 12 + begun.month, begun.year * 12 + begun.month + 31)
    )
    for each in seen:
        assert each.day == begun.day or (each + timedelta(days=1)).day == 1
    later = [day for day in seen if day > begun + timedelta(days=wait)]
    assert next_after(begun, begun.day, begun + timedelta(days=wait)) == later[0]


def test_the_31st_comes_back_after_a_shorter_month() -> None:
    due = date(2028, 1, 31)
    assert [due := month_after(due, 31) for _ in range(3)] == [date(2028, 2, 29), date(2028, 3, 31), date(2028, 4, 30)]


async def asked_for(line: Line, when: datetime, **typed: str) -> str:
    """Somebody gives and wants to be reminded; their address."""
    email = f"wen{next(_numbers)}@example.org"
    with travel(to=when):
        donor = await line.donor()
        await donor.see(await donor.give(email=email, rhythm="reminded", **typed))
    return email


async def looked(line: Line, at: datetime) -> None:
    """The day's job, twice, as after a crash."""
    with travel(to=at), line.scope():
        for _ in range(2):
            async with unit_of_work() as session:
                await write_due(session)


async def reminders(line: Line, email: str) -> list[dict[str, str]]:
    """The reminders that somebody got."""
    return [each for each in await line.letters(email) if "/reminders/" in each["text"]]


async def test_a_letter_a_month_with_the_amount_filled_in_and_a_way_to_end_it(line: Line, browser: Browser) -> None:
    email = await asked_for(line, datetime(2027, 1, 31, 15, 30, tzinfo=UTC), amount="own", own="73.50", name="Wen")
    for day, letters in ((1, 0), (28, 1)):
        await looked(line, datetime(2027, 2, day, 3, tzinfo=UTC))
        assert len(await reminders(line, email)) == letters
    await looked(line, datetime(2027, 3, 30, 3, tzinfo=UTC))
    assert len(await reminders(line, email)) == 1
    await looked(line, datetime(2027, 3, 31, 3, tzinfo=UTC))
    letter = (await reminders(line, email))[-1]
    assert len(await reminders(line, email)) == 2
    assert "HK$73.50" in letter["text"]
    client = await browser()
    page = (await client.get(link(letter, "/give"))).text
    assert 'value="73.50"' in page
    assert hidden(page, "ticket")
    stop = link(letter, "/reminders/")
    assert "Stop reminding me" in (await client.get(stop)).text
    await looked(line, datetime(2027, 4, 30, 3, tzinfo=UTC))
    assert len(await reminders(line, email)) == 3, "a machine that opens links ends nothing"
    assert (await client.post(stop)).status_code == 303
    assert "won't be reminded" in (await client.get(stop)).text
    await looked(line, datetime(2027, 5, 31, 3, tzinfo=UTC))
    assert len(await reminders(line, email)) == 3


async def test_months_in_which_nobody_looked_are_not_made_up_for(line: Line) -> None:
    email = await asked_for(line, datetime(2027, 1, 10, 3, tzinfo=UTC))
    await looked(line, datetime(2027, 6, 12, 3, tzinfo=UTC))
    assert len(await reminders(line, email)) == 1
    with line.scope():
        async with unit_of_work() as session:
            (row,) = await session.exec(select(GiftReminder))
    assert row.next_on == date(2027, 7, 10)


async def test_who_gives_again_is_still_reminded_once_a_month(line: Line) -> None:
    email = await asked_for(line, datetime(2027, 1, 10, 3, tzinfo=UTC))
    with travel(to=datetime(2027, 2, 20, 3, tzinfo=UTC)):
        donor = await line.donor()
        await donor.see(await donor.give(email=email, rhythm="reminded", amount="10000"))
    with line.scope():
        async with unit_of_work() as session:
            (row,) = await session.exec(select(GiftReminder))
    assert (row.amount_minor, row.next_on) == (10_000, date(2027, 3, 20))


async def test_a_hotline_that_takes_no_gifts_now_asks_for_none(line: Line) -> None:
    email = await asked_for(line, datetime(2027, 1, 10, 3, tzinfo=UTC))
    await line.set(open=False, amounts=[1000, 5000])
    await looked(line, datetime(2027, 2, 10, 3, tzinfo=UTC))
    assert await reminders(line, email) == []


async def test_a_round_owes_each_hotline_its_morning_once(line: Line) -> None:
    with no_scope(), travel(to=datetime(2027, 3, 1, 0, 30, tzinfo=UTC)):
        for _ in range(3):
            async with unit_of_work() as session:
                await go_round(session)
        async with unit_of_work() as session:
            mine = select(Job).where(Job.name == "reminders.send", Job.tenant == line.tenant)
            (row,) = await session.exec(mine)
    assert row.due_at == datetime(2027, 3, 1, 2, tzinfo=UTC), "ten in the morning in Hong Kong"
