"""A record in the browser: saved while it is typed, through broken lines, closed tabs and a second tab."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, Page, expect

from tests.conftest import signed_cookie
from tests.desk.house import House, open_house
from tests.journeys.media import CHROMIUM, chromium

pytestmark = pytest.mark.journey
SUMMARY = "[name=f-summary]"
STATE = "[data-state]"
SAVED = re.compile(r"Saved \d+:\d\d")
Tab = Callable[[str], Awaitable[Page]]


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[Chromium]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium isn't installed (apt install chromium)")
    async with chromium() as one:
        yield one


@pytest.fixture
async def house(ground: None) -> House:
    return await open_house()


async def _signed_in(running: Chromium, server: str, house: House, role: str) -> BrowserContext:
    context = await running.new_context(base_url=f"http://{server}", locale="en")
    name, value = (await signed_cookie(house.accounts[role])).split("=", 1)
    await context.add_cookies([{"name": name, "value": value, "url": f"http://{server}"}])
    return context


@pytest.fixture
async def tab(running: Chromium, server: str, house: House) -> AsyncIterator[Tab]:
    """`await tab("operator")` is a new tab of that person's browser with the record of one call."""
    call = await house.call("operator", ended=False)
    contexts: dict[str, BrowserContext] = {}

    async def make(role: str) -> Page:
        if role not in contexts:
            contexts[role] = await _signed_in(running, server, house, role)
        page = await contexts[role].new_page()
        await page.goto(f"{house.at}/contacts/for-call/{call}")
        return page

    yield make
    for context in contexts.values():
        await context.close()


async def test_what_is_typed_is_saved_without_a_press_and_is_there_after_a_reload(tab: Tab) -> None:
    page = await tab("operator")
    await page.locator(SUMMARY).press_sequentially("She is at her sister's")
    await page.check("[name=f-safe_now][value=yes]")
    await expect(page.locator(STATE)).to_have_text(SAVED)
    await page.reload()
    await expect(page.locator(SUMMARY)).to_have_value("She is at her sister's")
    await expect(page.locator("[name=f-safe_now][value=yes]")).to_be_checked()


async def test_a_field_comes_into_view_when_its_answer_asks_for_it_and_an_answer_can_be_taken_back(tab: Tab) -> None:
    page = await tab("operator")
    await expect(page.locator("[name=f-now_done]")).to_be_hidden()
    await page.check("[name=f-safe_now][value=no]")
    await expect(page.locator("[name=f-now_done]")).to_be_visible()
    await page.click("[data-clear=f-safe_now]")
    await expect(page.locator("[name=f-now_done]")).to_be_hidden()
    await expect(page.locator("[name=f-safe_now][value=no]")).not_to_be_checked()


async def test_a_broken_line_is_said_and_what_was_typed_goes_out_when_it_is_back(tab: Tab) -> None:
    page = await tab("operator")
    await page.context.set_offline(True)
    await page.fill(SUMMARY, "written in a tunnel")
    await expect(page.locator(STATE)).to_have_text("Not saved yet, trying again")
    await page.context.set_offline(False)
    await expect(page.locator(STATE)).to_have_text(SAVED)
    await page.reload()
    await expect(page.locator(SUMMARY)).to_have_value("written in a tunnel")


async def test_a_server_that_fails_for_a_while_loses_nothing(tab: Tab) -> None:
    page = await tab("operator")
    failed = []

    async def fail(route):
        failed.append(route.request.post_data)
        await (route.fulfill(status=502) if len(failed) < 3 else route.continue_())

    await page.route("**/contacts/*", fail)
    await page.fill(SUMMARY, "written while it restarted")
    await expect(page.locator(STATE)).to_have_text(SAVED, timeout=15_000)
    await page.unroute("**/contacts/*")
    await page.reload()
    await expect(page.locator(SUMMARY)).to_have_value("written while it restarted")


async def test_a_tab_closed_in_the_middle_of_a_word_has_saved_it(tab: Tab) -> None:
    page, other = await tab("operator"), await tab("operator")
    await page.bring_to_front()
    await page.fill(SUMMARY, "He is at the do")
    await page.close()
    for _ in range(20):  # the last request outlives its page, but may still be on its way
        await other.reload()
        if await other.input_value(SUMMARY):
            break
    await expect(other.locator(SUMMARY)).to_have_value("He is at the do")


async def test_a_second_tab_shows_what_the_first_has_saved(tab: Tab) -> None:
    first, second = await tab("operator"), await tab("operator")
    await first.fill("[name=f-called]", "Ann")
    await expect(second.locator("[name=f-called]")).to_have_value("Ann")


async def test_two_people_in_one_field_see_both_wordings_and_choose(tab: Tab) -> None:
    mine, theirs = await tab("operator"), await tab("supervisor")
    await mine.context.set_offline(True)
    await mine.fill(SUMMARY, "my words")
    await theirs.fill(SUMMARY, "the supervisor's words")
    await expect(theirs.locator(STATE)).to_have_text(SAVED)
    await mine.context.set_offline(False)
    conflict = mine.locator(".conflict")
    await expect(conflict).to_contain_text("my words", timeout=10_000)
    await expect(conflict).to_contain_text("the supervisor's words")
    await expect(conflict).to_contain_text("Supervisor wrote here")
    await mine.click("[data-keep=both]")
    await expect(mine.locator(STATE)).to_have_text(SAVED)
    await theirs.reload()
    await expect(theirs.locator(SUMMARY)).to_have_value("the supervisor's words\n\nmy words")


async def test_handing_in_says_what_is_missing_in_place_and_keeps_every_word(tab: Tab) -> None:
    page = await tab("operator")
    await page.fill(SUMMARY, "said in one breath")
    await page.click("text=Submit record")
    await expect(page.locator("#f-safe_now-error")).to_be_visible()
    await expect(page.locator(SUMMARY)).to_have_value("said in one breath")
    await page.fill("[name=f-called]", "Ann")
    await expect(page.locator(STATE)).to_have_text(SAVED)


async def test_nothing_of_a_record_stays_on_the_machine(tab: Tab) -> None:
    page = await tab("operator")
    await page.fill(SUMMARY, "for nobody else")
    await expect(page.locator(STATE)).to_have_text(SAVED)
    stored = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert "for nobody else" not in stored
    assert await page.evaluate("indexedDB.databases()") == []
