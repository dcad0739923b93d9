"""Every way of having no microphone is said in plain words, with another way to get help."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from tests.calls.script import CallerLine
from tests.calls.stage import stage
from tests.journeys.media import CHROMIUM, chromium, person

pytestmark = [pytest.mark.journey, pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium isn't installed")]

FAILING = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('{}', '{}'));"


@pytest.fixture
def line() -> CallerLine:
    return CallerLine()


@pytest.fixture
async def origin(line: CallerLine) -> AsyncIterator[str]:
    async with stage(line.routes(), strict=True) as address:
        yield address


async def press(browser: Browser, origin: str, script: str = "") -> Page:
    """Open the page in a browser that runs `script` first, and press the button."""
    page = await (await person(browser, base_url=origin)).new_page()
    if script:
        await page.add_init_script(script)
    await page.goto("/h/dawn/call")
    await page.get_by_role("button", name="Call now").click()
    return page


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--use-fake-device-for-media-stream", "--deny-permission-prompts"), "told not to use the microphone"),
        (
            ("--disable-audio-input", "--use-fake-ui-for-media-stream"),
            "No microphone was found",
        ),
    ],
    ids=["refused", "missing"],
)
async def test_a_real_refusal_is_explained(origin: str, line: CallerLine, flags: tuple[str, ...], words: str) -> None:
    async with chromium(microphone=flags) as browser:
        page = await press(browser, origin)
        await expect(page.locator("[data-words]")).to_contain_text(words)
        await expect(page.get_by_role("link", name="Ask to be called back")).to_be_visible()
        await page.get_by_role("button", name="Go on without a microphone").click()
        await page.wait_for_url("**/call/1")
        assert line.posted == [("start", b"no")]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (FAILING.format("Permission denied by system", "NotAllowedError"), "This device does not let"),
        (FAILING.format("Could not start audio source", "NotReadableError"), "Another program is using"),
        (FAILING.format("", "UnknownError"), "could not be opened"),
        ("delete globalThis.RTCPeerConnection;", "This browser can't make calls"),
        ("Object.defineProperty(globalThis, 'isSecureContext', { value: false });", "must begin with https"),
    ],
    ids=["system", "busy", "unknown", "unsupported", "insecure"],
)
async def test_every_other_reason_is_explained(browser: Browser, origin: str, script: str, words: str) -> None:
    page = await press(browser, origin, script)
    await expect(page.locator("[data-words]")).to_contain_text(words)
    await expect(page.get_by_role("button", name="Try again")).to_be_visible()
    await page.context.close()
