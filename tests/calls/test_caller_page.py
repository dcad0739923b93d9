"""A caller's page: the microphone at the press of the button, large choices, honest about a lost line."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from tests.calls.script import BASE, CallerLine
from tests.calls.stage import stage
from tests.journeys.media import person

pytestmark = pytest.mark.journey

MENU = {
    "type": "screen", "kind": "menu", "node": "topic", "text": "What is it about?",
    "choices": [{"key": "1", "label": "Wages"}, {"key": "2", "label": "Safety"}],
}  # fmt: skip


@pytest.fixture
def line() -> CallerLine:
    return CallerLine(greeting=[{"type": "ice", "servers": [], "relay_only": False}])


@pytest.fixture
async def origin(line: CallerLine) -> AsyncIterator[str]:
    async with stage(line.routes(), strict=True) as address:
        yield address


@pytest.fixture
async def page(browser: Browser, origin: str) -> AsyncIterator[Page]:
    context = await person(browser, base_url=origin)
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    yield page
    await context.close()
    assert not [fault for fault in faults if "WebSocket" not in fault and "503" not in fault]


async def call(page: Page, line: CallerLine) -> None:
    """Press the button and be in the call."""
    await page.goto("/h/dawn/call")
    await page.get_by_role("button", name="Call now").click()
    await page.wait_for_url(f"**{BASE}")
    await line.opened()


async def test_the_microphone_is_asked_for_when_the_button_is_pressed(page: Page, line: CallerLine) -> None:
    await page.add_init_script(
        "const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);"
        "navigator.mediaDevices.getUserMedia = (wish) => { globalThis.asked = wish; return ask(wish); };"
    )
    await page.goto("/h/dawn/call")
    await expect(page.get_by_role("button", name="Call now")).to_be_visible()
    assert await page.evaluate("globalThis.asked === undefined")
    await call(page, line)
    assert (await page.evaluate("asked"))["audio"]["echoCancellation"]
    assert line.posted == [("start", b"yes")]


async def test_choices_are_pressed_or_typed(page: Page, line: CallerLine) -> None:
    await call(page, line)
    await line.say(**MENU)
    await expect(page.locator("[data-words]")).to_have_text("What is it about?")
    await page.get_by_role("button", name="Wages").click()
    await line.hears(type="key", key="1")
    await line.say(**{**MENU, "text": "And since when?"})
    await expect(page.locator("[data-words]")).to_have_text("And since when?")
    await page.keyboard.press("2")
    await line.hears(type="key", key="2")


async def test_a_place_in_the_queue_is_told(page: Page, line: CallerLine) -> None:
    await call(page, line)
    await line.say(type="screen", kind="queue", text="Everybody is in a call.", position=3,
                   choices=[{"key": "9", "label": "Call me back instead"}])  # fmt: skip
    await expect(page.locator("[data-place]")).to_have_text("2 people are before you.")
    await line.say(type="screen", kind="queue", text="Everybody is in a call.", position=1, choices=[])
    await expect(page.locator("[data-place]")).to_have_text("You are next.")
    await expect(page.get_by_role("button", name="Call me back instead")).to_have_count(0)


async def test_a_lost_line_is_said_and_comes_back(page: Page, line: CallerLine) -> None:
    await call(page, line)
    await line.say(**MENU)
    await expect(page.get_by_role("button", name="Safety")).to_be_visible()
    line.greeting.append(MENU)
    await line.drop()
    await expect(page.get_by_text("The connection is lost")).to_be_visible()
    await expect(page.get_by_text("The connection is lost")).to_be_hidden(timeout=10_000)
    await page.get_by_role("button", name="Safety").click()
    await line.hears(type="key", key="2")


async def test_a_reload_is_no_hang_up(page: Page, line: CallerLine) -> None:
    await call(page, line)
    line.greeting.append(MENU)
    await page.reload()
    await line.hears(type="posted", what="bye")
    assert ("bye", b"leaving=yes") in line.posted
    await expect(page.get_by_role("button", name="Safety")).to_be_visible()
    assert "/call/1" in page.url


async def test_hanging_up_is_one_press(page: Page, line: CallerLine) -> None:
    await call(page, line)
    await line.say(type="screen", kind="ringing", text="")
    await page.get_by_role("button", name="Hang up").click()
    await line.hears(type="bye", leaving=False)
    await expect(page.get_by_text("You have hung up.")).to_be_visible()
    await expect(page.get_by_role("link", name="Call again")).to_be_visible()


async def test_leaving_in_a_hurry_ends_the_call(page: Page, line: CallerLine) -> None:
    await call(page, line)
    await line.say(type="screen", kind="ringing", text="")
    await page.route("https://www.bbc.com/**", lambda route: route.fulfill(body="weather"))
    await page.get_by_role("link", name="Leave now").click()
    await line.hears(type="posted", what="bye")
    assert ("bye", b"leaving=no") in line.posted


async def test_a_call_that_is_over_says_so(page: Page, line: CallerLine) -> None:
    line.refusing = 4404
    await page.goto(BASE)
    await expect(page.get_by_text("This call is over.")).to_be_visible()


async def test_a_call_back_is_asked_for_on_the_callers_conditions(page: Page, line: CallerLine) -> None:
    await call(page, line)
    await line.say(type="screen", kind="callback", text="We can call you back.", ask=["window", "wording"])
    await page.get_by_label("How can we reach you?").fill("555 0199")
    await page.get_by_label("Tuesday").check()
    await page.get_by_label("from").fill("14:00")
    await page.get_by_label("until").fill("16:00")
    await expect(page.get_by_label("You may leave a message")).to_be_hidden()
    line.greeting.append({"type": "screen", "kind": "say", "text": "Noted."})
    await page.get_by_role("button", name="Ask for this call").click()
    await expect(page.get_by_text("Noted.")).to_be_visible()
    sent = dict(line.posted)["callback"].decode()
    assert "days=tue" in sent
    assert "from=14%3A00" in sent
    assert "bye" not in dict(line.posted), "sending the form is no leaving"
