"""What donors get by mail, and where its links lead."""

import re
from datetime import date

from sqlmodel import select

from billing.receipts.letters import owe_statements
from billing.receipts.models import Receipt
from billing.receipts.service import replace, void
from tests.billing.receipts.given import at, letters_to, receipt_for, work_off
from tests.conftest import Browser
from tests.world import Hotline, World


def _link(text: str) -> str:
    found = re.search(r"http://hark\.test(/\S+)", text)
    assert found is not None
    return found[1]


async def test_a_donor_gets_one_letter_with_the_link_to_their_receipt(line: Hotline, browser: Browser) -> None:
    async with at(line.tenant) as session:
        row = await receipt_for(session, email="one@example.org")
    assert await work_off(line.tenant) == ["receipts.print"]
    async with at(line.tenant) as session:
        await receipt_for(session, row.gift, email="one@example.org")
    assert await work_off(line.tenant) == []
    letters = await letters_to("one@example.org")
    assert len(letters) == 1
    assert row.label in letters[0]["text"]
    answer = await (await browser()).get(_link(letters[0]["text"]))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.content.startswith(b"%PDF")


async def test_a_gift_that_is_undone_sends_nothing(line: Hotline) -> None:
    try:
        async with at(line.tenant) as session:
            await receipt_for(session, email="undone@example.org")
            raise ConnectionError
    except ConnectionError:
        pass
    assert await work_off(line.tenant) == []
    assert await letters_to("undone@example.org") == []


async def test_whoever_leaves_no_address_gets_a_receipt_and_no_letter(line: Hotline) -> None:
    async with at(line.tenant) as session:
        row = await receipt_for(session, email=None, name=None)
    assert await work_off(line.tenant) == ["receipts.print"]
    async with at(line.tenant) as session:
        held = (await session.exec(select(Receipt).where(Receipt.id == row.id))).one()
        assert held.mailed_at is None
        assert held.donor_hash is None


async def test_a_replacement_and_an_end_are_told_too(line: Hotline) -> None:
    async with at(line.tenant) as session:
        old = await receipt_for(session, email="told@example.org")
    await work_off(line.tenant)
    async with at(line.tenant) as session:
        new = await replace(session, old.id, "The name was misspelt", name="Łucja")
    await work_off(line.tenant)
    async with at(line.tenant) as session:
        await void(session, new.id, "The gift was given back")
    await work_off(line.tenant)
    first, second, third = await letters_to("told@example.org")
    assert old.label in first["text"]
    assert new.label in second["text"]
    assert old.label in second["text"]
    assert "void" in third["subject"]
    assert "The gift was given back" in third["text"]


async def test_an_end_isnt_told_to_whoever_never_heard_of_the_beginning(line: Hotline) -> None:
    async with at(line.tenant) as session:
        row = await receipt_for(session, email="early@example.org")
        await void(session, row.id, "Entered twice")
    await work_off(line.tenant)
    assert "void" not in [letter["subject"] for letter in await letters_to("early@example.org")]


async def test_each_donor_of_a_year_gets_their_own_statement(line: Hotline, browser: Browser) -> None:
    async with at(line.tenant) as session:
        for donor in ("ann", "ann", "ben"):
            await receipt_for(session, email=f"{donor}@example.org", given_on=date(2019, 5, 1))
        await receipt_for(session, email="cat@example.org", given_on=date(2018, 12, 31))
    await work_off(line.tenant)
    async with at(line.tenant) as session:
        await owe_statements(session, 2019)
    assert sorted(await work_off(line.tenant)) == ["receipts.statement", "receipts.statement", "receipts.year"]
    statement = [letter for letter in await letters_to("ann@example.org") if "2019" in letter["subject"]]
    assert len(statement) == 1
    answer = await (await browser()).get(_link(statement[0]["text"]))
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF")
    assert [letter for letter in await letters_to("cat@example.org") if "2019" in letter["subject"]] == []


async def test_a_link_opens_nothing_at_another_hotline(line: Hotline, world: World, browser: Browser) -> None:
    async with at(line.tenant) as session:
        await receipt_for(session, email="far@example.org")
    await work_off(line.tenant)
    path = _link((await letters_to("far@example.org"))[0]["text"])
    visitor = await browser()
    assert (await visitor.get(path)).status_code == 200
    assert (await visitor.get(path.replace(line.slug, world.second.slug))).status_code == 404
    assert (await visitor.get(path[:-1] + ("a" if path[-1] != "a" else "b"))).status_code == 404


async def test_the_letter_speaks_the_donors_language(line: Hotline) -> None:
    async with at(line.tenant) as session:
        await receipt_for(session, email="zh@example.org", language="zh-Hans")
    await work_off(line.tenant)
    letter = (await letters_to("zh@example.org"))[0]
    assert "不是公益事业捐赠票据" in letter["text"]
