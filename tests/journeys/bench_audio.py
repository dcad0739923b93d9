"""From the volunteer's click to the caller's voice, direct and relayed; part of `make bench`, not of the suite."""

from statistics import median

from playwright.async_api import Browser

from tests.journeys.conftest import install
from tests.journeys.coturn import Coturn
from tests.journeys.media import first_packet_after
from tests.journeys.people import call, on_duty, register, until_ringing
from tests.services.up import Up

CALLS = 5


async def _click_to_audio(chrome: Browser, up: Up) -> list[float]:
    hotline = await register(chrome, up)
    console = await on_duty(hotline.owner, hotline)
    took = []
    for _ in range(CALLS):
        caller = await call(chrome, hotline)
        await until_ringing(caller, console)
        clicked = float(await console.evaluate("Date.now()"))
        await console.locator("[data-do=accept]").click()
        took.append(await first_packet_after(console, clicked))
        await caller.locator("[data-do=hangup]").click()
        await console.locator("[data-do=ready]").click()
        await caller.close()
    return took


def _say(way: str, took: list[float]) -> None:
    print(f"\nclick to the first sound packet, {way}: {median(took):.0f} ms of {sorted(map(round, took))}")


async def test_click_to_audio_direct(chrome: Browser, up: Up) -> None:
    took = await _click_to_audio(chrome, up)
    _say("direct", took)


async def test_click_to_audio_relayed(chrome: Browser, relay: Coturn) -> None:
    async for up in install(HARK_TURN_URL=relay.url, HARK_TURN_SECRET=relay.secret):
        took = await _click_to_audio(chrome, up)
        _say("relayed", took)
