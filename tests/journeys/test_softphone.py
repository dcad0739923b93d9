"""A telephone caller and a volunteer in a browser, through a real Asterisk: heard both ways, also after a reload."""

import asyncio
import os
import signal
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.media import listen
from tests.journeys.people import on_duty, register
from tests.journeys.telephone import Telephone
from tests.voice.asterisk import Asterisk
from tests.voice.sipp import CARRIER, Sipp

pytestmark = pytest.mark.journey


async def _until_registered(console: Page, asterisk: Asterisk, within: float = 15) -> None:
    async with asyncio.timeout(within):
        while True:
            found = (await asterisk.ari("GET", "/endpoints/PJSIP")).json()
            if any(each["resource"].startswith("o") for each in found):  # read from the database as it signs in
                return
            await console.wait_for_timeout(100)


async def _heard(caller: Sipp, console: Page, within: float = 20) -> None:
    """Both speak until each has heard the other."""
    async with asyncio.timeout(within):
        while True:
            before = caller.sound.heard
            sound, _ = await asyncio.gather(listen(console), caller.sound.say(2.2))
            if sound.both_ways and caller.sound.heard > before + 0.1:
                return


async def _at_work(telephone: Telephone, chrome: Browser) -> tuple[str, Page]:
    """A volunteer on duty whose softphone is registered, and the number to call."""
    hotline = await register(chrome, telephone.up)
    digits = await telephone.number_for(hotline)
    console = await on_duty(hotline.owner, hotline)
    await _until_registered(console, telephone.asterisk)
    return digits, console


async def _answered(telephone: Telephone, console: Page, digits: str) -> Sipp:
    caller = await telephone.dial(digits)
    await caller.sound.until_heard(0.3)
    await caller.sound.press("1")
    await expect(console.locator("[data-do=accept]")).to_be_visible(timeout=30_000)
    await console.locator("[data-do=accept]").click()
    await expect(console.locator("#console")).to_have_attribute("data-face", "call")
    return caller


async def test_a_telephone_caller_and_a_browser_hear_each_other_and_a_reload_keeps_the_call(
    chrome: Browser, telephone: Telephone, pictures: Path | None
) -> None:
    """Aselo's seven fixes: the call, the form or the state lost on refresh."""
    digits, console = await _at_work(telephone, chrome)
    caller = await _answered(telephone, console, digits)
    await _heard(caller, console)
    await expect(console.locator("#talk [data-sound]")).to_have_text("You hear each other")
    if pictures:
        await console.screenshot(path=str(pictures / "softphone.png"), full_page=True)
    await console.locator("#keypad summary").click()
    for key in "5#":
        await console.locator(f"#keypad [data-key='{key}']").click()
        await console.wait_for_timeout(600)
    assert caller.sound.keys_heard == [5, 11]
    await console.locator("[data-do=mute]").click()
    await console.wait_for_timeout(500)
    before = caller.sound.heard
    await console.wait_for_timeout(2500)  # two beeps of the microphone
    assert caller.sound.heard < before + 0.05
    await console.locator("[data-do=mute]").click()
    await console.reload()
    await expect(console.locator("#console")).to_have_attribute("data-face", "call")
    await _heard(caller, console)
    await caller.hang_up()
    await expect(console.locator("#console")).not_to_have_attribute("data-face", "call")
    await telephone.asterisk.until_quiet()


async def test_a_killed_switch_shows_no_dead_call_as_alive_and_the_next_call_comes_through(
    chrome: Browser, telephone: Telephone
) -> None:
    digits, console = await _at_work(telephone, chrome)
    caller = await _answered(telephone, console, digits)
    await _heard(caller, console)
    pid = telephone.asterisk.switch.keeper.pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    await expect(console.locator("#talk [data-sound]")).not_to_have_text("You hear each other", timeout=15_000)
    await caller.vanish()
    await expect(console.locator("#console")).not_to_have_attribute("data-face", "call", timeout=60_000)
    await console.locator("[data-do=ready]").click()
    async with asyncio.timeout(20):
        while telephone.asterisk.switch.keeper.pid in (None, pid):
            await asyncio.sleep(0.1)
    await telephone.asterisk.trunk("carrier", CARRIER)
    await _until_registered(console, telephone.asterisk, within=30)
    again = await _answered(telephone, console, digits)
    await _heard(again, console)
    await again.hang_up()
    await expect(console.locator("#console")).not_to_have_attribute("data-face", "call")
