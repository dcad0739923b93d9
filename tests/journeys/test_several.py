"""Several volunteers: a race for one call, a call handed over, two tabs of one person."""

import asyncio

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.media import heard_both_ways
from tests.journeys.people import answered, call, colleague, on_duty, register, ring_all_at_once, until_ringing
from tests.services.up import Up

pytestmark = pytest.mark.journey


async def test_three_race_for_one_call_and_the_first_has_it(chrome: Browser, up: Up) -> None:
    hotline = await register(chrome, up)
    await ring_all_at_once(up, hotline.slug)
    consoles = [await on_duty(hotline.owner, hotline)]
    consoles += [await on_duty(await colleague(chrome, hotline, name), hotline) for name in ("Ben", "Cem")]
    caller = await call(chrome, hotline)
    await asyncio.gather(*(until_ringing(caller, console) for console in consoles))
    buttons = [console.locator("[data-do=accept]") for console in consoles]
    await asyncio.gather(*(button.evaluate("(button) => button.click()") for button in buttons))
    await expect(caller.locator("#call")).to_have_attribute("data-kind", "talking")
    for console in consoles:
        await expect(console.locator("[data-do=accept]")).to_be_hidden()
    faces = [await console.locator("#console").get_attribute("data-face") for console in consoles]
    assert sorted(face == "call" for face in faces) == [False, False, True], faces
    await heard_both_ways(caller, consoles[faces.index("call")])


async def test_a_call_is_handed_over_with_its_record(chrome: Browser, up: Up) -> None:
    """Aselo: the call, the form or the state lost on transfer."""
    hotline = await register(chrome, up)
    ann = await on_duty(hotline.owner, hotline)
    caller = await call(chrome, hotline)
    await answered(caller, ann)
    await ann.locator("#record textarea").first.fill("Asks about a lawyer.")
    await expect(ann.locator("#record [data-state]")).to_contain_text("Saved ")
    ben = await on_duty(await colleague(chrome, hotline, "Ben"), hotline)
    await ann.locator("#handover > summary").click()
    await ann.locator("[data-colleagues] button", has_text="Hand over").click()
    await ben.locator("[data-do=accept]").click()
    await expect(ben.locator("#console")).to_have_attribute("data-face", "call")
    await expect(ann.locator("#console")).not_to_have_attribute("data-face", "call")
    await expect(ben.locator("#record textarea").first).to_have_value("Asks about a lawyer.")
    await heard_both_ways(caller, ben)


async def test_duty_is_the_same_in_every_tab_and_one_tab_carries_the_call(chrome: Browser, up: Up) -> None:
    hotline = await register(chrome, up)
    first = await on_duty(hotline.owner, hotline)
    second = await hotline.owner.new_page()
    await second.goto(f"{hotline.desk}/console")
    await expect(second.locator("[name=duty][value=on]")).to_be_checked()
    caller = await call(chrome, hotline)
    await answered(caller, first)
    await expect(second.locator("#console")).to_have_attribute("data-face", "elsewhere")
    await heard_both_ways(caller, first)
    await caller.locator("[data-do=hangup]").click()
    await second.locator("label:has([name=duty][value=off])").click()
    await expect(first.locator("[name=duty][value=off]")).to_be_checked()
