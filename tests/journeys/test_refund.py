"""A refund: a fundraiser finds the gift and gives a part of it back; books, receipt and the donor's page follow."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.media import person
from tests.journeys.test_giving import PHONE, looked_at, pays, takes_gifts
from tests.services.up import Up

pytestmark = pytest.mark.journey
WORDS = "For the nights when nobody else is awake."


@pytest.mark.timeout(300)
async def test_a_part_of_a_gift_is_given_back_and_everything_follows(
    chrome: Browser, up: Up, pictures: Path | None
) -> None:
    hotline = await takes_gifts(chrome, up, "Returning line")
    donor = await person(chrome, locale="en-GB", viewport=PHONE)
    page = await donor.new_page()
    await page.goto(f"{hotline.public}/give")
    await page.fill("[name=email]", "ada@example.org")
    await page.fill("[name=name]", "Ada Lane")
    await page.locator("summary", has_text="In honour of somebody").click()
    await page.fill("[name=message]", WORDS)
    await page.locator("[data-give]").click()
    await page.wait_for_url(re.compile("/simulated/stripe/pay/"))
    await pays(page)
    await page.wait_for_url(re.compile("/give/thanks/"))
    await expect(page.locator("h1")).to_have_text("Thank you")
    thanks = page.url

    desk = await hotline.owner.new_page()
    await desk.goto(f"{hotline.desk}/money")
    await expect(desk.locator("main")).to_contain_text(WORDS)
    await looked_at(desk, "funds-overview.1280.en", pictures)
    await desk.get_by_role("navigation", name="Money").get_by_role("link", name="Gifts", exact=True).click()
    await desk.locator("summary", has_text="Look for").click()
    await desk.fill("[name=email]", "Ada@example.org")
    await desk.get_by_role("button", name="Find").click()
    await expect(desk.locator("main")).to_contain_text(WORDS)
    await looked_at(desk, "gifts.1280.en", pictures)
    await desk.get_by_role("link", name="Ada Lane").click()
    await desk.fill("[name=amount]", "30")
    await desk.get_by_role("button", name="Look at what that means").click()
    await expect(desk.get_by_role("alert")).to_contain_text("Between nothing and what is left of the gift.")
    await desk.fill("[name=amount]", "10")
    await desk.get_by_role("button", name="Look at what that means").click()
    await expect(desk.locator("main")).to_contain_text("is replaced by one over £15.00")
    await looked_at(desk, "refund.1280.en", pictures)
    await desk.get_by_role("button", name="Give £10.00 back").click()
    await expect(desk.locator("#back")).to_contain_text("£10.00")
    for _ in range(60):  # a job does it
        if "Gifts given back" in await desk.locator("table.books").inner_text():
            break
        await desk.wait_for_timeout(250)
        await desk.reload()
    await expect(desk.locator("#back")).to_contain_text("Given back")
    await expect(desk.locator("table.books")).to_contain_text("Gifts given back")
    for width, height in ((1280, 900), (360, 740)):
        await desk.set_viewport_size({"width": width, "height": height})
        for path, name in (("/money?by=givers", "funds-overview"), ("/money/gifts", "gifts")):
            await desk.goto(f"{hotline.desk}{path}")
            await looked_at(desk, f"{name}.{width}.en", pictures)
        await desk.get_by_role("link", name="Ada Lane").click()
        await looked_at(desk, f"gift.{width}.en", pictures)
        await desk.get_by_role("link", name="Everything by this donor").click()
        await expect(desk.locator("h1")).to_have_text("Ada Lane")
        await expect(desk.locator("main")).to_contain_text("£15.00")
        await looked_at(desk, f"donor.{width}.en", pictures)
        await desk.goto(f"{hotline.desk}/money/payouts")
        await looked_at(desk, f"payouts.{width}.en", pictures)

    await page.goto(thanks)
    await expect(page.locator("main")).to_contain_text("£10.00 of it was given back")
    await desk.goto(f"{hotline.desk}/money/receipts")
    await expect(desk.locator("ul.rows > li").first).to_contain_text("£15.00")
    await expect(desk.locator("ul.rows > li").nth(1)).to_contain_text("Replaced")
