"""The books: a gift is followed by clicks from what came in down to its postings, and up again by its donor."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.media import person
from tests.journeys.test_giving import AXE, PHONE, RULES, pays, takes_gifts
from tests.services.up import Up

pytestmark = pytest.mark.journey


async def sound(page: Page) -> None:
    """Axe finds nothing in light and dark, and nothing is wider than the window."""
    await page.evaluate(Path(AXE).read_text(encoding="utf-8"))
    for scheme in ("dark", "light"):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found = await page.evaluate(f"axe.run(document, {{runOnly: {RULES}}})")
        assert [f"{each['id']} {each['nodes'][0]['target']}" for each in found["violations"]] == []
    assert await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.timeout(240)
async def test_a_gift_is_followed_from_the_overview_to_its_postings_and_checked_by_its_donor(
    chrome: Browser, up: Up
) -> None:
    hotline = await takes_gifts(chrome, up, "Ledger line")
    donor = await person(chrome, locale="en-GB", viewport=PHONE)
    page = await donor.new_page()
    await page.goto(f"{hotline.public}/give")
    await page.get_by_role("button", name="Give £25").click()
    await page.wait_for_url("**/simulated/stripe/pay/**")
    await pays(page)
    await expect(page.locator("h1")).to_have_text("Thank you")

    desk = await hotline.owner.new_page()
    await desk.goto(hotline.desk)
    await desk.get_by_role("navigation").get_by_role("link", name="Money").first.click()
    await desk.get_by_role("link", name="See it in the books").click()
    await expect(desk.locator("main")).to_contain_text("Both sides are the same")
    await sound(desk)
    row = desk.get_by_role("row", name="Gifts").last
    await expect(row).to_contain_text("£25.00")
    await row.get_by_role("link").click()
    await expect(desk.locator("h1")).to_have_text("Gifts")
    await sound(desk)
    await desk.get_by_role("link", name="A gift").first.click()
    await expect(desk.get_by_role("row", name="At the payment processor")).to_be_visible()
    await sound(desk)
    mine = await desk.get_by_role("link", name="what the donor can check").get_attribute("href")
    assert mine is not None

    await page.goto(f"{hotline.public}/books")
    await sound(page)
    await page.get_by_label("Number of your gift").fill(mine.rpartition("/")[2])
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("Your gift in the books")
    await expect(page.locator("main")).to_contain_text("£25.00")
    for summary in await page.locator("details.more > summary").all():
        await summary.click()
    await sound(page)

    await desk.goto(f"{hotline.desk}/money/books")
    await desk.get_by_role("button", name="Take the public page away").click()
    await expect(desk.locator("main")).to_contain_text("The digests are not public")
    await page.reload()
    await expect(page.locator("h1")).not_to_have_text("Your gift in the books")
