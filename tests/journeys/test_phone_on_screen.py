"""The simulated telephone: dialled with clicks, heard, answered in the console with sound both ways, spoken to."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.media import heard_both_ways, person
from tests.journeys.people import Hotline, on_duty, register
from tests.services.up import Up

pytestmark = pytest.mark.journey
HEARD = "() => { const said = document.getElementById('prompt'); return !said.paused && said.currentTime > 0.3; }"


async def pick_up(chrome: Browser, hotline: Hotline) -> Page:
    """Somebody opens the phone on a phone."""
    context = await person(chrome, locale="en-GB", viewport={"width": 360, "height": 740})
    page = await context.new_page()
    await page.goto(f"{hotline.base}/phone")
    return page


async def dial(phone: Page, hotline: Hotline) -> None:
    """Press the number of the hotline, digit by digit, then the green key."""
    row = phone.locator(".phone-book li", has_text=hotline.name)
    number = await row.locator("[data-dial]").get_attribute("data-dial")
    assert number
    for digit in number.removeprefix("+"):
        await phone.locator(f"[data-key='{digit}']").click()
    await phone.locator("[data-do=dial]").click()


async def go_on_until(phone: Page, place: Page, selector: str) -> None:
    """Press the first key that is offered, wherever keys are offered, until something is to be seen."""
    wanted = place.locator(selector)
    for _ in range(150):
        if await wanted.is_visible():
            return
        offered = phone.locator("[data-kind=menu] [data-key][data-offered]").first
        if await offered.is_visible():
            await offered.click()
        await place.wait_for_timeout(200)
    raise AssertionError(f"it never came; the phone says: {await phone.locator('#phone').inner_text()}")


async def test_a_number_is_dialled_the_greeting_heard_a_key_pressed_and_a_volunteer_answers(
    chrome: Browser, up: Up
) -> None:
    hotline = await register(chrome, up)
    console = await on_duty(hotline.owner, hotline)
    phone = await pick_up(chrome, hotline)
    await dial(phone, hotline)
    await expect(phone.locator("#phone")).to_have_attribute("data-kind", "menu")
    await phone.wait_for_function(HEARD)
    await phone.keyboard.press("1")
    await expect(phone.locator("[data-said]")).to_contain_text("Hello.")
    await phone.wait_for_function(HEARD)
    await go_on_until(phone, console, "[data-do=accept]")
    await expect(console.locator("#offer [data-fact=on-screen]")).to_be_visible()
    await console.locator("[data-do=accept]").click()
    await expect(phone.locator("#phone")).to_have_attribute("data-kind", "talking")
    await heard_both_ways(phone, console)
    await phone.reload()
    await expect(phone.locator("#phone")).to_have_attribute("data-kind", "talking")
    await heard_both_ways(phone, console)
    await phone.locator("[data-do=hangup]").click()
    await expect(console.locator("#console")).not_to_have_attribute("data-face", "call")
    await expect(phone.locator("[data-state]")).to_have_text("The call has ended")


async def test_a_message_left_on_the_phone_is_kept_for_the_hotline(chrome: Browser, up: Up) -> None:
    hotline = await register(chrome, up)
    phone = await pick_up(chrome, hotline)
    await phone.locator(".phone-book li", has_text=hotline.name).locator("[data-dial]").click()
    await go_on_until(phone, phone, "[data-recording]")
    await phone.wait_for_timeout(2500)
    await phone.locator("[data-key='#']").click()
    await expect(phone.locator("#phone")).to_have_attribute("data-kind", "over", timeout=20_000)
    left = await hotline.owner.new_page()
    await left.goto(f"{hotline.desk}/voicemails")
    await expect(left.locator("main ul.rows > li")).to_have_count(1)
    address = await left.locator("main audio").first.get_attribute("src")
    sound = await left.request.get(f"{hotline.base}{address}")
    assert sound.ok
    assert len(await sound.body()) > 2000


async def test_a_number_that_nobody_has_says_so(chrome: Browser, up: Up) -> None:
    hotline = await register(chrome, up)
    phone = await pick_up(chrome, hotline)
    for digit in "999000":
        await phone.keyboard.press(digit)
    await expect(phone.locator("#number")).to_have_value("999000")
    await phone.keyboard.press("Backspace")
    await phone.keyboard.press("Enter")
    await expect(phone.locator("[data-said]")).to_have_text(re.compile("No hotline"))
    await expect(phone.locator("[data-do=dial]")).to_be_visible()


async def test_a_call_back_is_booked_by_keys(chrome: Browser, up: Up) -> None:
    hotline = await register(chrome, up, "workplace", "Key line")
    phone = await pick_up(chrome, hotline)
    await phone.locator(".phone-book li", has_text=hotline.name).locator("[data-dial]").click()
    await go_on_until(phone, phone, "#phone[data-kind=callback]")
    for key in "07400123456#":
        await phone.keyboard.press(key)
    await expect(phone.locator("[data-said]")).to_contain_text(re.compile(r"You typed:\s*07400123456"))
    for _ in range(8):
        await phone.keyboard.press("1")
        await phone.wait_for_timeout(800)
        if await phone.locator("#phone").get_attribute("data-kind") != "callback":
            break
    await expect(phone.locator("#phone")).to_have_attribute("data-kind", "over", timeout=20_000)
    left = await hotline.owner.new_page()
    await left.goto(f"{hotline.desk}/callbacks")
    await expect(left.locator("main ul.rows > li")).to_have_count(1)
