"""A campaign with a match: a sponsor promises, donors are told, gifts are doubled until it is used up, and an end."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from infra.clock import now
from tests.journeys.media import person
from tests.journeys.people import Hotline
from tests.journeys.test_giving import PHONE, looked_at, pays, takes_gifts
from tests.services.up import Up

pytestmark = pytest.mark.journey
SIZES = ((1280, 900), (360, 740))


async def campaign(desk: Page, hotline: Hotline) -> str:
    """A campaign of £200; the address of its page."""
    await desk.goto(f"{hotline.desk}/money/giving/campaigns/new")
    await desk.locator("label:has([name=state][value=open])").click()
    await desk.fill("[name='title.en']", "A second line for the night")
    await desk.fill("[name='brief.en']", "Three more people who listen, from ten at night to six in the morning.")
    await desk.fill("[name=goal]", "200")
    await desk.get_by_role("button", name="Save the campaign").click()
    await expect(desk.locator("main")).to_contain_text("Saved")
    return await desk.locator("#address").input_value()


async def seen(page: Page, name: str, pictures: Path | None) -> None:
    """The page as it is, light and dark: on a phone, and on a desk as well where people will look at the pictures."""
    for width, height in SIZES[0 if pictures else 1 :]:
        await page.set_viewport_size({"width": width, "height": height})
        await looked_at(page, f"{name}.{width}.en", pictures)
    await page.set_viewport_size({"width": 1280, "height": 900})


async def gives(browser: Browser, address: str, amount: str) -> Page:
    """A donor on a bus gives one of the suggested amounts; their thank-you page."""
    page = await (await person(browser, locale="en-GB", viewport=PHONE)).new_page()
    await page.goto(address)
    await page.locator(f"label:has([name=amount][value='{amount}00'])").click()
    await page.locator("[data-give]").click()
    await page.wait_for_url(re.compile("/simulated/stripe/pay/"))
    await pays(page)
    await page.wait_for_url(re.compile("/give/thanks/"))
    await expect(page.locator("h1")).to_have_text("Thank you")
    return page


@pytest.mark.timeout(300)
async def test_a_sponsor_doubles_gifts_until_their_promise_is_used_up(
    chrome: Browser, up: Up, pictures: Path | None
) -> None:
    hotline = await takes_gifts(chrome, up, "Lighthouse line")
    desk = await hotline.owner.new_page()
    address = await campaign(desk, hotline)
    await desk.goto(f"{hotline.desk}/money/matching")
    await seen(desk, "matching-none", pictures)
    await desk.get_by_role("link", name="New pool").click()
    await desk.get_by_role("button", name="Keep the draft").click()
    await expect(desk.locator("#errors")).to_be_visible()
    await desk.fill("[name=sponsor]", "Lantern Foundation")
    await desk.fill("[name=amount]", "60")
    await desk.fill("[name=most]", "40")
    await desk.fill("[name=until]", (now() + timedelta(days=30)).date().isoformat())
    await desk.select_option("[name=campaign]", label="A second line for the night")
    await desk.get_by_role("button", name="Keep the draft").click()
    await expect(desk.locator("main")).to_contain_text("The draft is kept")
    await seen(desk, "matching-draft", pictures)
    await desk.get_by_role("button", name="Open the pool").click()
    await expect(desk.locator("main")).to_contain_text("The pool is open")
    pool = desk.url.split("?")[0]

    visitor = await (await person(chrome, locale="en-GB", viewport=PHONE)).new_page()
    await visitor.goto(address)
    await expect(visitor.locator(".giving-match")).to_contain_text("£60 of £60 is left for this.")
    await seen(visitor, "matching-offer", pictures)
    await visitor.goto(f"{hotline.public}/give/widget?campaign={address.rsplit('/', 1)[1]}")
    await visitor.set_viewport_size({"width": 360, "height": 480})
    await looked_at(visitor, "matching-widget.360.en", pictures)
    if pictures:
        drawn = await visitor.request.get(f"{address}/card.png?lang=en")
        (pictures / "giving-matching-card.png").write_bytes(await drawn.body())

    thanks = await gives(chrome, address, "50")
    await expect(thanks.locator("main")).to_contain_text("Lantern Foundation adds £40.00 to it.")
    await looked_at(thanks, "matching-thanks.360.en", pictures)
    thanks = await gives(chrome, address, "25")
    await expect(thanks.locator("main")).to_contain_text("Lantern Foundation adds £20.00 to it.")
    await visitor.goto(address)
    await expect(visitor.locator(".giving-meter")).to_contain_text("£135.00")
    await expect(visitor.locator(".giving-meter")).to_contain_text("£60.00 of it was added by sponsors")
    await expect(visitor.locator(".giving-match")).to_have_count(0)
    await seen(visitor, "matching-used-up", pictures)
    thanks = await gives(chrome, address, "10")
    await expect(thanks.locator("main")).to_contain_text("was used up when yours arrived")

    await desk.goto(pool)
    await expect(desk.locator("main")).to_contain_text("It is used up.")
    await desk.fill("[name=amount]", "60")
    await desk.get_by_role("button", name="Enter the payment").click()
    await expect(desk.locator("main")).to_contain_text("The payment stands in the books.")
    await seen(desk, "matching-pool", pictures)
    await desk.get_by_role("link", name="A matching gift").first.click()
    await expect(desk.locator("main")).to_contain_text("Promised for matching gifts")
    await desk.goto(pool)
    await desk.locator("summary", has_text="Close the pool").click()
    await desk.get_by_role("button", name="Yes, close it").click()
    await expect(desk.locator("main")).to_contain_text("The pool is closed.")
    await seen(desk, "matching-closed", pictures)
    await desk.goto(f"{hotline.desk}/money/matching")
    await seen(desk, "matching-list", pictures)
    paper = await desk.request.get(f"{pool}/letter.pdf?lang=en")
    assert paper.headers["content-type"] == "application/pdf"
    if pictures:
        (pictures / "matching-letter.pdf").write_bytes(await paper.body())
