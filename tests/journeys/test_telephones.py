"""A member adds a mobile and a desk phone, and chooses on the console where to answer."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.people import on_duty, register
from tests.journeys.telephone import Telephone

pytestmark = pytest.mark.journey


async def _facts(page: Page) -> dict[str, str]:
    terms = await page.locator(".notice dt").all_inner_texts()
    return dict(zip(terms, await page.locator(".notice dd").all_inner_texts(), strict=True))


async def test_a_member_adds_a_mobile_and_a_desk_phone_and_answers_on_it(
    chrome: Browser, telephone: Telephone, pictures: Path | None
) -> None:
    hotline = await register(chrome, telephone.up)
    await telephone.number_for(hotline)
    page = await hotline.owner.new_page()
    await page.goto(f"{hotline.desk}/console")
    await page.get_by_role("link", name="Your telephones").first.click()
    await page.fill("[name=number]", "112")
    await page.get_by_role("button", name="Add this mobile").click()
    await expect(page.locator("#errors")).to_contain_text("emergency number")
    await page.fill("[name=number]", "07400 123456")
    await page.locator("form[action$='/mobiles'] [name=label]").fill("My blue one")
    await page.get_by_role("button", name="Add this mobile").click()
    mobile = page.locator(".rows > li", has_text="My blue one")
    await expect(mobile).to_contain_text("+44 … 456")
    await expect(mobile).to_contain_text("Not verified yet")
    assert "7400123" not in await page.content()

    await page.get_by_role("button", name="Make an account for it").click()
    told = await _facts(page)
    assert re.fullmatch(r"d[0-9a-f]{32}", told["User name"])
    assert len(told["Password"]) >= 20
    assert told["Server"] == telephone.asterisk.at.sip
    if pictures:
        await page.screenshot(path=str(pictures / "telephones.png"), full_page=True)
    await page.goto(f"{hotline.desk}/me/devices")
    assert told["Password"] not in await page.content()

    console = await on_duty(hotline.owner, hotline)
    choice = console.locator("[data-where-field] select")
    await expect(choice.locator("option")).to_have_text(["This browser", "Desk phone"])
    await choice.select_option(label="Desk phone")
    await expect(console.locator("[data-until-when]")).to_have_text(re.compile(r"\d\d"))
    await console.reload()
    await expect(choice).to_have_value(re.compile("-"))
    await console.close()

    await page.locator(".rows > li", has_text="Desk phone").locator("summary").click()
    await page.get_by_role("button", name="Remove this telephone").last.click()
    await expect(page.locator(".rows > li")).to_have_count(1)
    console = await hotline.owner.new_page()
    await console.goto(f"{hotline.desk}/console")
    await expect(console.locator("[name=duty][value=off]")).to_be_checked()
