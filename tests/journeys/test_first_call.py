"""From self-registration to the first answered call, in real browsers with real sound."""

import re
import time

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.conftest import install
from tests.journeys.coturn import Coturn
from tests.journeys.media import heard_both_ways
from tests.journeys.people import answered, call, on_duty, register, until_ringing
from tests.services.up import Up

pytestmark = pytest.mark.journey


async def test_an_organisation_registers_is_called_answers_writes_and_opens_a_case(chrome: Browser, up: Up) -> None:
    hotline = await register(chrome, up, "workplace", "Shift line")
    console = await on_duty(hotline.owner, hotline)
    caller = await call(chrome, hotline)
    await answered(caller, console)
    await heard_both_ways(caller, console)

    record = console.locator("#record")
    await record.locator("textarea").first.fill("Wages of two months are missing.")
    await expect(record).to_contain_text(re.compile(r"Saved \d"))
    await caller.locator("[data-do=hangup]").click()
    await expect(console.locator("#console")).not_to_have_attribute("data-face", "call")

    contacts = await hotline.owner.new_page()
    await contacts.goto(f"{hotline.desk}/contacts")
    await contacts.locator("main ul.rows a").first.click()
    await expect(contacts.locator("textarea").first).to_have_value("Wages of two months are missing.")

    stranger = await register(chrome, up, "rainbow", "Other line")
    page = await stranger.owner.new_page()
    for path in ("", "/console", "/contacts", "/cases"):
        answer = await page.goto(hotline.desk + path)
        assert answer is not None
        assert answer.status == 404


async def test_through_a_relay_alone_neither_side_learns_the_others_address(chrome: Browser, relay: Coturn) -> None:
    async for up in install(HARK_TURN_URL=relay.url, HARK_TURN_SECRET=relay.secret):
        hotline = await register(chrome, up)
        console = await on_duty(hotline.owner, hotline)
        caller = await call(chrome, hotline)
        await answered(caller, console)
        sounds = await heard_both_ways(caller, console)
        assert all(sound.relayed for sound in sounds)


async def test_a_caller_who_closes_the_tab_ends_the_call_within_five_seconds(chrome: Browser, up: Up) -> None:
    hotline = await register(chrome, up)
    console = await on_duty(hotline.owner, hotline)
    caller = await call(chrome, hotline)
    await answered(caller, console)
    begun = time.monotonic()
    await caller.close()
    await expect(console.locator("#console")).not_to_have_attribute("data-face", "call", timeout=8000)
    assert time.monotonic() - begun < 5.5


async def test_a_caller_who_hangs_up_stops_the_ringing_within_a_second(chrome: Browser, up: Up) -> None:
    """yap#159: phantom rings after the caller hung up."""
    hotline = await register(chrome, up)
    console = await on_duty(hotline.owner, hotline)
    caller = await call(chrome, hotline)
    await until_ringing(caller, console)
    await caller.locator("[data-do=hangup]").click()
    await expect(console.locator("[data-do=accept]")).not_to_be_visible(timeout=1000)


async def test_a_reloaded_console_and_a_reloaded_caller_are_back_in_the_call(chrome: Browser, up: Up) -> None:
    """Aselo's seven fixes: the call, the form or the state lost on refresh."""
    hotline = await register(chrome, up)
    console = await on_duty(hotline.owner, hotline)
    caller = await call(chrome, hotline)
    await answered(caller, console)
    await heard_both_ways(caller, console)
    await console.reload()
    await expect(console.locator("#console")).to_have_attribute("data-face", "call")
    await heard_both_ways(caller, console)
    await caller.reload()
    await expect(caller.locator("#call")).to_have_attribute("data-kind", "talking")
    await heard_both_ways(caller, console)


async def test_a_lost_volunteer_leaves_nobody_in_dead_air(chrome: Browser, up: Up) -> None:
    hotline = await register(chrome, up)
    console = await on_duty(hotline.owner, hotline)
    caller = await call(chrome, hotline)
    await answered(caller, console)
    await console.close()
    await expect(caller.locator("#call")).not_to_have_attribute("data-kind", "talking", timeout=8000)
