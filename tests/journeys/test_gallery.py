"""Every page, looked at: axe finds nothing, nothing overflows, and people are left a picture of each where they ask."""

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, Response

from tests.journeys.media import person
from tests.journeys.people import answered, call, on_duty, register
from tests.services.up import Up

pytestmark = pytest.mark.journey
AXE = Path("node_modules/axe-core/axe.min.js")
WIDTHS = {1280: 900, 360: 740}
LANGUAGES = {"en": "en-GB", "zh-Hans": "zh-CN"}
NOWHERE = "/nothing-here"
OPEN = ("/", "/sign-in", "/sign-up", "/outbox", "/phone", NOWHERE)
LINE = ("", "/call", "/books")
DESK = (
    "", "/console", "/contacts", "/cases", "/roster", "/roster/hours", "/flow", "/people", "/audit", "/voicemails",
    "/callbacks", "/callers", "/recordings", "/settings/lines", "/settings", "/settings/profile", "/settings/close",
    "/review", "/settings/numbers", "/settings/numbers/search?kind=local", "/settings/numbers/trunks/new",
    "/settings/numbers/moves", "/live", "/settings/outside", "/me/devices", "/money", "/money/giving", "/money/account",
    "/money/books", "/money/receipts", "/money/gifts", "/money/donors", "/money/payouts",
)  # fmt: skip


RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules that see a difference between light and dark; no other is asked twice."""
SCHEMES: dict[Literal["light", "dark"], list[str]] = {"light": RULES, "dark": COLOURS}


async def _axe(page: Page, only: list[str]) -> list[str]:
    found = await page.evaluate("only => axe.run(document, {runOnly: only})", only)
    return [f"{each['id']} {each['nodes'][0]['target']}: {each['help']}" for each in found["violations"]]


async def _look(page: Page, name: str, pictures: Path | None) -> list[str]:
    """What is wrong with a page in light and dark: axe's findings, and whether it is wider than its window."""
    wrong = []
    await page.evaluate(AXE.read_text())
    for scheme, rules in SCHEMES.items():
        await page.emulate_media(color_scheme=scheme)
        if pictures:
            await page.screenshot(path=str(pictures / f"{name}.{scheme}.png"), full_page=True)
        wrong += [f"{name}.{scheme}: {each}" for each in await _axe(page, rules)]
    wide = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [*wrong, f"{name}: wider than the window"] if wide else wrong


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.timeout(400)
async def test_every_page_passes_axe_and_fits_its_window(
    chrome: Browser, up: Up, pictures: Path | None, tag: str
) -> None:
    hotline = await register(chrome, up, "violence", f"Quiet line {tag}")
    console = await on_duty(hotline.owner, hotline)
    caller = await call(chrome, hotline)
    await answered(caller, console)
    await console.locator("#record textarea:visible").first.fill("A few words.")
    await caller.locator("[data-do=hangup]").click()
    state = await hotline.owner.storage_state()
    state["cookies"] = [cookie for cookie in state["cookies"] if cookie["name"] != "lang"]
    context = await person(chrome, storage_state=state, locale=LANGUAGES[tag])
    page = await context.new_page()
    wrong: list[str] = []
    for place in (
        *OPEN,
        *(f"/h/{hotline.slug}{path}" for path in LINE),
        *(f"/o/{hotline.slug}{path}" for path in DESK),
    ):
        answer = await page.goto(up.url + place)
        assert answer is not None
        assert answer.status == (404 if place == NOWHERE else 200), place
        assert await page.locator("html").get_attribute("lang") == tag
        name = re.sub(r"[^a-z0-9]+", "-", place.replace(hotline.slug, "line").lower()).strip("-") or "landing"
        for width, height in WIDTHS.items():
            await page.set_viewport_size({"width": width, "height": height})
            wrong += await _look(page, f"{name}.{width}.{tag}", pictures)
    await context.close()
    assert not wrong, "\n".join(wrong)


async def test_a_callers_page_is_small_and_asks_nobody_else(chrome: Browser, up: Up) -> None:
    hotline = await register(chrome, up)
    context = await person(chrome)
    page = await context.new_page()
    asked: list[str] = []
    answers: list[Response] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - Playwright marks what it is given
    for path in (hotline.public, f"{hotline.public}/call"):
        answers.clear()
        await page.goto(path, wait_until="networkidle")
        size = sum([len(await answer.body()) for answer in answers if answer.status == 200])
        assert size < 100_000, f"{path} weighs {size}"
    assert all(url.startswith(up.url) for url in asked), asked
