"""A fundraiser finds a gift, gives a part of it back, and sees everything follow; and takes gifts as a table."""

import csv
import io
import re
from html import unescape

import httpx

from infra.clock import now
from tests.billing.giving.conftest import Line
from tests.billing.giving.conftest import hidden as field_of


async def desk(line: Line) -> httpx.AsyncClient:
    """The owner's browser."""
    return await line.browser(line.owner.account)


def words(answer: httpx.Response) -> str:
    """What a page says, its spaces evened."""
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(answer.text)).split())


async def sees(line: Line, path: str, status: int = 200) -> str:
    """What the owner reads under this path below the pages of money."""
    answer = await (await desk(line)).get(f"/o/{line.slug}/money{path}")
    assert answer.status_code == status, answer.text
    return words(answer)


async def test_a_gift_is_found_by_address_month_and_way_and_by_nothing_less(line: Line) -> None:
    donor = await line.donor()
    await donor.give(email="ada@example.org", name="Ada", message="For the nights.")
    await line.house.settled()
    whole = await sees(line, "/gifts")
    assert "Ada" in whole
    assert "For the nights." in whole
    month = f"{now():%Y-%m}"
    for asked in (f"month={month}", "method=card", "email=Ada@Example.org"):
        assert "For the nights." in await sees(line, f"/gifts?{asked}"), asked
    for asked in ("month=2020-01", "method=alipay", "email=ada@example", "email=eda@example.org", "state=back"):
        assert "For the nights." not in await sees(line, f"/gifts?{asked}"), asked


async def test_a_part_is_given_back_once_and_never_more_than_is_left(line: Line) -> None:
    donor = await line.donor()
    thanks = await donor.give(email="ada@example.org", name="Ada")
    await line.house.settled()
    (gift,) = await line.gifts()
    owner, own = await desk(line), f"/o/{line.slug}/money/gifts/{gift.id}"
    for typed in ("50.01", "0", "-1", "all", ""):
        refused = await owner.get(f"{own}/refund", params={"amount": typed})
        assert refused.status_code == 422, typed
    asked = await owner.get(f"{own}/refund", params={"amount": "20", "reason": "duplicate"})
    assert "Stays with you HK$30.00" in words(asked)
    assert "is replaced by one over HK$30.00" in words(asked)
    form = {name: field_of(asked.text, name) for name in ("minor", "reason", "token")}
    for _again in range(2):
        assert (await owner.post(f"{own}/refund", data=form)).status_code == 303
    assert "Up to HK$30.00" in await sees(line, f"/gifts/{gift.id}"), "what is about to be given back isn't left"
    await line.house.settled()
    assert await line.given("refunds", gift=gift.id) == 2000
    page = await sees(line, f"/gifts/{gift.id}")
    assert "Given back" in page
    assert "A gift given back" in page, "the books stand on the page"
    assert "HK$20.00 of it was given back" in await donor.see(thanks)
    assert re.search(r"G-000001 · HK\$50\.00 Replaced .*G-000002 · HK\$30\.00", page), page
    over = await owner.post(f"{own}/refund", data=form | {"minor": "3001", "token": "another-token"})
    assert over.status_code == 422
    assert "Ada" in await sees(line, "/gifts?state=back")


async def test_a_disputed_gift_tells_until_when_an_answer_helps(line: Line) -> None:
    donor = await line.donor()
    await donor.give(name="Mallory")
    await line.house.settled()
    (gift,) = await line.gifts()
    charge = (await line.house.row(gift.id)).charge
    assert charge is not None
    dispute = await line.simulated.dispute(line.house.account, charge)
    await line.house.settled()
    page = await sees(line, f"/gifts/{gift.id}")
    assert "It waits for your answer" in page
    assert "An answer must be there by" in page
    assert "A donor's bank has asked about a gift" in await sees(line, "")
    assert "Mallory" in await sees(line, "/gifts?state=disputed")
    await line.simulated.decide(line.house.account, dispute, won=True)
    await line.house.settled()
    page = await sees(line, f"/gifts/{gift.id}")
    assert "the money is yours again" in page
    assert "must be there by" not in page
    assert "waits for your answer" not in await sees(line, "")


async def test_the_table_holds_every_gift_and_runs_no_formula(line: Line) -> None:
    for name in ("=HYPERLINK(1)", "Ada"):
        donor = await line.donor()
        await donor.give(email=f"a{len(name)}@example.org", name=name, message="-2+3")
    await line.house.settled()
    answer = await (await desk(line)).get(f"/o/{line.slug}/money/gifts/table.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(row["name"], row["total"], row["currency"]) for row in rows] == [
        ("Ada", "50.00", "HKD"),
        ("'=HYPERLINK(1)", "50.00", "HKD"),
    ]
    assert {row["message"] for row in rows} == {"'-2+3"}
    assert [row["receipt"] for row in rows] == ["G-000002", "G-000001"]
    narrowed = await (await desk(line)).get(f"/o/{line.slug}/money/gifts/table.csv?email=a3@example.org")
    assert len(narrowed.text.splitlines()) == 2
