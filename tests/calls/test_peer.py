"""Two browsers hear each other: directly, through a relay, after a reload, after a lost network."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from playwright.async_api import Browser, Page

from tests.calls.pair import Pair, pair
from tests.calls.stage import stage
from tests.journeys.coturn import PROGRAM, Coturn, coturn
from tests.journeys.media import first_packet_after, heard_both_ways, listen

Measured = Callable[[str, object], None]
pytestmark = pytest.mark.journey
needs_coturn = pytest.mark.skipif(PROGRAM is None, reason="coturn isn't installed (apt install coturn)")


@pytest.fixture
async def origin() -> AsyncIterator[str]:
    async with stage() as address:
        yield address


@pytest.fixture
async def relay() -> AsyncIterator[Coturn]:
    async with coturn() as running:
        yield running


@pytest.fixture
async def direct(browser: Browser, origin: str) -> AsyncIterator[Pair]:
    both = await pair(browser, origin)
    yield both
    await asyncio.gather(both.caller.context.close(), both.operator.context.close())


@pytest.fixture
async def relayed(browser: Browser, origin: str, relay: Coturn) -> AsyncIterator[Pair]:
    both = await pair(browser, origin, iceServers=relay.ice_servers(), relayOnly=True)
    yield both
    await asyncio.gather(both.caller.context.close(), both.operator.context.close())


async def until(page: Page, state: str, within: float = 15) -> None:
    """Wait for the side's own word about the call."""
    await page.wait_for_function("(state) => peer.state === state", arg=state, timeout=within * 1000)


async def test_both_sides_hear_each_other_directly(direct: Pair) -> None:
    await direct.begin()
    await heard_both_ways(direct.caller, direct.operator)


async def test_sound_starts_within_a_second_of_the_click(direct: Pair, record_property: Measured) -> None:
    await direct.caller.click("#begin")
    await direct.operator.click("#begin")
    clicked = await direct.operator.evaluate("clickedAt")
    waits = [await first_packet_after(page, clicked) for page in (direct.caller, direct.operator)]
    record_property("click_to_sound_direct_ms", waits)
    assert max(waits) < 1000


@needs_coturn
async def test_relay_only_sends_every_packet_through_the_relay(relayed: Pair, record_property: Measured) -> None:
    await relayed.caller.click("#begin")
    await relayed.operator.click("#begin")
    clicked = await relayed.operator.evaluate("clickedAt")
    waits = [await first_packet_after(page, clicked) for page in (relayed.caller, relayed.operator)]
    record_property("click_to_sound_relayed_ms", waits)
    sounds = await heard_both_ways(relayed.caller, relayed.operator)
    assert all(sound.relayed for sound in sounds)


@needs_coturn
async def test_relay_only_tells_neither_side_the_others_address(relayed: Pair) -> None:
    await relayed.begin()
    await heard_both_ways(relayed.caller, relayed.operator)
    candidates = [
        message["payload"]["candidate"]["candidate"]
        for _, message in relayed.said
        if message["type"] == "peer" and "candidate" in message["payload"]
    ]
    assert candidates
    assert all(" typ relay " in line and " raddr 0.0.0.0 " in line for line in candidates)


@pytest.mark.parametrize("side", ["caller", "operator"])
async def test_a_reloaded_side_is_back_in_the_call(direct: Pair, side: str) -> None:
    await direct.begin()
    await heard_both_ways(direct.caller, direct.operator)
    await direct.reload(getattr(direct, side))
    await heard_both_ways(direct.caller, direct.operator)


async def test_a_side_that_vanished_without_a_word_may_come_back(direct: Pair) -> None:
    await direct.begin()
    await heard_both_ways(direct.caller, direct.operator)
    direct.lost = True
    await direct.operator.reload()
    direct.lost = False
    await direct.operator.click("#begin")
    await heard_both_ways(direct.caller, direct.operator)


async def test_sound_goes_on_while_the_signalling_is_gone(direct: Pair) -> None:
    await direct.begin()
    await heard_both_ways(direct.caller, direct.operator)
    direct.lost = True
    await heard_both_ways(direct.caller, direct.operator)
    before = await direct.caller.evaluate("states.length")
    await direct.regain()
    await heard_both_ways(direct.caller, direct.operator)
    assert await direct.caller.evaluate("states.length") == before, "the call was whole, nothing was to be mended"


async def test_an_offer_lost_with_the_signalling_is_made_again(direct: Pair) -> None:
    direct.lost = True
    await direct.begin()
    await asyncio.sleep(0.5)
    await direct.regain()
    await heard_both_ways(direct.caller, direct.operator)


@needs_coturn
async def test_a_call_survives_a_killed_relay(relayed: Pair, relay: Coturn) -> None:
    await relayed.begin()
    await heard_both_ways(relayed.caller, relayed.operator)
    await relay.stop()
    await until(relayed.operator, "interrupted")
    await relay.start()
    await heard_both_ways(relayed.caller, relayed.operator, within=30)
    offers = [m["payload"]["turn"] for role, m in relayed.said if role == "caller" and "turn" in m.get("payload", {})]
    assert len(offers) > 1, "it came back by another offer"


async def test_a_muted_side_is_not_heard(direct: Pair) -> None:
    await direct.begin()
    await heard_both_ways(direct.caller, direct.operator)
    await direct.caller.evaluate("peer.mute(true)")
    for _ in range(6):  # what was said before is still on its way, on a busy machine for a while
        if (sound := await listen(direct.operator)).level < 0.0005:
            break
    assert sound.level < 0.0005
    assert sound.packets_in > 10
    await direct.caller.evaluate("peer.mute(false)")
    await heard_both_ways(direct.caller, direct.operator)


async def test_who_leaves_is_missed_at_once(direct: Pair) -> None:
    await direct.begin()
    await heard_both_ways(direct.caller, direct.operator)
    await direct.caller.evaluate("peer.close()")
    await until(direct.operator, "interrupted", within=2)


async def test_statistics_tell_how_the_line_is(direct: Pair) -> None:
    await direct.begin()
    await heard_both_ways(direct.caller, direct.operator)
    await direct.caller.evaluate("peer.stats()")
    await asyncio.sleep(1)
    stats = await direct.caller.evaluate("peer.stats()")
    assert stats["packetsReceived"] > 50
    assert stats["energyIn"] > 0
    assert stats["route"] is not None
    assert stats["quality"] == "good"
