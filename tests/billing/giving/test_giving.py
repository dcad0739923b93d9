"""A gift from the page to the thank-you: what the donor sees, what is in the books, what comes by letter."""

import asyncio
import re
from datetime import timedelta

import pytest
from sqlmodel import select

from billing.giving.donors import known
from billing.giving.models import Donor
from billing.giving.service import forget_unpaid
from billing.money import Money
from billing.processor.payments import Payment
from billing.receipts.facts import facts_of
from billing.receipts.service import receipt_of_gift
from infra.clock import now, travel
from infra.database import unit_of_work
from infra.ids import new_id
from tests.billing.giving.conftest import DECLINED, DOES, Line, hidden


async def test_the_page_says_who_they_are_and_what_a_gift_does(line: Line) -> None:
    donor = await line.donor()
    page = await donor.open()
    assert DOES in page
    assert "Simulated" in page
    assert await line.gifts() == []


async def test_a_gift_arrives_in_the_books_and_its_donor_is_thanked(line: Line) -> None:
    donor = await line.donor()
    thanks = await donor.give(email="ann@example.org", name="Ann 𠮷田", message="Keep going.")
    said = await donor.see(thanks)
    assert "Thank you" in said
    assert "HK$50.00" in said
    assert await line.given() == -5000
    (gift,) = await line.gifts()
    assert (gift.state, gift.amount_minor, gift.method, gift.anonymous) == ("paid", 5000, "card", True)
    (letter,) = [each for each in await line.letters("ann@example.org") if "HK$50.00" in each["text"]]
    assert letter["text"].startswith("Dear Ann 𠮷田,")
    assert thanks in letter["text"]


async def test_the_fee_is_covered_so_that_the_whole_gift_arrives(line: Line) -> None:
    donor = await line.donor()
    await donor.give(cover="yes", amount="10000")
    await line.house.settled()
    (gift,) = await line.gifts()
    assert gift.cover_minor > 0
    fee = await line.given("processor_fees")
    assert await line.given() == -(10_000 + gift.cover_minor)
    assert abs(10_000 + gift.cover_minor - fee - 10_000) < 250


async def test_an_own_amount_is_read_as_it_is_typed_and_a_wrong_one_comes_back_with_the_words(line: Line) -> None:
    donor = await line.donor()
    await donor.open()
    for typed in ("", "nothing", "-5", "1.234", "99999999"):
        answer = await donor.press(amount="own", own=typed, email="not an address", name="Ann")
        assert answer.status_code == 422
        assert 'value="Ann"' in answer.text
    assert await line.gifts() == []
    assert (await donor.press(amount="own", own="１２.5")).status_code == 303
    assert [gift.amount_minor for gift in await line.gifts()] == [1250]


async def test_pressed_twice_it_is_one_gift_and_charged_once(line: Line) -> None:
    """opencollective#1215: charged twice."""
    donor = await line.donor()
    await donor.open()
    first, second = await asyncio.gather(donor.press(), donor.press())
    assert first.headers["location"] == second.headers["location"]
    await line.simulated.pay(first.headers["location"])
    again = await donor.press()
    assert "/give/thanks/" in again.headers["location"]
    await line.house.settled()
    assert len(await line.gifts()) == 1
    assert await line.given() == -5000


@pytest.mark.parametrize(
    "then", [{"email": "mia@example.org"}, {"name": "Mia Chan"}, {"shows": "yes"}, {"rhythm": "reminded"}]
)
async def test_who_turns_back_to_put_something_right_is_not_sent_on_with_what_was_wrong(
    line: Line, then: dict[str, str]
) -> None:
    """With a slip in the address thanks and receipt would go to a stranger, and a monthly gift would be theirs."""
    donor = await line.donor()
    await donor.open()
    typed = {"email": "mai@example.org", "name": "Mia"}
    assert (await donor.press(**typed)).status_code == 303
    put_right = await donor.press(**{**typed, **then})
    assert put_right.status_code == 409
    assert "Here it is again, with what you chose" in put_right.text
    same = await donor.press(**typed)
    assert same.status_code == 303
    assert len(await line.gifts()) == 1


async def test_a_page_used_before_asks_again_instead_of_mixing_two_gifts(line: Line) -> None:
    donor = await line.donor()
    await donor.open()
    assert (await donor.press()).status_code == 303
    other = await donor.press(amount="1000", name="Ann")
    assert other.status_code == 409
    assert 'value="Ann"' in other.text
    assert len(await line.gifts()) == 1


async def test_a_payment_on_its_way_is_never_called_failed(line: Line) -> None:
    """pretix#1233: shown as failed though paid, so people pay again."""
    donor = await line.donor()
    await donor.open()
    where = (await donor.press(email="slow@example.org")).headers["location"]
    asked = await line.simulated.pay(where, method="alipay")
    async with line.simulated.browser() as wallet:
        page = (await wallet.get(asked.headers["location"])).text
        later = {"secret": hidden(page, "secret"), "said": "later"}
        paid = await wallet.post(asked.headers["location"].split("?")[0], data=later)
    (gift,) = await line.gifts()
    said = await donor.see(await line.thanks(gift))
    assert paid.status_code in (302, 303)
    assert "on its way" in said
    assert "Don't pay again" in said
    assert "not go through" not in said
    assert await line.letters("slow@example.org") == []
    intent = (await line.house.row(gift.id)).intent
    assert intent is not None
    await line.simulated.settle(line.house.account, intent)
    assert "has arrived" in await donor.see(await line.thanks(gift))
    assert len([each for each in await line.letters("slow@example.org") if "Thank you" in each["subject"]]) == 1


async def test_a_payment_that_comes_to_nothing_is_told_so_only_then(line: Line) -> None:
    donor = await line.donor()
    await donor.open()
    where = (await donor.press()).headers["location"]
    asked = await line.simulated.pay(where, method="alipay")
    async with line.simulated.browser() as wallet:
        page = (await wallet.get(asked.headers["location"])).text
        later = {"secret": hidden(page, "secret"), "said": "later"}
        await wallet.post(asked.headers["location"].split("?")[0], data=later)
    (gift,) = await line.gifts()
    assert "on its way" in await donor.see(await line.thanks(gift))
    intent = (await line.house.row(gift.id)).intent
    assert intent is not None
    await line.simulated.settle(line.house.account, intent, ok=False)
    assert "did not go through" in await donor.see(await line.thanks(gift))
    assert await line.given() == 0


async def test_while_the_processor_is_away_the_page_says_that_it_does_not_know(line: Line) -> None:
    donor = await line.donor()
    await donor.open()
    where = (await donor.press()).headers["location"]
    paid = await line.simulated.pay(where)
    await line.simulated.faults(refuse=100)
    said = await donor.see(paid.headers["location"].removeprefix("http://hark.test"))
    assert "We can't see yet how the payment went" in said
    assert "not go through" not in said
    await line.simulated.faults()
    assert "has arrived" in await donor.see(paid.headers["location"].removeprefix("http://hark.test"))


async def test_who_turns_back_finds_the_page_as_it_was_and_nothing_paid(line: Line) -> None:
    donor = await line.donor()
    await donor.open()
    where = (await donor.press(amount="10000")).headers["location"]
    assert (await line.simulated.pay(where, card=DECLINED)).status_code not in (302, 303)
    said = await donor.open("?left=1&amount=10000")
    assert "Nothing was paid" in said
    assert re.search(r'value="10000"[^>]* checked', said)
    assert await line.given() == 0


async def test_a_donor_who_gives_again_is_one_donor_and_nobody_else_names_them(line: Line) -> None:
    for name in ("", "Ann", "Somebody who typed her address"):
        donor = await line.donor()
        await donor.see(await donor.give(email="Ann@Example.org", name=name))
    with line.scope():
        async with unit_of_work() as session:
            (row,) = list(await session.exec(select(Donor)))
            assert (await known(session, row)).name == "Ann"
    assert row.last_at <= now()
    assert {gift.donor for gift in await line.gifts()} == {row.id}


async def test_nobody_is_named_who_has_not_asked_to_be(line: Line) -> None:
    for name, shows in (("Quiet Ann", ""), ("Proud Bo", "yes")):
        donor = await line.donor()
        await donor.see(await donor.give(name=name, shows=shows))
    page = await (await line.donor()).see(f"/h/{line.slug}/give")
    assert "Proud Bo" in page
    assert "Quiet Ann" not in page


async def test_amounts_are_radio_buttons_with_a_legend(line: Line) -> None:
    """opencollective#3790, givewp#4697: amount buttons that a screen reader can't use."""
    page = await (await line.donor()).open()
    group = re.search(r"<fieldset.*?</fieldset>", page, re.S)
    assert group
    assert "<legend>Your gift</legend>" in group[0]
    assert len(re.findall(r'<input type="radio" name="amount"', group[0])) == 4
    assert len(re.findall(r"<label[^>]*><input", group[0])) == 4


async def test_a_foreign_thank_you_page_is_not_there(line: Line) -> None:
    donor = await line.donor()
    thanks = await donor.give()
    token = thanks.rsplit("/", 1)[1]
    for other in (token[-1:], "0" * 56, token[:-1] + ("1" if token[-1] == "0" else "0")):
        assert (await donor.client.get(f"/h/{line.slug}/give/thanks/{other}")).status_code == 404


async def test_where_giving_is_off_there_is_no_page_and_no_link(line: Line) -> None:
    client = await line.browser()
    assert "Support this line" in (await client.get(f"/h/{line.slug}")).text
    await line.set(open=False, amounts=[1000, 5000])
    assert (await client.get(f"/h/{line.slug}/give")).status_code == 404
    assert (await client.post(f"/h/{line.slug}/give", data={"amount": "5000"})).status_code == 404
    assert "Support this line" not in (await client.get(f"/h/{line.slug}")).text


@pytest.mark.parametrize("path", ["", "/thanks/none"])
async def test_no_page_asks_another_site_for_anything(line: Line, path: str) -> None:
    answer = await (await line.browser()).get(f"/h/{line.slug}/give{path}")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert not re.search(r"""(?:src|href)="https?://(?!hark\.test)[^"]*"[^>]*(?:stylesheet|script)""", answer.text)


async def test_what_was_written_beside_a_gift_that_never_came_is_forgotten(line: Line) -> None:
    paid, left = await line.donor(), await line.donor()
    await paid.see(await paid.give(name="Ann"))
    await left.open()
    await left.press(name="Bo", email="bo@example.org")
    for days, kept in ((29, 2), (31, 1)):
        with travel(by=timedelta(days=days)), line.scope():
            async with unit_of_work() as session:
                await forget_unpaid(session)
        assert len(await line.gifts()) == kept
    assert [gift.state for gift in await line.gifts()] == ["paid"]


async def test_an_address_typed_only_on_the_processors_page_is_where_letter_and_receipt_go(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    donor = await line.donor()
    await donor.open()
    where = (await donor.press(name="Ann")).headers["location"]
    paid = await line.simulated.pay(where, email="Late@Example.org")
    said = await donor.see(paid.headers["location"].removeprefix("http://hark.test"))
    assert "A letter is on its way to you" in said
    assert len([each for each in await line.letters("late@example.org") if "Thank you" in each["subject"]]) == 1
    with line.scope():
        async with unit_of_work() as session:
            (gift,) = await line.gifts()
            receipt = await receipt_of_gift(session, gift.id)
            assert gift.donor is not None
            assert receipt is not None
            assert (await facts_of(session, receipt.sealed)).email == "late@example.org"
    assert "late@example.org" not in caplog.text.lower()


async def test_an_address_left_on_our_page_counts_whatever_the_processor_was_told(line: Line) -> None:
    payment = Payment(
        gift=new_id(), money=Money(100, "HKD"), state="paid", fee=None, refunded=Money(0, "HKD"),
        disputed=Money(0, "HKD"), at=None, method="card", country="HK", email="other@example.org",
    )  # fmt: skip
    assert "other@example.org" not in repr(payment)
    donor = await line.donor()
    await donor.open()
    where = (await donor.press(email="ann2@example.org")).headers["location"]
    await line.simulated.pay(where, email="unheard@example.org")
    await line.house.settled()
    assert await line.letters("unheard@example.org") == []
    assert len([each for each in await line.letters("ann2@example.org") if "Thank you" in each["subject"]]) == 1
