"""A line is called by machine in a whole installation: its own clock, its own worker, and the page for everybody."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.media import person
from tests.journeys.people import register
from tests.services.up import Up

pytestmark = pytest.mark.journey


async def test_a_line_that_is_to_be_checked_is_called_and_says_that_it_works(chrome: Browser, up: Up) -> None:
    hotline = await register(chrome, up, "blank", "Watched line")
    desk = await hotline.owner.new_page()
    await desk.goto(f"{hotline.desk}/settings/lines")
    await desk.get_by_role("link", name="Watched line").last.click()
    await desk.get_by_label("Call the line by machine").select_option("5")
    await desk.get_by_role("button", name="Save").click()
    await expect(desk.get_by_text("Saved. It holds from the next call on.")).to_be_visible()
    visitor = await (await person(chrome)).new_page()
    async for _ in _every_two_seconds(visitor):
        await visitor.goto(f"{hotline.public}/status")
        if await visitor.get_by_text("The line works").is_visible():
            break
    await expect(visitor.get_by_text("The line works")).to_be_visible()
    await desk.goto(hotline.desk)
    await expect(desk.get_by_text("gets callers through")).to_be_visible()


async def _every_two_seconds(page: Page) -> AsyncIterator[None]:
    for _ in range(60):
        yield
        await page.wait_for_timeout(2000)
