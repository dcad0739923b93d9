"""Giving every month on a phone, by keyboard: begun, found again by a letter, changed, paused and stopped."""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.media import person
from tests.journeys.test_giving import PHONE, looked_at, pays, takes_gifts
from tests.journeys.test_giving import tree as tree_of
from tests.services.up import Up

pytestmark = pytest.mark.journey
DONOR = "mona@example.org"


async def tabs_to(page: Page, what: str) -> None:
    """Press Tab until the focus is on what this selector matches."""
    for _ in range(80):
        await page.keyboard.press("Tab")
        if await page.evaluate(f"document.activeElement.matches({what!r})"):
            return
    raise AssertionError(f"no way to {what} by keyboard")


async def letter(page: Page, up: Up, words: str, link: str) -> str:
    """The address with `link` in it from the newest letter to the donor that has these words."""
    found = page.locator("article", has_text=DONOR).filter(has_text=words).first
    async with asyncio.timeout(30):
        await page.goto(f"{up.url}/outbox")
        while not await found.is_visible():  # the page of letters doesn't change by itself
            await page.reload()
    address = re.search(rf"https?://\S*{link}\S*", await found.inner_text())
    assert address
    return address[0]


@pytest.mark.timeout(240)
async def test_a_donor_gives_every_month_and_looks_after_it_themselves(
    chrome: Browser, up: Up, pictures: Path | None
) -> None:
    hotline = await takes_gifts(chrome, up, "Pier night line")
    donor = await person(chrome, locale="en-GB", viewport=PHONE)
    page = await donor.new_page()
    await page.goto(f"{hotline.public}/give")
    await tabs_to(page, "[name=rhythm]")
    await page.keyboard.press("ArrowDown")
    assert await page.locator("[name=rhythm][value=monthly]").is_checked()
    await tabs_to(page, "[name=email]")
    await page.keyboard.type(DONOR)
    await tabs_to(page, "[name=name]")
    await page.keyboard.type("Mona")
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile("/simulated/stripe/pay/"))
    await pays(page)
    await page.wait_for_url(re.compile("/give/thanks/"))
    await expect(page.locator("h1")).to_have_text("Thank you")
    await expect(page.locator("main")).to_contain_text("every month")
    await looked_at(page, "monthly.thanks.360.en", pictures)

    await page.get_by_role("link", name=re.compile("gifts and receipts", re.I)).first.click()
    await looked_at(page, "donor.ask.360.en", pictures)
    await tabs_to(page, "[name=email]")
    await page.keyboard.type(DONOR)
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_contain_text("If we know this address")
    await expect(page.locator("main")).not_to_contain_text(DONOR)
    where = await letter(page, up, "This link opens it, once", "/my-gifts/enter/")
    await page.goto(where)
    await tabs_to(page, "main form .button")
    await page.keyboard.press("Enter")
    gift = page.locator(".donor-monthly")
    await expect(gift).to_contain_text("Running")
    await expect(gift).to_contain_text("Visa •••• 4242")
    await looked_at(page, "donor.mine.360.en", pictures)
    read = await tree_of(page)
    assert any(each["role"] == "article" and each["name"] == "£25.00 every month" for each in read)
    assert any(each["role"] == "heading" and each["name"] == "What you gave" for each in read)

    await tabs_to(page, ".donor-monthly summary")
    await page.keyboard.press("Enter")
    await tabs_to(page, "[name=amount]")
    await page.keyboard.press("Control+A")
    await page.keyboard.type("40")
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_contain_text("The new amount counts from the next month on.")
    await expect(gift).to_contain_text("£40.00", timeout=30_000)  # the part asks again by itself
    assert await page.locator(".rows .number", has_text="£40.00").count() == 0, "nothing was charged for it"

    await gift.locator("summary", has_text="Pause").click()
    await gift.get_by_label("2 months").check()
    await looked_at(page, "donor.pausing.360.en", pictures)
    await gift.get_by_role("button", name="Pause it").click()
    await expect(gift).to_contain_text("It goes on by itself on", timeout=30_000)
    await gift.get_by_role("button", name="Go on now").click()
    await expect(gift).to_contain_text("Running", timeout=30_000)

    await gift.get_by_role("button", name="Another card").click()
    await page.locator("summary", has_text="Use another card").click()
    await page.fill("[name=number]", "5555 5555 5555 4444")
    await page.fill("[name=expiry]", "11 / 35")
    await page.fill("[name=cvc]", "123")
    await page.get_by_role("button", name="Keep this card").click()
    await page.wait_for_url(re.compile("/my-gifts"))  # it leads back by itself
    await expect(gift).to_be_visible()

    await gift.locator("summary", has_text=re.compile("^Stop$")).click()
    await gift.get_by_role("button", name="Stop it").click()
    await expect(gift).to_contain_text("Ended", timeout=30_000)
    await looked_at(page, "donor.stopped.360.en", pictures)
    assert "ended, as you wished" in await page.evaluate("async (url) => (await fetch(url)).text()", f"{up.url}/outbox")
    await page.set_viewport_size({"width": 1280, "height": 900})
    await looked_at(page, "donor.mine.1280.en", pictures)
