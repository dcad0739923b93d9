"""Receipts as those who lead a hotline meet them."""

from tests.billing.receipts.given import at, letters_to, receipt_for, work_off
from tests.conftest import Browser
from tests.world import Hotline, Person

Opened = tuple[Hotline, Person]


async def test_receipts_are_found_by_number_and_by_address(opened: Opened, browser: Browser) -> None:
    line, owner = opened
    async with at(line.tenant) as session:
        await receipt_for(session, name="Ann Able", email="ann@example.net", series="F")
        await receipt_for(session, name="Ben Busy", email="ben@example.net", series="F")
    alice, base = await browser(owner.account), f"/o/{line.slug}/money/receipts"
    everything = (await alice.get(base)).text
    assert everything.index("Ben Busy") < everything.index("Ann Able")
    for sought, found in (("F-000001", "Ann"), ("f-2", "Ben"), ("ANN@example.net", "Ann"), ("ben@example.net ", "Ben")):
        page = (await alice.get(base, params={"q": sought})).text
        assert [name for name in ("Ann", "Ben") if f"· {name} " in page] == [found]
    assert "Nothing found" in (await alice.get(base, params={"q": "somebody"})).text


async def test_a_wrong_name_is_put_right_by_a_replacement(opened: Opened, browser: Browser) -> None:
    line, owner = opened
    async with at(line.tenant) as session:
        row = await receipt_for(session, name="Lucia", email="put-right@example.net", series="W")
    alice, base = await browser(owner.account), f"/o/{line.slug}/money/receipts"
    typed = {"name": "Łucja", "amount": "12,5o", "reason": ""}
    refused = await alice.post(f"{base}/{row.id}/replacement", data=typed)
    assert refused.status_code == 422
    assert "Łucja" in refused.text
    assert "12,5o" in refused.text
    unsaid = await alice.post(f"{base}/{row.id}/replacement", data=typed | {"amount": "120"})
    assert unsaid.status_code == 422
    assert "Say why" in unsaid.text
    done = await alice.post(f"{base}/{row.id}/replacement", data={"name": "Łucja", "amount": "120", "reason": "Typo"})
    assert done.status_code == 303
    page = (await alice.get(done.headers["location"])).text
    assert "W-000002" in page
    assert "120.00" in page
    assert "W-000001" in page
    assert "Typo" in (await alice.get(f"{base}/{row.id}")).text
    again = await alice.post(f"{base}/{row.id}/replacement", data={"name": "A", "amount": "1", "reason": "More"})
    assert again.status_code == 409


async def test_what_cant_be_printed_is_shown_to_those_who_can_ask_the_donor(opened: Opened, browser: Browser) -> None:
    line, owner = opened
    async with at(line.tenant) as session:
        row = await receipt_for(session, name="Mo \ue123", series="U")
    alice = await browser(owner.account)
    assert "Not all of it can be printed" in (await alice.get(f"/o/{line.slug}/money/receipts")).text
    assert "\ue123" in (await alice.get(f"/o/{line.slug}/money/receipts/{row.id}")).text


async def test_a_receipt_is_sent_again_when_asked(opened: Opened, browser: Browser) -> None:
    line, owner = opened
    async with at(line.tenant) as session:
        row = await receipt_for(session, email="again@example.net", series="Z")
    await work_off(line.tenant)
    alice = await browser(owner.account)
    assert (await alice.post(f"/o/{line.slug}/money/receipts/{row.id}/letter")).status_code == 303
    await work_off(line.tenant)
    assert len(await letters_to("again@example.net")) == 2


async def test_the_list_goes_on_behind_its_first_page(opened: Opened, browser: Browser) -> None:
    line, owner = opened
    async with at(line.tenant) as session:
        for _ in range(51):
            await receipt_for(session, series="N")
    alice = await browser(owner.account)
    page = (await alice.get(f"/o/{line.slug}/money/receipts")).text
    older = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    assert "N-000001" not in page
    assert "N-000001" in (await alice.get(older)).text
