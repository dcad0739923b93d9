"""The pages of plans: a hotline's own, its sponsor's, the operators'; where plans are on, and where they aren't."""

import re
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlmodel import select

from billing.plans.models import PlanPayer
from billing.plans.service import awake
from infra import clock
from infra.database import Session, unit_of_work
from infra.mail.send import Mail
from infra.scope import no_scope
from tenants.extras import EXTRAS
from tenants.members.models import Account
from tests.billing.plans.conftest import House
from tests.conftest import Browser
from tests.world import World, account_for

CHOICE = {"plan": "solidarity", "currency": "GBP", "way": "invoice", "name": "We", "email": "we@example.org"}


async def operator() -> UUID:
    """An account of the platform's own people."""
    account = await account_for("plans-operator@example.org")
    with no_scope():
        async with unit_of_work() as session:
            row = await session.get(Account, account.id)
            assert row is not None
            row.platform_operator = True
            session.add(row)
    return account.id


async def test_without_plans_everything_is_awake_and_nothing_can_be_chosen(world: World, browser: Browser) -> None:
    client = await browser(world.charlie.account)
    base = f"/o/{world.second.slug}/money/plan"
    assert "There are no plans here" in (await client.get(base)).text
    assert (await client.post(base, data=CHOICE)).status_code == 404


async def test_a_plan_is_chosen_refused_or_put_off_in_words(house: House, browser: Browser) -> None:
    client = await browser(house.owner.account)
    base = f"/o/{house.slug}/money/plan"
    page = (await client.get(base)).text
    assert "Trial" in page
    assert "0 of 300" in page
    for wrong in ({"plan": "gold"}, {"currency": "XAU"}, {"way": "gold"}, {"name": " "}, {"email": "nobody"}):
        answer = await client.post(base, data=CHOICE | wrong)
        assert answer.status_code == 422
        assert f'href="#{next(iter(wrong))}"' in answer.text
    assert (await client.post(base, data=CHOICE)).status_code == 303
    page = (await client.get(base)).text
    assert "Solidarity plan" in page
    assert "0 of 2000" in page
    await house.on("solidarity")
    assert (await client.post(base, data=CHOICE | {"plan": "free"})).status_code == 303
    assert re.search(r"From 1 \w+ \d{4}: Small", (await client.get(base)).text)


async def test_an_invoice_is_paid_from_the_page_and_looked_at_again(house: House, browser: Browser) -> None:
    await house.on()
    await house.day(date(2026, 12, 2))
    [row] = await house.invoices()
    client = await browser(house.owner.account)
    base = f"/o/{house.slug}/money/plan"
    page = (await client.get(base)).text
    assert row.page in page
    assert "Solidarity plan, December 2026" in page
    hosted = await client.get(row.page)
    assert hosted.status_code == 200
    assert "£16.00" in hosted.text
    assert await house.pay(row) == 303
    assert "This invoice is paid." in (await client.get(row.page)).text
    assert (await client.post(f"{base}/look")).status_code == 303
    [row] = await house.invoices()
    assert row.state == "paid", "without any event"
    assert (
        (await client.post(f"{base}/card")).headers["location"].startswith("http://hark.test/simulated/stripe/portal/")
    )


async def test_a_sponsor_is_asked_by_letter_and_ends_it_by_the_same(house: House, browser: Browser) -> None:
    await house.on()
    client, visitor = await browser(house.owner.account), await browser()
    base = f"/o/{house.slug}/money/plan"
    for address in ("friends", "friends@example.org,foes@example.org", "friends@example.org\nbcc:foes@example.org"):
        wrong = {"sponsor_name": "Friends", "sponsor_email": address}
        assert (await client.post(f"{base}/sponsor", data=wrong)).status_code == 422
        assert (await client.post(base, data={**CHOICE, "email": address})).status_code == 422
    asked = {"sponsor_name": "Friends", "sponsor_email": "friends@example.org"}
    assert (await client.post(f"{base}/sponsor", data=asked)).status_code == 303
    with no_scope():
        async with unit_of_work() as session:
            letters = [one.opened() for one in await session.exec(select(Mail))]
    text = next(
        one["text"] for one in letters if one["to"] == "friends@example.org" and house.owner.name in one["text"]
    )
    link = re.findall(r"http://hark.test(/h/\S+)", text)[0]
    page = await visitor.get(link)
    assert "£16.00 a month" in page.text
    assert page.headers["x-robots-tag"] == "noindex"
    assert (await visitor.post(link, data={"said": "yes"})).status_code == 303
    assert "You are its sponsor" in (await visitor.get(link)).text
    assert "pays from the next invoice on" in (await client.get(base)).text
    assert (await visitor.post(link, data={"said": "no"})).status_code == 303
    assert (await visitor.post(link, data={"said": "yes"})).status_code == 422, "it isn't asked for any more"
    assert (await visitor.get(f"/h/{house.slug}/sponsor/guessed")).status_code == 404
    rows = await house.run(_sponsors)
    assert [row.state for row in rows] == ["ended"]
    assert all(b"friends" not in row.sealed for row in rows)


async def _sponsors(session: Session) -> list[PlanPayer]:
    return list(await session.exec(select(PlanPayer).where(PlanPayer.kind == "sponsor")))


async def test_operators_see_who_owes_and_help(house: House, browser: Browser) -> None:
    await house.on()
    await house.day(date(2026, 12, 2))
    [row] = await house.invoices()
    with clock.travel(datetime(2027, 3, 3, tzinfo=UTC)):
        client = await browser(await operator())
        page = (await client.get("/platform/plans?state=asleep")).text
        assert house.owner.name in page
        assert "£16.00" in page
        act = f"/platform/plans/{house.tenant}"
        assert (await client.post(act, data={"act": "give", "plan": "gold"})).status_code == 422
        assert (await client.post(act, data={"act": "trial", "until": "soon"})).status_code == 422
        assert (
            await client.post(act, data={"act": "give", "plan": "standard", "until": "2027-04-30"})
        ).status_code == 303
        assert await house.run(_all_awake)
        assert house.owner.name not in (await client.get("/platform/plans?state=asleep")).text
        assert (await client.post(act, data={"act": "take"})).status_code == 303
        assert not await house.run(_all_awake)
        assert (await client.post(act, data={"act": "outside", "invoice": str(row.id)})).status_code == 303
        assert await house.run(_all_awake)
        assert (await client.post(act, data={"act": "withdraw", "invoice": str(row.id)})).status_code == 422
        assert (await (await browser(house.owner.account)).get("/platform/plans")).status_code == 404


async def _all_awake(session: Session) -> bool:
    return all([await awake(session, extra) for extra in EXTRAS])


@pytest.mark.parametrize("path", ["money/giving/campaigns/new", "money/giving/poster.pdf"])
async def test_an_extra_that_sleeps_says_what_goes_on(house: House, browser: Browser, path: str) -> None:
    await house.on()
    await house.day(date(2026, 12, 2))
    with clock.travel(datetime(2027, 3, 3, tzinfo=UTC)):
        client = await browser(house.owner.account)
        answer = await client.get(f"/o/{house.slug}/{path}")
        assert answer.status_code == 402
        assert "Calls, messages, notes, cases and gifts go on" in answer.text
        for goes_on in (
            "",
            "/console",
            "/contacts",
            "/cases",
            "/callbacks",
            "/voicemails",
            "/money/books",
            "/settings",
        ):
            assert (await client.get(f"/o/{house.slug}{goes_on}")).status_code == 200
        assert (await client.get(f"/h/{house.slug}/give")).status_code == 200
        assert (await client.get(f"/h/{house.slug}")).status_code == 200
