"""Every state of the caller's page and the console passes axe and fits 320 pixels."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.calls.script import CallerLine, ConsoleLine
from tests.calls.stage import ROOT, stage
from tests.calls.test_caller_page import call
from tests.calls.test_console import CALL, OFFER, QUIET, at
from tests.journeys.media import person

pytestmark = pytest.mark.journey
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text() if Path(ROOT, "node_modules").exists() else ""

SCREENS: list[dict[str, Any]] = [
    {"kind": "say", "text": "We are people who work, like you.", "links": [{"label": "Rights", "url": "/rights"}]},
    {"kind": "menu", "text": "About what?", "choices": [{"key": "1", "label": "Wages"}]},
    {"kind": "queue", "text": "Wait a little.", "position": 2, "choices": [{"key": "9", "label": "Call back"}]},
    {"kind": "ringing", "text": ""},
    {"kind": "talking", "text": "", "since": at(-60)},
    {"kind": "voicemail", "text": "Leave a message.", "seconds": 60},
    {"kind": "callback", "text": "When?", "ask": ["window", "wording", "voicemail_ok", "email_ok"]},
    {"kind": "ended", "text": "Goodbye."},
]
THERE = {"sound": "sip", "held": True, "beside": {"name": "Mei", "outside": False, "there": True, "blind": False}}
OFFICE = {"id": "d1", "name": "Legal office", "note": "Weekdays until five, and on Saturdays in the morning"}
NEWS: list[dict[str, Any]] = [
    {"type": "duty", "status": "off"},
    OFFER,
    CALL,
    {**CALL, "handover": {"to": "Mei"}},
    {**CALL, "carrier": "elsewhere"},
    {**CALL, **THERE, "supervisors": [{"name": "Sam", "how": "listen"}]},
    {**CALL, "sound": "sip", "failed": {"name": "Legal office", "reason": "busy"}, "destinations": [OFFICE]},
    {**CALL, "sound": "sip", "part": "supervise", "how": "whisper", "has": {"member_id": "m2", "name": "Mei"}},
    {"type": "call_ended", "call_id": "c1", "reason": "caller", "wrap_until": at(600)},
]


async def fits(page: Page) -> None:
    """No rule of WCAG 2.2 AA that axe knows is broken, and nothing is wider than the screen."""
    found = await page.evaluate(
        AXE + "; axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })"
    )
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]] == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_callers_page_is_for_everybody(browser: Browser, scheme: Any) -> None:
    line = CallerLine()
    async with stage(line.routes(), strict=True) as origin:
        context = await person(browser, base_url=origin, color_scheme=scheme, viewport={"width": 320, "height": 700})
        page = await context.new_page()
        await page.goto("/h/dawn/call")
        await fits(page)
        await call(page, line)
        for screen in SCREENS:
            await line.say(type="screen", **screen)
            await page.wait_for_selector(f"#call[data-kind={screen['kind']}]")
            await fits(page)
        await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_console_is_for_everybody(browser: Browser, scheme: Any) -> None:
    line = ConsoleLine(greeting=[QUIET])
    async with stage(line.routes(), strict=True) as origin:
        context = await person(browser, base_url=origin, color_scheme=scheme, viewport={"width": 320, "height": 700})
        page = await context.new_page()
        await page.goto("/o/dawn/console")
        await line.opened()
        await fits(page)
        for message in NEWS:
            await line.say(**message)
            await page.wait_for_timeout(150)
            await fits(page)
        await context.close()
