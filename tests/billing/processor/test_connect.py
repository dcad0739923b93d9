"""An organisation connects its account by its page, sees how it stands, and lets it go again."""

import re

import pytest
from sqlmodel import select

from billing.processor.checkout import methods
from billing.processor.models import Operation, PaymentAccount
from billing.simulated.till import events
from infra.database import unit_of_work
from infra.scope import tenant_scope
from infra.settings import settings
from tests.billing.conftest import Simulated
from tests.billing.processor.conftest import House, account_row
from tests.conftest import Browser
from tests.world import World, open_hotline


async def test_an_owner_connects_by_the_page(world: World, simulated: Simulated, browser: Browser) -> None:
    hotline, owner = await open_hotline("new-treasurer@example.org", "rainbow", "New giving line", "Tess")
    page = f"/o/{hotline.slug}/money/account"
    tess = await browser(owner.account)
    assert "Connect an account" in (await tess.get(page)).text
    answer = await tess.post(page, data={"country": "XX"})
    assert answer.status_code == 422
    answer = await tess.post(page, data={"country": "CN"})
    assert answer.status_code == 422
    answer = await tess.post(page, data={"country": "HK"})
    assert answer.status_code == 303, answer.text
    onboarding = answer.headers["location"]
    assert "Half-way" in (await tess.get(page)).text
    again = await tess.get(f"{page}/again")
    assert again.status_code == 303
    assert again.headers["location"] != onboarding
    answer = await tess.post(again.headers["location"], data={"name": "Rainbow", "bank": "000123456789"})
    assert answer.status_code == 303
    assert answer.headers["location"].endswith(f"{page}/back")
    answer = await tess.get(answer.headers["location"], follow_redirects=True)
    assert "Connected" in answer.text
    assert "simulated" in answer.text.lower()
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            assert "card" in await methods(session)
            assert len(list(await session.exec(select(PaymentAccount)))) == 1
            assert len(list(await session.exec(select(Operation)))) == 1


async def test_a_second_connect_goes_on_with_the_same_account(house: House, browser: Browser) -> None:
    tess = await browser(house.owner)
    answer = await tess.post(f"/o/{house.slug}/money/account", data={"country": "GB"})
    assert answer.status_code == 303
    assert (await account_row(house)).account == house.account


async def test_let_go_it_takes_nothing_more_and_can_be_taken_up_again(house: House, browser: Browser) -> None:
    tess, page = await browser(house.owner), f"/o/{house.slug}/money/account"
    assert (await tess.post(f"{page}/disconnect")).status_code == 303
    row = await account_row(house)
    assert (row.state, row.charges_enabled, row.methods) == ("disconnected", False, [])
    with pytest.raises(Exception, match="can't take gifts"):
        await house.begin(house.order())
    answer = await tess.post(page, data={"country": "HK"})
    assert answer.status_code == 303
    row = await account_row(house)
    assert (row.account, row.state) == (house.account, "ready")


async def test_what_becomes_of_an_account_is_heard(house: House) -> None:
    await house.give(1_000)
    await house.settled()
    async with house.simulated.till() as till:
        held = await till.change(
            await till.find("account", house.account), charges_enabled=False, payouts_enabled=False
        )
        await events.tell(till.other(house.account), "account.updated", held)
    await house.settled()
    assert (await account_row(house)).state == "restricted"
    with house.scope():
        async with unit_of_work() as session:
            assert await methods(session) == []


async def test_when_the_processor_is_away_the_page_says_so_and_keeps_what_it_knew(
    house: House, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings(), "stripe_api", "http://127.0.0.1:9")
    tess, page = await browser(house.owner), f"/o/{house.slug}/money/account"
    answer = await tess.post(page, data={"country": "HK"})
    assert answer.status_code == 503
    assert "be reached just now" in answer.text
    assert (await tess.post(f"{page}/check", follow_redirects=True)).status_code == 200
    assert (await account_row(house)).state == "ready"


async def test_the_page_speaks_chinese_and_names_no_secret(house: House, browser: Browser) -> None:
    tess = await browser(house.owner)
    said = (await tess.get(f"/o/{house.slug}/money/account?lang=zh-Hans")).text
    assert house.account in said
    assert not re.search(r"(sk|whsec)_\w{8}", said)


async def test_the_page_compares_the_books_with_the_processors_record(house: House, browser: Browser) -> None:
    tess, page = await browser(house.owner), f"/o/{house.slug}/money/account/comparison"
    await house.give(10_000)
    said = (await tess.post(page)).text
    assert "There is a difference" in said
    assert "not alike" in said
    await house.settled()
    said = (await tess.post(page)).text
    assert "No difference" in said
    assert "not alike" not in said
