"""A message for the hotline arrives whole, whatever the network and the tab do."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from tests.calls.script import CallerLine
from tests.calls.stage import stage
from tests.calls.test_caller_page import call
from tests.journeys.media import person

pytestmark = pytest.mark.journey


@pytest.fixture
def line() -> CallerLine:
    return CallerLine()


@pytest.fixture
async def page(browser: Browser, line: CallerLine) -> AsyncIterator[Page]:
    async with stage(line.routes(), strict=True) as origin:
        context = await person(browser, base_url=origin)
        page = await context.new_page()
        await call(page, line)
        await line.say(type="screen", kind="voicemail", text="Leave a message.", seconds=90)
        await page.get_by_role("button", name="Record a message").click()
        await expect(page.get_by_text("Recording", exact=True)).to_be_visible()
        yield page
        await context.close()


def recorded(line: CallerLine, take: int) -> bytes:
    """The pieces of a take, put together as the server would."""
    pieces = [body for what, body in line.posted if what.startswith("voicemail/") and what.endswith(f"take={take}")]
    return b"".join(pieces)


async def decodes(page: Page, sound: bytes) -> float:
    """How many seconds of sound a browser finds in these bytes."""
    return float(
        await page.evaluate(
            "async (bytes) => (await new OfflineAudioContext(1, 1, 48000)"
            ".decodeAudioData(new Uint8Array(bytes).buffer)).duration",
            list(sound),
        )
    )


async def test_a_message_arrives_while_it_is_spoken(page: Page, line: CallerLine) -> None:
    await line.hears(what="voicemail/1?take=1")
    await expect(page.locator("[data-remaining]")).to_have_text("1:26", timeout=6000)
    await page.get_by_role("button", name="Stop").click()
    await page.get_by_role("button", name="Send this message").click()
    await expect(page.get_by_text("Your message is kept.")).to_be_visible()
    last = line.finished()
    assert last["chunks"] == len([what for what, _ in line.posted if what.startswith("voicemail/")])
    assert abs(await decodes(page, recorded(line, 1)) - last["seconds"]) < 1.2


async def test_a_server_that_was_away_gets_every_piece_in_the_end(page: Page, line: CallerLine) -> None:
    line.failing = 3
    await asyncio.sleep(2.5)
    await page.get_by_role("button", name="Stop").click()
    await page.get_by_role("button", name="Send this message").click()
    await expect(page.get_by_text("Your message is kept.")).to_be_visible(timeout=15_000)
    assert await decodes(page, recorded(line, 1)) > 2


async def test_a_message_can_be_recorded_again(page: Page, line: CallerLine) -> None:
    await line.hears(what="voicemail/0?take=1")
    await page.get_by_role("button", name="Stop").click()
    await page.get_by_role("button", name="Record again").click()
    await line.hears(what="voicemail/0?take=2")
    await page.get_by_role("button", name="Stop").click()
    await page.get_by_role("button", name="Send this message").click()
    await expect(page.get_by_text("Your message is kept.")).to_be_visible()
    assert line.finished()["take"] == 2
    assert await decodes(page, recorded(line, 2)) > 1.5


async def test_a_closed_tab_keeps_what_was_said(page: Page, line: CallerLine) -> None:
    await line.hears(what="voicemail/0?take=1")
    await page.goto("about:blank")
    await line.hears(what="voicemail")
    last = line.finished()
    assert last["closing"]
    assert last["chunks"] >= 1
    assert await decodes(page, recorded(line, 1)) > 1.5


async def test_a_message_may_be_left_out(page: Page, line: CallerLine) -> None:
    await page.get_by_role("button", name="Stop").click()
    await page.get_by_role("button", name="Go on without a message").click()
    await line.hears(type="unrecorded")
