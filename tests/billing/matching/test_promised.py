"""What donors are told of matching gifts is true before, while and after they give; the desk keeps pools in order."""

import io
import re
from datetime import timedelta
from html import unescape
from typing import Any

from pypdf import PdfReader
from sqlmodel import select

from billing.ledger.balances import trial_balance
from billing.matching.models import Pool
from billing.money import Money
from billing.processor.refunds import refund
from infra.clock import now, travel
from infra.database import unit_of_work
from tests.billing.giving.conftest import Line
from tests.billing.monthly.conftest import Life, noon

PROMISE = {"sponsor": "Lantern Foundation", "named": "yes", "amount": "200", "percent": "100", "rest": "returns"}


async def promised(line: Line, **said: Any) -> tuple[Any, str]:
    """The desk's browser, and the address of a pool that it has opened."""
    desk = await line.browser(line.owner.account)
    base = f"/o/{line.slug}/money/matching"
    until = (now() + timedelta(days=20)).date().isoformat()
    made = await desk.post(base, data=PROMISE | {"until": until} | said)
    assert made.status_code == 303, made.text
    own = made.headers["location"].split("?")[0]
    assert "Lantern" not in (await (await line.browser()).get(f"/h/{line.slug}/give")).text
    assert (await desk.post(f"{own}/opening")).status_code == 303
    return desk, own


async def words(client: Any, address: str) -> str:
    """A page's words."""
    answer = await client.get(address)
    assert answer.status_code == 200, answer.text
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(answer.text)).split())


async def test_the_page_says_what_holds_and_the_thank_you_what_it_came_to(line: Line) -> None:
    campaign = await line.campaign(goal_minor=100_000)
    desk, own = await promised(line, most="90")
    address = f"/h/{line.slug}/give/{campaign.slug}"
    donor = await line.donor()
    for page in (address, f"/h/{line.slug}/give", f"/h/{line.slug}/give/widget?campaign={campaign.slug}"):
        said = await donor.see(page)
        assert "Lantern Foundation doubles every gift until" in said
        assert "Up to HK$90 is added to each. HK$200 of HK$200 is left for this." in said
    thanks = [
        await (await line.donor()).give(f"/{campaign.slug}", campaign=campaign.slug, amount="10000") for _ in "ab"
    ]
    assert "Lantern Foundation adds HK$90.00 to it." in await donor.see(thanks[0])
    await line.house.settled()
    assert "HK$20 of HK$200 is left for this." in await donor.see(address)
    last, late = await (await line.donor()).give(), await (await line.donor()).give()
    assert "Lantern Foundation adds HK$20.00 to it." in await donor.see(last)
    assert "was used up when yours arrived" in await donor.see(late)
    page = await donor.see(address)
    assert "Lantern" not in page
    assert "HK$380.00" in page
    assert "HK$180.00 of it was added by sponsors" in page
    assert "HK$200.00 of HK$200.00 added to gifts" in await words(desk, f"/o/{line.slug}/money/matching")
    assert "It is used up" in await words(desk, own)


async def test_a_gift_given_back_gives_its_match_back(line: Line) -> None:
    desk, own = await promised(line)
    donor = await line.donor()
    assert "adds HK$50.00 to it." in await donor.see(await donor.give())
    (gift,) = await line.gifts()
    with line.scope():
        async with unit_of_work() as session:
            await refund(session, gift.id, Money(2000, "HKD"), "requested_by_customer", key="once")
    await line.house.work()
    await line.house.settled()
    assert await line.given("matched") == -3000
    assert "adds HK$30.00 to it." in await donor.see(await line.thanks(gift))
    page = await words(desk, own)
    assert "HK$170.00" in page
    assert "A matching gift given back" in page
    assert (await line.house.reconciled()).nil


async def test_the_desk_keeps_a_promise_from_its_draft_to_its_end(line: Line) -> None:
    desk, own = await promised(line)
    wrong = await desk.post(f"{own.rsplit('/', 1)[0]}", data=PROMISE | {"until": "2020-01-01", "percent": "0"})
    assert wrong.status_code == 422
    assert "This day is over." in wrong.text
    assert "100 doubles each gift" in wrong.text
    assert (await desk.post(own, data=PROMISE)).status_code == 409
    slip = re.search(r'name="slip" value="(\w+)"', (await desk.get(own)).text)
    assert slip
    paid = {"amount": "150", "day": now().date().isoformat(), "account": "bank", "slip": slip[1]}
    for _ in range(2):
        assert (await desk.post(f"{own}/payments", data=paid)).status_code == 303
    assert (await desk.post(f"{own}/payments", data=paid | {"slip": "other"})).status_code == 422
    mistaken = paid | {"slip": "mistaken", "amount": "40"}
    assert (await desk.post(f"{own}/payments", data=mistaken)).status_code == 303
    undo = re.search(r"/payments/[0-9a-f-]+/removal", (await desk.get(own)).text)
    assert undo
    for _ in range(2):
        assert (await desk.post(f"{own}{undo[0]}")).status_code == 303
    assert "Still to be paid in HK$50.00" in await words(desk, own)
    donor = await line.donor()
    await donor.see(await donor.give(amount="10000"))
    assert (await desk.post(f"{own}/closing", data={"rest": "returns"})).status_code == 303
    page = await words(desk, own)
    assert "To be given back to the sponsor HK$50.00" in page
    assert (await desk.post(f"{own}/repayments", data=paid | {"amount": "50", "slip": "back"})).status_code == 303
    with line.scope():
        async with unit_of_work() as session:
            on = {each.account: each.minor for each in await trial_balance(session) if each.minor}
    assert (on["bank"], on["matched"]) == (10_000, -10_000)
    assert not {"pool", "receivable", "payable"} & set(on)
    entries = re.findall(r"/money/books/entries/[0-9a-f-]+", (await desk.get(own)).text)
    assert "A sponsor's promise to match gifts" in await words(desk, f"/o/{line.slug}{entries[-1]}")


async def test_the_letter_to_the_sponsor_tells_sums_and_nobodys_name(line: Line) -> None:
    desk, own = await promised(line, named="")
    donor = await line.donor()
    assert "Every gift is doubled until" in await donor.see(f"/h/{line.slug}/give")
    await donor.see(await donor.give(email="mei@example.org", name="Mei Chan"))
    answer = await desk.get(f"{own}/letter.pdf?lang=en")
    assert answer.headers["content-type"] == "application/pdf"
    said = " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages).split())
    assert "HK$50.00 was added to one gift of HK$50.00: together, HK$100.00." in said
    assert "Lantern Foundation" in said
    assert "Not used yet HK$150.00" in said
    assert "Mei" not in said
    assert "mei@" not in said


async def test_a_promise_holds_until_the_end_of_its_last_day_where_the_hotline_is(line: Line) -> None:
    await promised(line)
    with line.scope():
        async with unit_of_work() as session:
            until = (await session.exec(select(Pool.until))).one()
    assert until.hour == 16  # midnight in Hong Kong
    for moment, holds in ((until - timedelta(seconds=1), True), (until, False)):
        with travel(to=moment):
            said = await (await line.donor()).see(f"/h/{line.slug}/give")
        assert ("Lantern" in said) == holds


async def test_each_month_of_a_monthly_gift_is_matched_like_any_other_gift(line: Line) -> None:
    await promised(line, amount="90", most="40", until="2027-12-31")
    life = Life(line, "mia@example.org")
    await life.begin(noon(2027, 1, 31))
    await life.settled()
    await life.live(noon(2027, 2, 28), noon(2027, 3, 31))
    assert [-await line.given("matched", gift=gift.id) for gift in await life.gifts()] == [4000, 4000, 1000]
