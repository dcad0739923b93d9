"""A gift that came by bank, in cash or in kind: entered once, with a receipt, put right, taken back."""

import asyncio
import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from billing.campaigns.service import campaign
from billing.campaigns.thermometer import thermometer
from billing.donors.forgetting import forget
from billing.giving.models import Donor, Gift
from billing.giving.service import forget_unpaid
from billing.ledger import Entry, Posting, book
from billing.matching.models import Pool, PoolMatch
from billing.receipts.facts import facts_of
from billing.receipts.models import Receipt
from infra.clock import now, travel
from infra.database import Session
from tenants.audit import AuditEntry
from tests.billing.offline.conftest import Desk

TODAY = now().date()
CASH = {
    "kind": "cash", "amount": "12,50", "currency": "EUR", "given_on": TODAY.isoformat(), "name": "Łucja",
    "counted": "Bob", "receipt": "yes", "language": "en",
}  # fmt: skip


async def enter(desk: Desk, **typed: str) -> UUID:
    """Enter a gift as somebody at a screen does; its id."""
    page = await desk.client.get(f"{desk.base}/offline/new")
    found = re.search(r'name="ticket" value="([^"]+)"', page.text)
    assert found
    answer = await desk.client.post(f"{desk.base}/offline", data={"ticket": found[1], **CASH, **typed})
    assert answer.status_code == 303, answer.text
    return UUID(re.search(r"offline/([0-9a-f-]{36})", answer.headers["location"])[1])  # type: ignore[index]  # it is there


async def rows(session: Session, table: Any, *where: Any) -> list[Any]:
    return list(await session.exec(select(table).where(*where).order_by(table.id)))


async def test_cash_counts_in_the_books_the_campaign_and_on_a_receipt(desk: Desk) -> None:
    before, on_hand = await desk.given(), await desk.given("cash")
    key = await enter(desk, campaign=str(desk.campaign), email="lucja@example.org")
    assert await desk.given() == before - 1250
    assert await desk.given("cash") == on_hand + 1250
    assert await desk.given(gift=key) == -1250
    meter = await desk.read(lambda session: _meter(session, desk.campaign))
    assert meter.raised.minor == 1250
    [slip] = await desk.read(rows, Receipt, Receipt.gift == key)
    facts = await desk.read(facts_of, slip.sealed)
    assert (slip.minor, slip.given_on, facts.method, facts.name, facts.simulated) == (
        1250,
        TODAY,
        "cash",
        "Łucja",
        False,
    )
    [gift] = await desk.read(rows, Gift, Gift.id == key)
    [donor] = await desk.read(rows, Donor, Donor.id == gift.donor)
    assert gift.state == "paid"
    assert donor.last_at == gift.paid_at
    page = unescape((await desk.client.get(f"{desk.base}/offline/{key}")).text)
    assert "Łucja" in page
    assert "Bob" in page
    assert slip.label in page
    assert "Łucja" in (await desk.client.get(f"{desk.base}/offline")).text


async def _meter(session: Session, key: UUID) -> Any:
    return await thermometer(session, await campaign(session, key))


async def test_a_form_that_is_sent_by_two_fingers_enters_one_gift(desk: Desk) -> None:
    before = await desk.given()
    typed = CASH | {"ticket": "0190a000-0000-7000-8000-000000000001"}
    answers = await asyncio.gather(*(desk.client.post(f"{desk.base}/offline", data=typed) for _ in range(4)))
    places = {answer.headers["location"].partition("?")[0] for answer in answers}
    assert len(places) == 1
    assert sorted(answer.headers["location"].partition("=")[2] for answer in answers) == ["entered"] + ["twice"] * 3
    assert await desk.given() == before - 1250


async def test_what_was_given_in_kind_says_what_it_is_and_who_valued_it(desk: Desk) -> None:
    typed = CASH | {"ticket": "0190a000-0000-7000-8000-000000000002", "kind": "in_kind", "amount": "240"}
    refused = await desk.client.post(f"{desk.base}/offline", data=typed)
    assert refused.status_code == 422
    assert "Say what was given" in refused.text
    assert "Say who valued it" in refused.text
    key = await enter(desk, kind="in_kind", amount="240", what="Ten headsets", valued="Ann, shop's price")
    assert await desk.given("goods", gift=key) == 24_000
    assert await desk.given("goods_given", gift=key) == -24_000
    [slip] = await desk.read(rows, Receipt, Receipt.gift == key)
    assert (await desk.read(facts_of, slip.sealed)).purpose.startswith("Ten headsets · ")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"amount": "12,5o"}, "isn't an amount"),
        ({"amount": "0"}, "above nought"),
        ({"amount": "-5"}, "isn't an amount"),
        ({"given_on": (TODAY + timedelta(days=3)).isoformat()}, "hasn't come yet"),
        ({"given_on": (TODAY - timedelta(days=400)).isoformat()}, "more than a year ago"),
        ({"email": "nobody"}, "e-mail"),
        ({"campaign": "0190a000-0000-7000-8000-000000000009"}, "Choose one"),
        ({"kind": "shells"}, "Choose one"),
    ],
)
async def test_what_cant_be_is_said_beside_its_field_and_nothing_is_entered(
    desk: Desk, typed: dict[str, str], said: str
) -> None:
    before = await desk.given()
    sent = CASH | {"ticket": "0190a000-0000-7000-8000-000000000003"} | typed
    answer = await desk.client.post(f"{desk.base}/offline", data=sent)
    assert answer.status_code == 422
    assert said in unescape(answer.text)
    assert "Łucja" in answer.text
    assert await desk.given() == before


async def test_a_day_long_ago_is_taken_when_it_is_meant(desk: Desk) -> None:
    day = (TODAY - timedelta(days=400)).isoformat()
    key = await enter(desk, given_on=day, old="yes")
    [slip] = await desk.read(rows, Receipt, Receipt.gift == key)
    assert slip.given_on.isoformat() == day


async def test_a_wrong_amount_is_put_right_in_books_and_on_a_new_receipt(desk: Desk) -> None:
    key, before = await enter(desk, amount="21"), await desk.given()
    typed = CASH | {"amount": "12", "name": "Łucja Nowak"}
    unsaid = await desk.client.post(f"{desk.base}/offline/{key}/correction", data=typed)
    assert unsaid.status_code == 422
    for _twice in range(2):
        done = await desk.client.post(f"{desk.base}/offline/{key}/correction", data=typed | {"why": "Misread"})
        assert done.status_code == 303
    assert await desk.given() == before + 900
    assert await desk.given(gift=key) == -1200
    slips = await desk.read(rows, Receipt, Receipt.gift == key)
    assert [(slip.state, slip.minor) for slip in slips] == [("replaced", 2100), ("issued", 1200)]
    assert (await desk.read(facts_of, slips[1].sealed)).name == "Łucja Nowak"


async def test_a_wrong_day_or_campaign_is_another_gift_in_the_place_of_the_first(desk: Desk) -> None:
    key, yesterday = await enter(desk, amount="30"), TODAY - timedelta(days=1)
    before = await desk.given()
    typed = CASH | {"amount": "30", "given_on": yesterday.isoformat(), "campaign": str(desk.campaign), "why": "Wrong"}
    places = [
        (await desk.client.post(f"{desk.base}/offline/{key}/correction", data=typed)).headers["location"]
        for _twice in range(2)
    ]
    assert places[0] == places[1]
    anew = UUID(places[0].partition("offline/")[2][:36])
    assert anew != key
    assert await desk.given() == before
    assert (await desk.given(gift=key), await desk.given(gift=anew)) == (0, -3000)
    [first] = await desk.read(rows, Receipt, Receipt.gift == key)
    [second] = await desk.read(rows, Receipt, Receipt.gift == anew)
    assert (first.state, second.state, second.given_on) == ("void", "issued", yesterday)


async def test_what_was_taken_back_leaves_nothing_but_its_trace(desk: Desk) -> None:
    before = await desk.given()
    key = await enter(desk)
    unsaid = await desk.client.post(f"{desk.base}/offline/{key}/removal", data={"why": " "})
    assert unsaid.status_code == 422
    for _twice in range(2):
        assert (await desk.client.post(f"{desk.base}/offline/{key}/removal", data={"why": "Twice"})).status_code == 303
    assert await desk.given() == before
    [gift] = await desk.read(rows, Gift, Gift.id == key)
    [slip] = await desk.read(rows, Receipt, Receipt.gift == key)
    assert (gift.state, gift.paid_at, slip.state) == ("failed", None, "void")
    page = (await desk.client.get(f"{desk.base}/offline/{key}")).text
    assert "Taken back" in page
    refused = await desk.client.post(f"{desk.base}/offline/{key}/correction", data=CASH | {"why": "After all"})
    assert refused.status_code == 409
    with travel(by=timedelta(days=40)):
        await desk.read(forget_unpaid)
    assert await desk.read(rows, Gift, Gift.id == key)


async def test_a_sponsor_adds_to_cash_and_takes_it_back_with_it(desk: Desk) -> None:
    async def open_pool(session: Session) -> None:
        session.add(
            Pool(
                state="open", sealed=b"", currency="SEK", amount_minor=100_000, since=now() - timedelta(days=9),
                until=now() + timedelta(days=9), opened_at=now() - timedelta(days=9),
            )
        )  # fmt: skip

    await desk.read(open_pool)
    [pool] = await desk.read(rows, Pool)
    postings = [
        Posting(account, sign * 100_000, "SEK", pool=pool.id) for account, sign in (("receivable", 1), ("pool", -1))
    ]
    await desk.read(book, Entry(f"pool:{pool.id}", "pool", now(), postings))
    key = await enter(desk, currency="SEK", amount="100")
    [match] = await desk.read(rows, PoolMatch, PoolMatch.gift == key)
    assert match.minor == 10_000
    await enter(desk, currency="SEK", amount="100", kind="in_kind", what="A chair", valued="Ann")
    assert len(await desk.read(rows, PoolMatch)) == 1
    await desk.client.post(f"{desk.base}/offline/{key}/removal", data={"why": "Never came"})
    [match] = await desk.read(rows, PoolMatch, PoolMatch.gift == key)
    assert match.minor == 0


async def test_one_donor_is_known_again_by_address_and_two_of_a_name_are_two(desk: Desk) -> None:
    async def donors_of(*keys: UUID) -> list[UUID | None]:
        found = await desk.read(rows, Gift, col(Gift.id).in_(keys))
        return [gift.donor for gift in found]

    paper = {"name": "Max Muster", "postal": "1 High Street\nLondon"}
    one, two = await enter(desk, **paper), await enter(desk, **paper | {"postal": "1  high street London"})
    mail, nobody = await enter(desk, email="max@example.org"), await enter(desk, name="Max Muster")
    found = await donors_of(one, two, mail, nobody)
    assert found[0] == found[1]
    assert None not in found[:3]
    assert found[2] != found[0]
    assert found[3] is None


async def test_who_opens_a_gift_or_its_receipt_is_written_down(desk: Desk) -> None:
    key = await enter(desk)
    [slip] = await desk.read(rows, Receipt, Receipt.gift == key)
    await desk.client.get(f"{desk.base}/offline/{key}")
    await desk.client.get(f"{desk.base}/receipts/{slip.id}")
    seen = await desk.read(rows, AuditEntry, col(AuditEntry.subject).in_((key, slip.id)))
    assert [entry.action for entry in seen] == ["offline.enter", "gift.read", "receipt.read"]


async def test_a_donor_who_is_forgotten_is_forgotten_here_too(desk: Desk) -> None:
    key = await enter(desk, name="Greta Gone", email="greta@example.org", postal="1 High Street", purpose="For Greta")
    [gift] = await desk.read(rows, Gift, Gift.id == key)
    await desk.read(forget, gift.donor)
    page = (await desk.client.get(f"{desk.base}/offline/{key}")).text
    assert "Greta" not in page
    assert "greta" not in page
    assert "High Street" not in page
    assert await desk.given(gift=key) == -1250
