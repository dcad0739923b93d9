"""Everything that Hark is made of, killed in the middle of a call and of a form: the voices go on, no word is lost."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.media import heard_both_ways
from tests.journeys.people import answered, call, on_duty, register
from tests.services.up import Up

pytestmark = pytest.mark.journey
PARTS = {"hark worker": "worker", "hark web": "web", "redis-server": "Redis", "postgres": "PostgreSQL"}


async def test_no_killed_part_ends_the_call_or_loses_a_word(chrome: Browser, up: Up) -> None:
    hotline = await register(chrome, up)
    console = await on_duty(hotline.owner, hotline)
    caller = await call(chrome, hotline)
    await answered(caller, console)
    await heard_both_ways(caller, console)
    notes = console.locator("#record textarea").first
    written = ""
    for process, part in PARTS.items():
        written += f"Then the {part} was gone. "
        next(child for child in up.children() if child.name() == process).kill()  # parents come before children
        await notes.fill(written)
        await heard_both_ways(caller, console)
        await expect(console.locator("#record [data-state]")).to_have_text(re.compile(r"^Saved \d"), timeout=30_000)
        await expect(console.locator("#console")).to_have_attribute("data-face", "call")
        await expect(console.locator("[data-lost]")).to_be_hidden(timeout=30_000)
        await expect(caller.locator("[data-lost]")).to_be_hidden(timeout=30_000)
    await caller.locator("[data-do=hangup]").click()
    await expect(console.locator("#console")).not_to_have_attribute("data-face", "call", timeout=10_000)
    await console.reload()
    contacts = await hotline.owner.new_page()
    await contacts.goto(f"{hotline.desk}/contacts")
    await contacts.locator("main ul.rows a").first.click()
    await expect(contacts.locator("textarea").first).to_have_value(written)
