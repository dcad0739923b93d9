"""An organisation connects its own account for gifts by clicks, stops half-way, goes on, and lets it go."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.people import register
from tests.services.up import Up

pytestmark = pytest.mark.journey
AXE = Path("node_modules/axe-core/axe.min.js")
RULES = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"


async def seen(page: Page, name: str, pictures: Path | None) -> None:
    """On a desk and on a phone, in light and dark: nothing is wider than the window, and axe finds nothing."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    for width in (1280, 360):
        await page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            if pictures is not None:
                await page.screenshot(path=str(pictures / f"account-{name}.{width}.{scheme}.png"), full_page=True)
            found = await page.evaluate(f"axe.run(document, {{runOnly: {RULES}}})")
            assert [f"{each['id']} {each['nodes'][0]['target']}" for each in found["violations"]] == []
        assert await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 1280, "height": 800})


@pytest.mark.timeout(240)
async def test_an_organisation_connects_its_account(chrome: Browser, up: Up, pictures: Path | None) -> None:
    hotline = await register(chrome, up, "rainbow", "Lantern line")
    page = await hotline.owner.new_page()
    await page.goto(f"{hotline.desk}/money/account")
    await seen(page, "none", pictures)
    assert await page.input_value("[name=country]") == "GB"
    await page.get_by_role("button", name="Go on to Stripe").click()
    await page.wait_for_url("**/simulated/stripe/connect/**")
    await page.goto(f"{hotline.desk}/money/account")
    await expect(page.locator("main")).to_contain_text("Half-way")
    await expect(page.locator("main")).to_contain_text("What Stripe still asks for")
    await seen(page, "half-way", pictures)
    await page.get_by_role("button", name="Go on at Stripe").click()
    await page.fill("[name=name]", "Lantern line")
    await page.fill("[name=bank]", "000123456789")
    await page.get_by_role("button", name="Agree and finish").click()
    await page.wait_for_url("**/money/account")
    await expect(page.locator("main")).to_contain_text("Connected")
    await expect(page.locator("main")).to_contain_text("GBP")
    await page.get_by_role("button", name="Compare now").click()
    await expect(page.locator("main")).to_contain_text("No difference")
    await seen(page, "connected", pictures)
    await page.get_by_text("Disconnect the account").click()
    await page.get_by_role("button", name="Disconnect it").click()
    await expect(page.locator("main")).to_contain_text("Connect an account")
    await page.goto(f"{hotline.desk}/audit")
    await expect(page.locator("main")).to_contain_text("disconnected the account for gifts")
