"""A bank's statement, from the file to the books and back: each line once, booked when somebody says so, undone."""

import asyncio
import re
from datetime import date, timedelta
from html import unescape

from sqlalchemy import text
from sqlmodel import select

from billing.bankfeed.models import BankFile, BankLine
from billing.campaigns.models import Campaign
from billing.giving.models import Donor, Gift
from billing.ledger import Entry, Posting, book
from billing.ledger.models import LedgerEntry
from billing.matching.models import Pool
from billing.matching.pools import Sponsor, open_pool, sealed
from billing.matching.service import settle
from billing.money import Money
from billing.offline.facts import OfflineFacts
from billing.offline.form import Given
from billing.offline.service import enter, moment_of, take_back
from billing.receipts.models import Receipt
from billing.receipts.service import issue
from infra.clock import now
from infra.database import Session
from tests.billing.bankfeed import samples
from tests.billing.bankfeed.conftest import Bank

HEAD = "Date,Payer,IBAN,Reference,Amount\n"
ANN = "DE88100900001234567892"


def statement(*lines: tuple[str, str, str, str, str]) -> bytes:
    """A file with these lines."""
    return (HEAD + "".join(",".join(line) + "\n" for line in lines)).encode()


async def test_a_file_is_read_as_it_was_shown_and_once(bank: Bank) -> None:
    place = await bank.bring(samples.SPARKASSE)
    page = unescape((await bank.client.get(place)).text)
    assert "Jürgen Groß" in page
    assert "€1,234.56" in page
    assert await bank.read(samples.SPARKASSE) == (3, 3)
    assert await bank.read(samples.SPARKASSE) == (3, 0)
    assert len(await bank.lines()) == 3
    assert await bank.on("bank") == 0
    files = await bank.do(lambda session: _all(session, BankFile))
    assert {row.sealed for row in files if row.state == "read"} == {None}
    page = (await bank.client.get(bank.base)).text
    assert "Miete April" in page


async def _all(session: Session, table: type) -> list[object]:
    return list(await session.exec(select(table)))


async def test_files_that_overlap_add_what_is_new_and_keep_what_is_alike_apart(bank: Bank) -> None:
    twice = ("2026-03-02", "Ann", "", "Tea", "5.00")
    first = statement(("2026-03-01", "Ben", "", "Gift", "7.00"), twice, twice)
    second = statement(twice, twice, twice, ("2026-03-04", "Cem", "", "Gift", "9.00"))
    assert await bank.read(first) == (3, 3)
    assert await bank.read(second) == (4, 2)
    assert await bank.read(first, account="Other") == (3, 3)


async def test_the_same_payment_in_other_words_is_doubted(bank: Bank) -> None:
    await bank.read(statement(("2026-03-01", "Ben", "", "Gift", "7.00")))
    await bank.read(statement(("2026-03-01", "Ben Busy", "", "Gift", "7.00")))
    assert [row.doubt for row, _told in await bank.lines()] == [False, True]


async def test_a_gift_is_booked_with_its_receipt_and_its_payer_is_known_the_next_time(bank: Bank) -> None:
    await bank.read(statement(("2026-03-01", "Ann Able", ANN, "Thanks", "25.00")))
    row = await bank.line("Ann Able")
    assert (await bank.say(row, "gift", name="Ann Able", email="ann@example.org", receipt="yes")).status_code == 303
    assert (await bank.on("bank"), await bank.on("gifts")) == (2500, -2500)
    [gift] = await bank.do(lambda session: _all(session, Gift))
    [slip] = await bank.do(lambda session: _all(session, Receipt))
    [donor] = await bank.do(lambda session: _all(session, Donor))
    assert (gift.state, gift.method, gift.donor, gift.paid_at.date()) == ("paid", "bank", donor.id, date(2026, 3, 1))
    assert (slip.gift, slip.minor, slip.given_on) == (gift.id, 2500, date(2026, 3, 1))
    await bank.read(
        statement(("2026-04-01", "A. Able", ANN, "Thanks again", "25.00"), ("2026-04-02", "New", "", "", "1.00"))
    )
    page = unescape((await bank.client.get(bank.base)).text)
    assert "Seems to be a gift by Ann Able, who gave before" in page
    [sure] = set(re.findall(r'name="line" value="([^"]+)"', page.split("bank-lines")[0]))
    done = await bank.client.post(f"{bank.base}/confirmations", data={"line": [sure]})
    assert done.headers["location"].endswith("done=1&left=0")
    assert await bank.on("gifts") == -5000
    assert [each.donor for each in await bank.do(lambda session: _all(session, Gift))] == [donor.id] * 2
    again = await bank.client.post(f"{bank.base}/confirmations", data={"line": [sure]})
    assert again.headers["location"].endswith("done=0&left=0")
    assert await bank.on("gifts") == -5000


async def test_what_is_undone_leaves_the_books_as_they_were_and_may_be_something_else(bank: Bank) -> None:
    await bank.read(statement(("2026-03-01", "Ann", ANN, "Thanks", "25.00"), ("2026-03-02", "Rent", "", "", "-80.00")))
    gift, rent = await bank.line("Ann"), await bank.line("Rent")
    for row, what, more in ((gift, "gift", {"receipt": "yes"}), (rent, "cost", {"cost": "cost.rooms"})):
        for _twice in range(2):
            assert (await bank.say(row, what, **more)).status_code == 303
    assert (await bank.on("bank"), await bank.on("cost.rooms"), await bank.on("gifts")) == (-5500, 8000, -2500)
    for row in (gift, rent, gift):
        await bank.undo(row)
    assert (await bank.on("bank"), await bank.on("cost.rooms"), await bank.on("gifts")) == (0, 0, 0)
    [slip] = await bank.do(lambda session: _all(session, Receipt))
    assert slip.state == "void"
    assert (await bank.say(gift, "grant")).status_code == 303
    assert (await bank.on("bank"), await bank.on("grants")) == (2500, -2500)
    assert (await bank.say(gift, "gift")).status_code == 409


async def test_a_gift_that_was_corrected_by_hand_is_undone_with_its_line(bank: Bank) -> None:
    await bank.read(statement(("2026-03-01", "Ann", ANN, "Thanks", "25.00")))
    row = await bank.line("Ann")
    await bank.say(row, "gift", receipt="yes")
    [gift] = await bank.do(lambda session: _all(session, Gift))
    typed = {"kind": "bank", "amount": "25", "currency": "EUR", "given_on": "2026-02-28", "why": "Value day"}
    fixed = await bank.client.post(f"/o/{bank.hotline.slug}/money/offline/{gift.id}/correction", data=typed)
    assert "told=anew" in fixed.headers["location"]
    assert await bank.on("gifts") == -2500
    await bank.undo(row)
    assert (await bank.on("gifts"), await bank.on("bank")) == (0, 0)


async def test_a_gift_that_was_entered_by_hand_is_found_and_not_booked_again(bank: Bank) -> None:
    facts = OfflineFacts(name="Ann Able")
    given = Given("bank", Money(2500, "EUR"), date(2026, 2, 27), None, facts, "en", True)
    row, _fresh = await bank.do(enter, await bank.tenant(), given, ticket="by-hand", by=None)
    await bank.read(
        statement(("2026-03-01", "Ann Able", ANN, "Thanks", "25.00"), ("2026-03-01", "Ben", "", "", "25.00"))
    )
    page = unescape((await bank.client.get(bank.base)).text)
    assert "Seems to be a gift that you entered by hand" in page
    [sure] = set(re.findall(r'name="line" value="([^"]+known[^"]+)"', page))
    await bank.client.post(f"{bank.base}/confirmations", data={"line": [sure]})
    assert (await bank.on("bank"), await bank.on("gifts")) == (2500, -2500)
    other = next(each for each, _told in await bank.lines(BankLine.state == "waiting"))
    assert (await bank.say(other, "known", known=str(row.id))).status_code == 422
    assert str(row.id) not in (await bank.client.get(bank.base)).text


async def test_a_payout_is_found_in_the_books_and_not_booked_again(bank: Bank) -> None:
    async def arrive(session: Session) -> None:
        at = moment_of(date(2026, 3, 2), here)
        for ref, postings in (
            ("txn:1", [Posting("processor", -123_456, "EUR"), Posting("transit", 123_456, "EUR")]),
            ("payout:po_1", [Posting("transit", -123_456, "EUR"), Posting("bank", 123_456, "EUR")]),
        ):
            await book(session, Entry(ref, "payout" if ref == "txn:1" else "arrival", at, postings))

    here = await bank.tenant()
    await bank.do(arrive)
    await bank.read(samples.SPARKASSE)
    row = await bank.line("STRIPE")
    page = (await bank.client.get(bank.base)).text
    [sure] = set(re.findall(r'name="line" value="([^"]+payout[^"]+)"', page))
    await bank.client.post(f"{bank.base}/confirmations", data={"line": [sure]})
    assert (await bank.on("bank"), await bank.on("transit")) == (123_456, 0)
    [entry] = await bank.do(_arrivals)
    assert (await bank.lines(BankLine.id == row.id))[0][0].subject == entry.id
    await bank.undo(row)
    assert await bank.on("bank") == 123_456


async def _arrivals(session: Session) -> list[LedgerEntry]:
    return list(await session.exec(select(LedgerEntry).where(LedgerEntry.kind == "arrival")))


async def test_a_payment_that_the_books_have_by_itself_is_not_booked_as_a_cost_again(bank: Bank) -> None:
    """The paid invoice of the plan, and a sponsor's transfer that was entered at their pool."""

    async def pay(session: Session) -> None:
        for ref, kind, of, minor in (
            ("plan:2026-03:paid", "plan.paid", "payable", -1600),
            ("pool:x:in:1", "pool.payment", "receivable", 5000),
            ("cost:rent", "cost", "cost.rooms", -70_000),
        ):
            lines = (Posting("bank", minor, "EUR"), Posting(of, -minor, "EUR"))
            await book(session, Entry(ref, kind, moment_of(date(2026, 3, 2), here), lines))

    here = await bank.tenant()
    await bank.do(pay)
    held = await bank.on("bank")
    paid = ("2026-03-04", "Hark", "", "Plan", "-16.00"), ("2026-03-03", "Kind Ltd", "", "Match", "50.00")
    await bank.read(statement(*paid, ("2026-03-03", "Landlord", "", "Rent", "-700.00")))
    page = unescape((await bank.client.get(bank.base)).text)
    assert page.count("The books have it. It isn't booked again.") == 3
    sure = re.findall(r'name="line" value="([^"]+)"', page.split("bank-lines")[0])
    assert len(sure) == 2, "another payment may well be as large as the rent"
    await bank.client.post(f"{bank.base}/confirmations", data={"line": sure})
    rent = await bank.line("Landlord")
    said = unescape((await bank.client.get(f"{bank.base}/lines/{rent.id}")).text)
    assert "2 March 2026 · A cost" in said
    assert "The platform's plan" not in said, "its invoice comes by itself"
    found = await bank.do(_costs)
    assert (await bank.say(rent, "payout", payout=str(found[0].id))).status_code == 303
    assert await bank.lines(BankLine.state == "waiting") == []
    assert await bank.on("bank") == held
    await bank.undo(rent)
    assert await bank.on("bank") == held
    await bank.read(statement(("2026-03-30", "Late Landlord", "", "Rent", "-700.00")))
    late = await bank.line("Late Landlord")
    said = unescape((await bank.client.get(f"{bank.base}/lines/{late.id}")).text)
    assert "2 March 2026 · A cost" in said, "costs are entered on any day of the month"


async def _costs(session: Session) -> list[LedgerEntry]:
    return list(await session.exec(select(LedgerEntry).where(LedgerEntry.kind == "cost")))


async def test_a_payout_of_which_the_books_know_nothing_yet_waits(bank: Bank) -> None:
    await bank.read(samples.SPARKASSE)
    row = await bank.line("STRIPE")
    page = (await bank.client.get(bank.base)).text
    assert str(row.id) + "|" not in page


async def test_a_sponsors_payment_finds_its_pool(bank: Bank) -> None:
    async def promise(session: Session) -> Pool:
        row = Pool(
            sealed=await sealed(session, Sponsor("Kind Ltd", "")), currency="EUR", amount_minor=50_000,
            since=now() - timedelta(days=90), until=now() + timedelta(days=9),
        )  # fmt: skip
        session.add(row)
        await session.flush()
        return await open_pool(session, row.id)

    pool = await bank.do(promise)
    today = now().date().isoformat()
    await bank.read(statement((today, "Kind Ltd", "", "Match", "500.00"), (today, "Kind Ltd", "", "More", "90.00")))
    page = (await bank.client.get(bank.base)).text
    [found] = set(re.findall(r'name="line" value="([^"]+\|pool[^"]+)"', page))
    assert found.endswith(str(pool.id))
    await bank.client.post(f"{bank.base}/confirmations", data={"line": [found]})
    assert (await bank.on("bank"), await bank.on("receivable")) == (50_000, 0)
    more = await bank.line("More")
    assert (await bank.say(more, "pool", pool=str(pool.id))).status_code == 422
    await bank.undo(await bank.line("Match"))
    assert (await bank.on("bank"), await bank.on("receivable")) == (0, 50_000)


async def test_two_lines_and_a_gift_on_the_page_dont_wait_for_each_other(bank: Bank) -> None:
    """The first line's receipt holds the counter while the second's match waits for its pool; a gift that comes just
    then holds the pool and waits for the counter."""

    async def promise(session: Session) -> Campaign:
        row = Campaign(slug="night", state="open", title={"en": "Second line"}, currency="EUR")
        session.add(row)
        await session.flush()
        pool = Pool(
            sealed=await sealed(session, Sponsor("Kind Ltd", "")), currency="EUR", amount_minor=50_000,
            campaign=row.id, since=now() - timedelta(days=999), until=now() + timedelta(days=9),
        )  # fmt: skip
        session.add(pool)
        await session.flush()
        (await open_pool(session, pool.id)).since = now() - timedelta(days=9)
        return row

    campaign = await bank.do(promise)
    today, matched = now().date(), asyncio.Event()
    day = today.isoformat()
    await bank.read(statement((day, "Ann", "", "Thanks", "5.00"), (day, "Ben", "", "Second line", "6.00")))
    named = [f"{row.id}|gift:" for row, _told in await bank.lines()]

    async def comes(session: Session) -> None:
        gift = Gift(
            ticket="x", currency="EUR", amount_minor=900, state="paid", sealed=b"", language="en", paid_at=now()
        )
        session.add(gift)
        await session.flush()
        money = Money(900, "EUR")
        await settle(session, gift=gift.id, campaign=campaign.id, kept=money, at=now())
        matched.set()
        for _look in range(200):  # until the other one waits for us
            if (await session.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))).scalar():
                break
            await asyncio.sleep(0.02)
        await issue(
            session, gift=gift.id, money=money, name=None, email=None, given_on=today, method="card", purpose="It",
            language="en",
        )  # fmt: skip

    async def confirm() -> int:
        await matched.wait()
        return (await bank.client.post(f"{bank.base}/confirmations", data={"line": named})).status_code

    _came, status = await asyncio.gather(bank.do(comes), confirm())
    assert status == 303
    assert await bank.on("matched") == -1500
    assert len(await bank.do(lambda session: _all(session, Receipt))) == 3


async def test_how_a_bank_writes_is_remembered(bank: Bank) -> None:
    odd = b"When;Whom;Sum;Left\n01/02/2026;Ann;5,00;1\n02/02/2026;Ben;6,00;1\n"
    place = await bank.bring(odd)
    form = {"date": "0", "form": "mdy", "decimal": ",", "amount": "2", "payer": "1", "currency": "EUR"}
    looked = await bank.client.post(place, data={**form, "act": "look"})
    assert looked.status_code == 200
    assert "2 January 2026" in looked.text
    assert await bank.lines() == []
    unnamed = await bank.client.post(place, data={**form, "act": "keep"})
    assert unnamed.status_code == 422
    assert "Choose an account" in unnamed.text
    kept = await bank.client.post(place, data={**form, "act": "keep", "new_account": "Post"})
    assert kept.status_code == 303
    assert [row.day for row, _told in await bank.lines()] == [date(2026, 1, 2), date(2026, 2, 2)]
    page = (await bank.client.get(await bank.bring(odd.replace(b"2026", b"2025")))).text
    assert "You told us before" in page
    assert "2 January 2025" in page


async def test_what_is_no_statement_is_refused_on_its_page(bank: Bank) -> None:
    for data, said in ((b"PK\x03\x04", "no CSV file"), (b"", "Choose a file"), (b"Hello", "no table")):
        answer = await bank.client.post(f"{bank.base}/files", files={"file": ("a.csv", data, "text/csv")})
        assert answer.status_code == 422
        assert said in answer.text


async def test_a_removed_gift_that_a_line_was_can_be_undone(bank: Bank) -> None:
    await bank.read(statement(("2026-03-01", "Ann", ANN, "Thanks", "25.00")))
    row = await bank.line("Ann")
    await bank.say(row, "gift")
    [gift] = await bank.do(lambda session: _all(session, Gift))
    await bank.do(take_back, gift.id, "Not ours")
    assert (await bank.client.get(f"{bank.base}/lines/{row.id}")).status_code == 200
    await bank.undo(row)
    assert await bank.on("bank") == 0


async def test_whoever_presses_at_once_reads_a_file_once_and_books_a_line_once(bank: Bank) -> None:
    ann = ("2026-03-01", "Ann", ANN, "Thanks", "25.00")
    places = [await bank.bring(statement(ann, ("2026-03-02", "Ben", "", "", "7.00"))) for _twice in range(2)]
    form = {"act": "keep", "account": "", "new_account": "Main", "currency": "EUR", "decimal": ".", "form": "ymd"}
    columns = {"date": "0", "payer": "1", "number": "2", "reference": "3", "amount": "4"}
    await asyncio.gather(*(bank.client.post(place, data=form | columns) for place in places * 2))
    assert len(await bank.lines()) == 2
    row = await bank.line("Ann")
    asked = [bank.say(row, "gift", receipt="yes") for _each in range(2)] + [
        bank.say(row, "grant") for _each in range(2)
    ]
    answers = await asyncio.gather(*asked)
    assert {answer.status_code for answer in answers} == {303, 409}
    assert await bank.on("bank") == 2500
    assert await bank.on("gifts") + await bank.on("grants") == -2500
    await asyncio.gather(*(bank.undo(row) for _each in range(3)))
    assert await bank.on("bank") == 0


async def test_a_column_that_names_the_currency_is_kept_when_it_is_confirmed(bank: Bank) -> None:
    said = b"Date,Description,Amount,Currency\n2026-03-01,Ann,5.00,EUR\n2026-03-02,Ben,500,JPY\n"
    assert await bank.read(said) == (2, 2)
    assert [(row.minor, row.currency) for row, _told in await bank.lines()] == [(500, "EUR"), (500, "JPY")]
