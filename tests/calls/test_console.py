"""The console: rings for an offer, carries the call in one tab, is honest when the line is lost."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from infra.clock import now
from tests.calls.script import ConsoleLine
from tests.calls.stage import stage
from tests.journeys.media import person

pytestmark = pytest.mark.journey


def at(seconds: float) -> str:
    """A moment so many seconds from now, as the server writes it."""
    return (now() + timedelta(seconds=seconds)).isoformat()


ABOUT = {"call_id": "c1", "line": "Main line", "choices": ["Wages"], "language": "zh-Hans", "calls": 2}
OFFER = {"type": "offer", "offer_id": "o1", **ABOUT, "since": at(-30), "until": at(60)}
CALL = {"type": "call", **ABOUT, "since": at(0), "carrier": None}
QUIET = {
    "type": "snapshot", "duty": "on", "offer": None, "call": None, "wrap_until": None,
    "waiting": [], "on_duty": 2, "colleagues": [{"member_id": "m2", "name": "Mei", "doing": "free"}],
}  # fmt: skip


@pytest.fixture
def line() -> ConsoleLine:
    return ConsoleLine(greeting=[QUIET, {"type": "ice", "servers": [], "relay_only": False}])


@pytest.fixture
async def bob(browser: Browser, line: ConsoleLine) -> AsyncIterator[BrowserContext]:
    async with stage(line.routes(), strict=True) as origin:
        context = await person(browser, base_url=origin)
        yield context
        await context.close()


@pytest.fixture
async def page(bob: BrowserContext, line: ConsoleLine) -> AsyncIterator[Page]:
    page = await bob.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    await page.goto("/o/dawn/console")
    await expect(page.get_by_text("2 on duty")).to_be_visible()
    yield page
    assert not [fault for fault in faults if "WebSocket" not in fault]


async def in_a_call(page: Page, line: ConsoleLine) -> str:
    """Accept the offer; gives the sid under which this tab carries the call."""
    await line.say(**OFFER)
    await page.get_by_role("button", name="Accept").click()
    await line.hears(type="accept", offer_id="o1")
    await line.say(**CALL)
    sid = str((await line.hears(type="hello"))["sid"])
    await line.say(**{**CALL, "carrier": sid})
    line.greeting[0] = {**QUIET, "call": {**CALL, "carrier": sid}}
    return sid


async def test_an_offer_says_who_calls_and_rings(page: Page, line: ConsoleLine) -> None:
    await line.say(**OFFER)
    card = page.locator("#offer")
    await expect(card).to_be_visible()
    for words in ("Main line", "Wages", "Simplified Chinese", "Called 2 times before"):
        await expect(card.get_by_text(words)).to_be_visible()
    assert "Incoming call" in await page.title()
    held = await page.evaluate("navigator.locks.query().then(({ held }) => held.map(({ name }) => name))")
    assert held == ["hark-ring"]
    await line.say(type="offer_gone", offer_id="o1", reason="caller")
    await expect(card).to_be_hidden()
    await expect(page.get_by_text("The caller hung up.")).to_be_visible()
    assert "Incoming call" not in await page.title()
    assert await page.evaluate("navigator.locks.query().then(({ held }) => held.length)") == 0


async def test_a_simulated_caller_is_named_as_one_before_and_during_the_call(page: Page, line: ConsoleLine) -> None:
    await line.say(**OFFER)
    await expect(page.locator("#offer").get_by_text("A simulated caller")).to_be_hidden()
    await line.say(type="offer_gone", offer_id="o1", reason="caller")
    await line.say(**{**OFFER, "offer_id": "o2", "simulated": True})
    await expect(page.locator("#offer").get_by_text("A simulated caller")).to_be_visible()
    await page.get_by_role("button", name="Accept").click()
    await line.hears(type="accept", offer_id="o2")
    await line.say(**{**CALL, "simulated": True})
    await expect(page.locator("#talk").get_by_text("Talking with a simulated caller")).to_be_visible()


async def test_an_offer_rings_in_one_tab_only(page: Page, bob: BrowserContext, line: ConsoleLine) -> None:
    other = await bob.new_page()
    await other.goto("/o/dawn/console")
    await line.opened(2)
    await line.say(**OFFER)
    await expect(page.locator("#offer")).to_be_visible()
    await expect(other.locator("#offer")).to_be_visible()
    locks = await page.evaluate("navigator.locks.query()")
    assert len(locks["held"]) == 1
    assert len(locks["pending"]) == 1


async def test_every_action_has_its_key(page: Page, line: ConsoleLine) -> None:
    await page.keyboard.press("b")
    await line.hears(type="duty", status="break")
    await line.say(type="duty", status="break")
    await expect(page.get_by_label("Break")).to_be_checked()
    await page.keyboard.press("o")
    await line.hears(type="duty", status="on")
    await line.say(type="duty", status="on")
    await line.say(**OFFER)
    await expect(page.locator("#offer")).to_be_visible()
    await page.keyboard.press("d")
    await line.hears(type="decline", offer_id="o1")
    await line.say(type="offer_gone", offer_id="o1", reason="declined")
    await expect(page.locator("#offer")).to_be_hidden()
    await line.say(**OFFER)
    await expect(page.locator("#offer")).to_be_visible()
    await page.keyboard.press("a")
    await line.hears(type="accept")
    await line.say(**CALL)
    await line.hears(type="hello")
    await page.keyboard.press("m")
    await expect(page.get_by_role("button", name="Speak again")).to_be_visible()
    await page.keyboard.press("h")
    await expect(page.get_by_text("Mei")).to_be_visible()
    await page.keyboard.press("e")
    assert "end" not in [message["type"] for message in line.heard], "one stray key ends nothing"
    await page.keyboard.press("e")
    await line.hears(type="end", call_id="c1")
    await line.say(type="call_ended", call_id="c1", reason="operator", wrap_until=at(60))
    await expect(page.get_by_role("button", name="Ready now")).to_be_visible()
    await page.keyboard.press("r")
    await line.hears(type="ready")


async def test_keys_stay_letters_while_somebody_types(page: Page, line: ConsoleLine) -> None:
    await in_a_call(page, line)
    await page.get_by_label("Notes c1").click()
    await page.keyboard.type("ahem, bad debt: me or father")
    await page.keyboard.press("Alt+m")
    await expect(page.get_by_role("button", name="Speak again")).to_be_visible()
    assert await page.get_by_label("Notes c1").input_value() == "ahem, bad debt: me or father"
    assert {message["type"] for message in line.heard} <= {"accept", "hello", "peer"}


async def test_only_one_tab_carries_the_sound(page: Page, bob: BrowserContext, line: ConsoleLine) -> None:
    first = await in_a_call(page, line)
    other = await bob.new_page()
    await other.goto("/o/dawn/console")
    await expect(other.get_by_text("This call is in another tab.")).to_be_visible()
    await other.keyboard.press("t")
    second = str((await line.hears_other(type="hello", sid=first))["sid"])
    await line.say(**{**CALL, "carrier": second})
    await expect(page.get_by_text("This call is in another tab.")).to_be_visible()
    await expect(other.get_by_role("button", name="Mute")).to_be_visible()


async def test_a_reloaded_tab_is_back_in_the_call(page: Page, line: ConsoleLine) -> None:
    first = await in_a_call(page, line)
    await page.reload()
    await line.hears_other(type="hello", sid=first)
    await expect(page.get_by_role("button", name="Mute")).to_be_visible()
    await expect(page.get_by_label("Notes c1")).to_be_visible()


async def test_a_duplicated_tab_leaves_the_sound_where_it_is(page: Page, line: ConsoleLine) -> None:
    await in_a_call(page, line)
    async with page.expect_popup() as opened:
        await page.evaluate("window.open(location.href, '_blank', 'popup')")
    copy = await opened.value
    await expect(copy.get_by_text("This call is in another tab.")).to_be_visible()


async def test_a_lost_line_is_said_and_a_dead_call_is_not_shown_alive(page: Page, line: ConsoleLine) -> None:
    await in_a_call(page, line)
    line.refusing = 1013
    await line.drop()
    await expect(page.get_by_text("The call may still be live.")).to_be_visible()
    await expect(page.get_by_text("Connection lost; the call may still be live")).to_be_visible()
    await expect(page.locator("#talk [data-time]")).to_be_empty()
    line.refusing = 0
    line.greeting[0] = QUIET
    await expect(page.get_by_text("It is quiet.")).to_be_visible(timeout=15_000)
    await expect(page.get_by_text("The call may still be live.")).to_be_hidden()


async def test_an_offer_stops_ringing_when_it_can_no_longer_be_taken(page: Page, line: ConsoleLine) -> None:
    await line.say(**OFFER)
    await expect(page.locator("#offer")).to_be_visible()
    await line.drop()
    await expect(page.locator("#offer")).to_be_hidden()


async def test_a_call_is_handed_to_a_colleague(page: Page, line: ConsoleLine) -> None:
    await in_a_call(page, line)
    await page.keyboard.press("h")
    await page.get_by_role("button", name="Hand over", exact=True).click()
    await line.hears(type="handover", call_id="c1", member_id="m2")
    await line.say(**{**CALL, "handover": {"to": "Mei"}})
    await expect(page.get_by_text("Asking Mei to take over.")).to_be_visible()
    await page.get_by_role("button", name="Keep the call").click()
    await line.hears(type="take_back", call_id="c1")


async def test_after_a_call_there_is_time_to_breathe(page: Page, line: ConsoleLine) -> None:
    await in_a_call(page, line)
    await line.say(type="call_ended", call_id="c1", reason="caller", wrap_until=at(2))
    await expect(page.get_by_text("The caller has hung up.")).to_be_visible()
    await expect(page.get_by_label("Notes c1")).to_be_visible()
    await expect(page.get_by_text("It is quiet.")).to_be_visible(timeout=5000)


async def test_who_waits_is_listed(page: Page, line: ConsoleLine) -> None:
    await expect(page.get_by_text("Nobody is waiting.")).to_be_visible()
    waiting = [{"line": "Night line", "since": at(-75)}]
    await line.say(type="board", waiting=waiting, on_duty=3, colleagues=[])
    await expect(page.locator("[data-waiting]")).to_contain_text("Night line")
    await expect(page.locator("[data-waiting]")).to_contain_text("1:1")
    await expect(page.get_by_text("3 on duty")).to_be_visible()
