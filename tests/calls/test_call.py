"""A whole call over the real pages, caller and console, with the switchboard played by the test."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Page, expect

from tests.calls.script import CallerLine, ConsoleLine, exchange
from tests.calls.stage import stage
from tests.calls.test_caller_page import call
from tests.calls.test_console import CALL, OFFER, QUIET, at
from tests.journeys.coturn import PROGRAM, coturn
from tests.journeys.media import first_packet_after, heard_both_ways, person

pytestmark = pytest.mark.journey
Measured = Callable[[str, object], None]

CLOCK = (
    "addEventListener('click', ({ target }) => {"
    " if (target.closest('[data-do=accept]')) globalThis.acceptedAt = Date.now(); }, true);"
)


@dataclass
class Scene:
    """Both ends, their pages and the lines to them."""

    caller: Page
    console: Page
    to_caller: CallerLine
    to_console: ConsoleLine

    async def connect(self, ice: dict[str, object]) -> None:
        """From the call button to both sides talking."""
        self.to_caller.greeting = [ice]
        self.to_console.greeting = [QUIET, ice]
        await call(self.caller, self.to_caller)
        await self.console.goto("/o/dawn/console")
        await self.to_console.opened()
        await self.to_console.say(**OFFER)
        await self.console.get_by_role("button", name="Accept").click()
        await self.to_console.hears(type="accept")
        talking = {"type": "screen", "kind": "talking", "text": "", "since": at(0)}
        self.to_caller.greeting.append(talking)
        await asyncio.gather(self.to_console.say(**CALL), self.to_caller.say(**talking))
        sid = (await self.to_console.hears(type="hello"))["sid"]
        await self.carried(sid)

    async def carried(self, sid: str) -> None:
        """Tell every tab which one carries the sound."""
        live = {**CALL, "carrier": sid}
        self.to_console.greeting[0] = {**QUIET, "call": live}
        await self.to_console.say(**live)


DIRECT: dict[str, object] = {"type": "ice", "servers": [], "relay_only": False}


@pytest.fixture
async def scene(browser: Browser) -> AsyncIterator[Scene]:
    to_caller, to_console = CallerLine(), ConsoleLine()
    exchange(to_caller, to_console)
    async with stage([*to_caller.routes(), *to_console.routes()], strict=True) as origin:
        people = [await person(browser, base_url=origin) for _ in range(2)]
        await people[1].add_init_script(CLOCK)
        yield Scene(await people[0].new_page(), await people[1].new_page(), to_caller, to_console)
        for each in people:
            await each.close()


async def test_both_hear_each_other_soon_after_the_click(scene: Scene, record_property: Measured) -> None:
    await scene.connect(DIRECT)
    accepted = await scene.console.evaluate("acceptedAt")
    waits = [await first_packet_after(page, accepted) for page in (scene.caller, scene.console)]
    record_property("accept_to_sound_direct_ms", waits)
    await heard_both_ways(scene.caller, scene.console)
    await expect(scene.console.get_by_text("You hear each other", exact=True)).to_be_visible()
    await expect(scene.caller.get_by_text("You can hear each other")).to_be_visible()


@pytest.mark.skipif(PROGRAM is None, reason="coturn isn't installed (apt install coturn)")
async def test_everything_goes_through_the_relay_when_told_so(scene: Scene, record_property: Measured) -> None:
    async with coturn() as relay:
        await scene.connect({"type": "ice", "servers": relay.ice_servers(), "relay_only": True})
        accepted = await scene.console.evaluate("acceptedAt")
        waits = [await first_packet_after(page, accepted) for page in (scene.caller, scene.console)]
        record_property("accept_to_sound_relayed_ms", waits)
        assert all(sound.relayed for sound in await heard_both_ways(scene.caller, scene.console))


async def test_a_reloaded_console_hears_the_caller_again(scene: Scene) -> None:
    await scene.connect(DIRECT)
    await heard_both_ways(scene.caller, scene.console)
    await scene.console.reload()
    await heard_both_ways(scene.caller, scene.console)


async def test_a_reloaded_caller_hears_the_volunteer_again(scene: Scene) -> None:
    await scene.connect(DIRECT)
    await heard_both_ways(scene.caller, scene.console)
    await scene.caller.reload()
    await heard_both_ways(scene.caller, scene.console)


async def test_the_sound_moves_to_the_tab_that_takes_it(scene: Scene) -> None:
    await scene.connect(DIRECT)
    await heard_both_ways(scene.caller, scene.console)
    first = (await scene.to_console.hears(type="hello"))["sid"]
    other = await scene.console.context.new_page()
    await other.goto("/o/dawn/console")
    await other.get_by_role("button", name="Take the call here").click()
    await scene.carried((await scene.to_console.hears_other("hello", first))["sid"])
    await heard_both_ways(scene.caller, other)
    assert await scene.console.evaluate("ears.live() === undefined"), "the first tab let go"


async def test_a_lost_socket_is_no_lost_call(scene: Scene) -> None:
    await scene.connect(DIRECT)
    await heard_both_ways(scene.caller, scene.console)
    scene.to_console.refusing = 1013
    await scene.to_console.drop()
    await expect(scene.console.get_by_text("You hear each other, but the connection to Hark is lost")).to_be_visible()
    await heard_both_ways(scene.caller, scene.console)
    scene.to_console.refusing = 0
    await expect(scene.console.get_by_text("You hear each other", exact=True)).to_be_visible(timeout=15_000)


async def test_a_caller_who_is_gone_is_not_shown_as_alive(scene: Scene) -> None:
    await scene.connect(DIRECT)
    await heard_both_ways(scene.caller, scene.console)
    await scene.caller.goto("about:blank")
    await expect(scene.console.get_by_text("The sound is interrupted and is being restored")).to_be_visible(
        timeout=3000
    )
    await expect(scene.console.locator("#talk [data-time][data-since]")).to_have_count(0)
