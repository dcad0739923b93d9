"""A donor's own page: their gifts and papers, their name and address, their data, and being forgotten."""

import io
import json
import re

from pypdf import PdfReader
from sqlalchemy import text
from sqlmodel import select

from billing.giving.models import Donor, Gift
from billing.giving.service import words_of
from billing.ledger import Entry, Posting, book
from billing.processor.models import PaymentRow
from billing.receipts.facts import facts_of
from billing.receipts.models import Receipt
from infra.clock import now
from infra.database import unit_of_work
from infra.ids import new_id
from tests.billing.donors.conftest import Visitor
from tests.billing.giving.conftest import Giver
from tests.conftest import Browser
from tests.provisioning.test_signup import letters


async def one_more(donor: Visitor, email: str, **typed: str) -> None:
    """Somebody gives."""
    giver: Giver = await donor.line.donor()
    await giver.see(await giver.give(email=email, **typed))


async def test_gifts_receipts_and_the_years_statement_stand_there(donor: Visitor) -> None:
    campaign = await donor.line.campaign()
    await one_more(donor, donor.email, amount="10000", campaign=campaign.slug)
    await one_more(donor, "somebody-else@example.org", amount="1000")
    await donor.enters()
    said = await donor.page()
    assert "HK$50.00" in said
    assert "HK$100.00" in said
    assert "A second line for the night" in said
    assert "HK$10.00" not in said
    page = (await donor.client.get(donor.home)).text
    for path in {part.split('"')[0] for part in page.split('href="')[1:] if "/receipts/" in part}:
        assert (await donor.client.get(path)).headers["content-type"] == "application/pdf"
    year = next(part.split('"')[0] for part in page.split('href="')[1:] if "/my-gifts/statements/" in part)
    paper = await donor.client.get(year)
    assert paper.content.startswith(b"%PDF")
    assert "my-gifts" not in paper.headers.get("set-cookie", "")


async def test_what_went_back_is_told_in_the_gifts_own_currency(donor: Visitor) -> None:
    """An account that is settled in euros: 50 Hong Kong dollars are about five of them in the books."""
    line = donor.line
    (gift,) = [each for each in await line.gifts() if each.paid_at]
    lines = (Posting("refunds", 550, "EUR", gift=gift.id), Posting("processor", -550, "EUR", gift=gift.id))
    with line.scope():
        async with unit_of_work() as session:
            await book(session, Entry("txn:settled-in-euros", "refund", now(), lines))
            (await session.exec(select(PaymentRow).where(PaymentRow.id == gift.id))).one().refunded_minor = 4000
    await donor.enters()
    assert "HK$40.00 of it was given back" in await donor.page()
    giver = await line.donor()
    assert "HK$40.00 of it was given back" in await giver.see(await line.thanks(gift))


async def test_without_a_visit_nothing_of_it_can_be_had(donor: Visitor) -> None:
    for path in ("statements/2026", "data.json"):
        assert (await donor.client.get(f"{donor.home}/{path}")).status_code == 303
    for path in ("details", "address", "forget", f"reminders/{new_id()}/stop", f"monthly/{new_id()}/stop",
                 f"monthly/{new_id()}/card"):  # fmt: skip
        answer = await donor.wishes(path, sure="yes", name="Eve")
        assert (answer.status_code, answer.headers["location"]) == (303, f"{donor.home}?closed=1")


async def test_another_name_and_language_count_from_then_on(donor: Visitor) -> None:
    await donor.enters()
    assert (await donor.wishes("details", name="A" * 200)).status_code == 422
    assert (await donor.wishes("details", name="Ada Lovelace", language="zh-Hans")).status_code == 303
    assert "Ada Lovelace" in await donor.page()
    with donor.line.scope():
        async with unit_of_work() as session:
            (row,) = await session.exec(select(Donor))
            (receipt,) = await session.exec(select(Receipt))
            assert row.language == "zh-Hans"
            assert (await facts_of(session, receipt.sealed)).name == "Ada 𠮷田", "a receipt keeps the name on it"


async def test_another_address_counts_once_it_is_confirmed_there(donor: Visitor, browser: Browser) -> None:
    await donor.enters()
    old, new = donor.email, f"new-{donor.email}"
    assert (await donor.wishes("address", email="no address")).status_code == 422
    await donor.wishes("address", email=new)
    await donor.asks()
    assert old in await donor.page()
    donor.email = new
    path, elsewhere = await donor.letter("address"), await browser()
    assert "Yes, write to me here" in (await elsewhere.get(path)).text
    assert "Letters come here now" in (await elsewhere.post(path)).text
    assert (await elsewhere.post(path)).status_code == 410
    assert "Send me the link" in await donor.page(), "visits that were opened by the old address end"
    await donor.enters()
    assert "HK$50.00" in await donor.page()
    assert len((await donor.client.get(donor.home)).text.split("/my-gifts/statements/")) == 2
    with donor.line.scope():
        async with unit_of_work() as session:
            (receipt,) = await session.exec(select(Receipt))
            assert (await facts_of(session, receipt.sealed)).email == new
    told = (await letters(old))[-1]
    assert "go to another address from now on" in told["text"]
    assert new not in told["text"]


async def test_who_has_an_address_after_another_is_on_no_paper_with_them(donor: Visitor, browser: Browser) -> None:
    first, new = donor.email, f"new-{donor.email}"
    await donor.enters()
    await donor.wishes("address", email=new)
    await donor.asks()
    donor.email = new
    await donor.client.post(await donor.letter("address"))
    await one_more(donor, first, name="Zoe Later", amount="10000")
    year = f"{(await donor.line.gifts())[0].paid_at:%Y}"
    for mine, client, theirs, others in (
        (new, donor.client, "50.00", "100.00"),
        (first, await browser(), "100.00", "50.00"),
    ):
        each = Visitor(donor.line, mine, client)
        await each.enters()
        paper = await client.get(f"{donor.home}/statements/{year}")
        said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.content)).pages)
        assert theirs in said
        assert others not in said
        assert ("Zoe" in said) is (mine == first)
        assert ("/receipts/years/" in "".join(said.split())) is (mine == first), "the address has another owner by now"


async def test_an_address_with_gifts_of_its_own_is_not_taken_over(donor: Visitor) -> None:
    other = f"other-{donor.email}"
    await one_more(donor, other, amount="10000")
    await donor.enters()
    await donor.wishes("address", email=other)
    await donor.asks()
    mine, donor.email = donor.email, other
    answer = await donor.client.post(await donor.letter("address"))
    assert answer.status_code == 409
    assert "a page of its own already" in answer.text
    assert mine in await donor.page()


async def test_the_data_can_be_taken_along(donor: Visitor) -> None:
    await donor.enters()
    answer = await donor.client.get(f"{donor.home}/data.json")
    assert "attachment" in answer.headers["content-disposition"]
    said = json.loads(answer.text)
    assert said["donor"]["email"] == donor.email
    (gift,) = said["gifts"]
    assert (gift["amount"], gift["currency"], gift["message"]) == ("50.00", "HKD", "Keep going.")


async def test_who_is_forgotten_leaves_receipts_and_sums_and_nothing_else(donor: Visitor) -> None:
    await donor.enters()
    await donor.client.get(f"{donor.home}/statements/{(await donor.line.gifts())[0].paid_at:%Y}")
    assert (await donor.wishes("forget")).status_code == 422
    assert "You are forgotten here" in (await donor.wishes("forget", sure="yes")).text
    with donor.line.scope():
        async with unit_of_work() as session:
            assert list(await session.exec(select(Donor))) == []
            (gift,) = await session.exec(select(Gift))
            assert gift.donor is None
            words = await words_of(session, gift)
            assert (words.name, words.email, words.message) == ("", "", "")
            (receipt,) = await session.exec(select(Receipt))
            facts = await facts_of(session, receipt.sealed)
            assert (facts.name, facts.email) == ("Ada 𠮷田", None)
            for table in ("donor_key", "receipt_year", "gift_reminder"):
                assert (await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar() == 0
    assert await donor.line.given() == -5000
    before = len(await donor.line.letters(donor.email))
    await donor.asks()
    assert len(await donor.line.letters(donor.email)) == before


async def test_a_reminder_is_ended_by_its_own_donor_alone(donor: Visitor, browser: Browser) -> None:
    giver = await donor.line.donor()
    await giver.see(await giver.give(email=donor.email, rhythm="reminded"))
    await one_more(donor, f"eve-{donor.email}")
    eve = Visitor(donor.line, f"eve-{donor.email}", await browser())
    await eve.enters()
    await donor.enters()
    assert "Stop reminding me" in await donor.page()
    page = (await donor.client.get(donor.home)).text
    path = re.search(r"reminders/[0-9a-f-]{36}/stop", page)
    assert path
    assert (await eve.wishes(path[0])).status_code == 404
    assert "Stop reminding me" in await donor.page()
    assert (await donor.wishes(path[0])).status_code == 303
    assert "Stop reminding me" not in await donor.page()
