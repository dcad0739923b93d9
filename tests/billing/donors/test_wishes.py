"""What a donor wishes about a monthly gift, on their own page: carried out once, and theirs alone."""

import re
from itertools import count
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from billing.giving.models import Donor
from billing.monthly.models import MonthlyGift
from billing.processor.models import Operation
from infra.database import unit_of_work
from tests.billing.donors.conftest import Visitor
from tests.billing.giving.conftest import Line
from tests.billing.monthly.conftest import work
from tests.conftest import Browser

_numbers = count(1)


async def monthly(line: Line, browser: Browser) -> tuple[Visitor, UUID]:
    """Somebody who gives 50 dollars every month and is on their page, and the gift's id."""
    email = f"mia{next(_numbers)}@example.org"
    giver = await line.donor()
    await giver.see(await giver.give(email=email, name="Mia", rhythm="monthly"))
    await line.simulated.deliver()
    await work(line.house)
    visitor = Visitor(line, email, await browser())
    await visitor.enters()
    found = re.search(r"/my-gifts/monthly/([0-9a-f-]{36})/", (await visitor.client.get(visitor.home)).text)
    assert found
    return visitor, UUID(found[1])


async def wished(line: Line) -> list[str]:
    """What the processor was asked for, wish by wish."""
    with line.scope():
        async with unit_of_work() as session:
            found = select(Operation).where(Operation.kind == "monthly").order_by(Operation.made_at)
            return [row.params["act"] for row in await session.exec(found)]


async def state(line: Line) -> list[tuple[str, int, UUID | None]]:
    """How each monthly gift stands: its state, what is given, whose it is."""
    with line.scope():
        async with unit_of_work() as session:
            rows = await session.exec(select(MonthlyGift))
            return [(row.state, row.amount_minor, row.donor) for row in rows]


async def test_an_amount_counts_from_the_next_month_and_a_wrong_one_comes_back(line: Line, browser: Browser) -> None:
    mia, key = await monthly(line, browser)
    for typed in ("", "much", "-3", "99999999"):
        answer = await mia.wishes(f"monthly/{key}/amount", amount=typed, token="first")
        assert answer.status_code == 422
        assert "Nothing was changed" in answer.text
    for _ in range(2):  # pressed twice
        assert (await mia.wishes(f"monthly/{key}/amount", amount="80", token="second")).status_code == 303
    assert "is being done" in await mia.page()
    assert "data-ask" in (await mia.client.get(mia.home)).text
    with line.scope():
        async with unit_of_work() as session:
            await session.execute(update(Operation).where(col(Operation.kind) == "monthly").values(state="done"))
    assert "is being done" in await mia.page(), "it is answered, and nothing was noted yet"
    with line.scope():
        async with unit_of_work() as session:
            await session.execute(update(Operation).where(col(Operation.kind) == "monthly").values(state="wanted"))
    await work(line.house)
    assert await wished(line) == ["change"]
    assert [each[:2] for each in await state(line)] == [("active", 8000)]
    assert "HK$80.00 every month" in await mia.page("?part=monthly")
    assert await line.given() == -5000, "nothing was charged for it"


async def test_a_pause_an_end_to_it_and_a_stop(line: Line, browser: Browser) -> None:
    mia, key = await monthly(line, browser)
    assert (await mia.wishes(f"monthly/{key}/pause", months="9", token="a")).status_code == 422
    await mia.wishes(f"monthly/{key}/pause", months="2", token="b")
    await work(line.house)
    assert "Paused" in await mia.page()
    await mia.wishes(f"monthly/{key}/resume", token="c")
    await work(line.house)
    assert "Running" in await mia.page()
    await mia.wishes(f"monthly/{key}/stop", token="d")
    await work(line.house)
    said = await mia.page()
    assert "Ended" in said
    assert "Pause" not in said
    assert (await mia.wishes(f"monthly/{key}/pause", months="1", token="e")).status_code == 409


async def test_another_card_is_left_with_the_processor_who_leads_back(line: Line, browser: Browser) -> None:
    mia, key = await monthly(line, browser)
    answer = await mia.wishes(f"monthly/{key}/card")
    assert answer.status_code == 303
    assert "/simulated/stripe/portal/" in answer.headers["location"]
    policy = answer.headers["content-security-policy"]
    assert "form-action 'self' http://hark.test" in policy


async def test_somebody_elses_monthly_gift_isnt_there(line: Line, browser: Browser) -> None:
    _mia, key = await monthly(line, browser)
    eve, _own = await monthly(line, browser)
    for what in ("amount", "pause", "resume", "stop", "card"):
        answer = await eve.wishes(f"monthly/{key}/{what}", amount="1", months="1", token="t")
        assert answer.status_code == 404, what
    assert await wished(line) == []


async def test_who_is_forgotten_pays_no_more(line: Line, browser: Browser) -> None:
    mia, _key = await monthly(line, browser)
    await mia.wishes("forget", sure="yes")
    await work(line.house)
    assert await state(line) == [("ended", 5000, None)]
    with line.scope():
        async with unit_of_work() as session:
            assert list(await session.exec(select(Donor))) == []
