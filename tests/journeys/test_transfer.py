"""A telephone call goes from one browser to another after a word between them, and a supervisor looks after it."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.media import heard_both_ways, listen
from tests.journeys.people import Hotline, colleague, on_duty, register
from tests.journeys.telephone import Telephone
from tests.voice.asterisk import Asterisk
from tests.voice.sipp import Sipp

pytestmark = pytest.mark.journey


async def _registered(asterisk: Asterisk, people: int, within: float = 20) -> None:
    async with asyncio.timeout(within):
        while True:
            found = (await asterisk.ari("GET", "/endpoints/PJSIP")).json()
            if sum(each["resource"].startswith("o") for each in found) >= people:
                return
            await asyncio.sleep(0.1)


async def _heard(caller: Sipp, console: Page, within: float = 20) -> None:
    """Both speak until each has heard the other."""
    async with asyncio.timeout(within):
        while True:
            before = caller.sound.heard
            sound, _ = await asyncio.gather(listen(console), caller.sound.say(2.2))
            if sound.both_ways and caller.sound.heard > before + 0.1:
                return


async def _pictures(page: Page, name: str, folder: Path | None) -> None:
    """How it looks on a desk and on a phone, by day and by night, for whoever wants to see it."""
    if folder is None:
        return
    for width in (1280, 360):
        await page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two
            await page.screenshot(path=str(folder / f"{name}-{width}-{scheme}.png"), full_page=True)
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 1280, "height": 900})


async def _talking(telephone: Telephone, chrome: Browser) -> tuple[Hotline, Page, Page, Sipp]:
    """Ada talks with a caller; Ben is on duty and free."""
    hotline = await register(chrome, telephone.up)
    digits = await telephone.number_for(hotline)
    ada = await on_duty(hotline.owner, hotline)
    await _registered(telephone.asterisk, 1)
    caller = await telephone.dial(digits)
    await caller.sound.until_heard(0.3)
    await caller.sound.press("1")
    await expect(ada.locator("[data-do=accept]")).to_be_visible(timeout=30_000)
    await ada.locator("[data-do=accept]").click()
    await expect(ada.locator("#console")).to_have_attribute("data-face", "call")
    ben = await on_duty(await colleague(chrome, hotline, "Ben"), hotline)
    await _registered(telephone.asterisk, 2)
    return hotline, ada, ben, caller


async def test_a_caller_goes_to_a_colleague_after_a_word_and_a_supervisor_looks_on(
    chrome: Browser, telephone: Telephone, pictures: Path | None
) -> None:
    hotline, ada, ben, caller = await _talking(telephone, chrome)
    await _heard(caller, ada)
    says = ada.locator("[data-company-words]")
    await ada.locator("[data-pass=hold]").click()
    await expect(says).to_have_text("The caller hears music.")
    await ada.keyboard.press("Alt+p")
    await expect(says).to_be_hidden()

    await ada.locator("#handover > summary").click()
    await _pictures(ada, "passing", pictures)
    await ada.locator("[data-colleagues] button", has_text="Talk first").click()
    await expect(says).to_have_text("Ringing Ben. The caller hears music.")
    await expect(ben.locator("#offer [data-fact=handover]")).to_contain_text("wants to talk with you first")
    await ben.locator("[data-do=accept]").click()
    await expect(says).to_have_text("You talk with Ben. The caller hears music.")
    await heard_both_ways(ada, ben)
    await _pictures(ada, "consulting", pictures)
    await _pictures(ben, "consulted", pictures)
    await ada.reload()
    await expect(says).to_have_text("You talk with Ben. The caller hears music.")
    await heard_both_ways(ada, ben)

    await ada.locator("[data-pass=conference]").click()
    await expect(ben.locator("[data-company-words]")).to_contain_text("the caller and you hear each other")
    await _heard(caller, ben)
    await ada.locator("[data-pass=complete]").click()
    await expect(ada.locator("#console")).to_have_attribute("data-face", "wrap")
    await expect(ben.locator("#console")).to_have_attribute("data-face", "call")
    await _heard(caller, ben)

    await ada.locator("[data-do=ready]").click()
    await ada.goto(f"{hotline.desk}/live")
    await expect(ada.locator("#live")).to_contain_text("Talking with Ben")
    await _pictures(ada, "live", pictures)
    await ada.get_by_role("button", name="Listen").click()
    await expect(ada.locator("#console")).to_have_attribute("data-face", "call")
    await expect(ben.locator("[data-supervisors]")).to_have_text("Ada listens.")
    await expect(says).to_contain_text("You listen to Ben")
    await expect(ada.locator("#talk [data-sound]")).to_have_text("You hear each other")
    await _pictures(ada, "listening", pictures)
    await _pictures(ben, "listened", pictures)
    await ada.locator("label:has([name=how][value=whisper])").click()
    await expect(ben.locator("[data-supervisors]")).to_contain_text("speaks to you")
    await ada.locator("[data-pass=take_over]").click()
    await expect(ben.locator("#console")).to_have_attribute("data-face", "wrap")
    await _heard(caller, ada)
    await caller.hang_up()
    await expect(ada.locator("#console")).not_to_have_attribute("data-face", "call")
    await telephone.asterisk.until_quiet()


async def test_an_admin_keeps_a_number_outside_and_the_console_offers_it(
    chrome: Browser, telephone: Telephone, pictures: Path | None
) -> None:
    hotline, ada, _, caller = await _talking(telephone, chrome)
    page = await hotline.owner.new_page()
    await page.goto(f"{hotline.desk}/settings")
    await page.get_by_role("link", name="Numbers outside").click()
    await page.fill("[name=name]", "Legal office")
    await page.fill("[name=number]", "999")
    await page.get_by_role("button", name="Add the number").click()
    await expect(page.locator("#errors")).to_contain_text("emergency number")
    await expect(page.locator("[name=name]")).to_have_value("Legal office")
    await _pictures(page, "outside", pictures)
    await page.fill("[name=number]", "020 7946 0018")
    await page.fill("[name=note]", "Weekdays until five")
    await page.get_by_role("button", name="Add the number").click()
    await expect(page.locator(".rows > li", has_text="Legal office")).to_contain_text("20 7946 0018")
    await ada.reload()
    await ada.locator("#handover > summary").click()
    await ada.locator("[data-destinations] button", has_text="Talk first").click()
    failed = ada.locator("[data-unreached]")
    await expect(failed).to_contain_text("Legal office", timeout=60_000)
    await _heard(caller, ada)
    await caller.hang_up()
    await telephone.asterisk.until_quiet()
