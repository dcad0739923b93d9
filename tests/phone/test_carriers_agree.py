"""The same flow, the same people, the same moves: every carrier leads to the same decisions."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlmodel import select

from hark.phone import service, turns
from hark.phone.carriers import webhooks
from hark.phone.carriers.voices import voices
from hark.phone.directing.words import position, spoken
from hark.phone.sounds.audio import audio_url
from hark.switchboard.models import Call, Duty, Voicemail
from hark.switchboard.touched import listeners
from infra import clock
from infra.carriers.asterisk.voice import AsteriskVoice
from infra.carriers.protocol import Resync, Signal
from infra.carriers.twiml.voice import Twiml
from infra.database import unit_of_work
from infra.scope import current_tenant, tenant_scope
from infra.settings import settings as of_hark
from infra.speech import speaking
from infra.speech.wav import write
from tenants.flows.document import parse
from tenants.flows.models import FlowVersion
from tenants.prompts import service as prompts
from tenants.prompts.heard import heard
from tenants.prompts.service import audio_for
from tests.carriers.asterisk.fake_ari import FakeAri
from tests.carriers.twiml.conftest import our_side, serve
from tests.phone.agreeing.clouded import OnTwiml, SlowVendor
from tests.phone.agreeing.driver import Driver
from tests.phone.agreeing.evening import Decisions, Evening, Hands, differences
from tests.phone.agreeing.flows import flows
from tests.phone.agreeing.paper import OnPaper, SlowPaper
from tests.phone.agreeing.switched import OnAsterisk
from tests.phone.conftest import Open, answers_on, number_for
from tests.switchboard.conftest import RING, Hotline

MOBILES = {"ann": "+447400123451", "ben": "+447400123452"}
MOVES = st.lists(st.integers(0, 999), min_size=2, max_size=12)
"""Each chooses one of the moves that can be made at that moment."""
EXAMPLES = int(os.environ.get("HARK_TEST_AGREEING", "15"))
SILENCE = {
    "version": 1, "start": "tape", "languages": ["en"], "promise_seconds": 900,
    "nodes": {
        "tape": {
            "type": "voicemail", "text": {"en": "Leave a message"}, "max_seconds": 60, "next": "bye",
            "unavailable": "sorry",
        },
        "bye": {"type": "hangup", "text": {"en": "Thank you"}},
        "sorry": {"type": "hangup", "text": {"en": "Call again"}, "outcome": "message"},
    },
}  # fmt: skip
PHASES = (Phase.reuse, Phase.generate)
"""Three carriers are too slow for a failure to be made smaller; it is small enough to be read."""


@pytest.fixture
async def drivers(ground: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[Driver]]:
    """The three carriers, connected side by side to one telephone."""
    async with AsyncExitStack() as stack:
        paper = SlowPaper()
        monkeypatch.setitem(voices, paper.name, paper)
        switched = await _switched(stack, monkeypatch)
        clouded = await _clouded(stack, monkeypatch)
        listeners.append(service.changed)
        stack.callback(listeners.remove, service.changed)
        yield [OnPaper(paper), switched, clouded]
        await turns.quiet()


async def _switched(stack: AsyncExitStack, monkeypatch: pytest.MonkeyPatch) -> OnAsterisk:
    fake = await stack.enter_async_context(FakeAri().running())
    there = asyncio.Event()

    async def hear(node: str, signals: Sequence[Signal]) -> None:
        await service.hear("asterisk", node, signals)
        if any(isinstance(signal, Resync) for signal in signals):
            there.set()

    voice = AsteriskVoice([fake.node(trunk="main")], hear)
    monkeypatch.setitem(voices, "asterisk", voice)
    running = asyncio.create_task(voice.run())

    async def close() -> None:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await voice.close()

    stack.push_async_callback(close)
    await there.wait()
    return OnAsterisk(fake, voice, {})


async def _clouded(stack: AsyncExitStack, monkeypatch: pytest.MonkeyPatch) -> OnTwiml:
    world = httpx.AsyncClient(transport=httpx.ASGITransport(our_side(), raise_app_exceptions=False))
    vendor = SlowVendor("twilio", world)
    server, task = await serve(vendor)
    monkeypatch.setattr(of_hark(), "twiml", (vendor.account,))
    voice = Twiml(partial(service.hear, webhooks.CARRIER), partial(service.doing, webhooks.CARRIER))
    monkeypatch.setitem(voices, webhooks.CARRIER, voice)

    async def quiet() -> None:
        await turns.quiet()
        await voice.idle()
        await turns.quiet()

    async def close() -> None:
        await vendor.settle()
        await voice.close()
        server.should_exit = True
        await task
        await world.aclose()

    vendor.quiet = quiet
    stack.push_async_callback(close)
    return OnTwiml(vendor, voice)


@pytest.fixture(autouse=True)
def a_voice_that_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said here is told by its address; making it sound like speech would take most of the test's time."""

    async def silence(_text: str, language: str) -> tuple[bytes, tuple[str, str]]:
        return write(bytes(1600)), next(speaking.voices(language))

    monkeypatch.setattr(prompts, "spoken", silence)


async def opened(open_hotline: Open, document: dict[str, Any], there: int) -> tuple[Hotline, str]:
    """A hotline with this flow and a number, and so many of its volunteers on duty with their mobiles."""
    hotline = await open_hotline(RING, *MOBILES)
    number = await number_for(hotline)
    names = list(MOBILES)[:there]
    async with unit_of_work() as session:
        await session.execute(update(FlowVersion).values(document=document))
    await hotline.on_duty(*names)
    for name in names:
        await answers_on(hotline, name, "mobile", MOBILES[name])
    async with unit_of_work() as session:
        await session.execute(update(Duty).values(seen_until=clock.now() + timedelta(hours=9)))
    return hotline, number


async def sounds(document: dict[str, Any]) -> dict[str, str]:
    """All that may be said to anybody, by the address of its sound."""
    flow = parse(document)
    pieces = [piece for node in flow.nodes.values() for piece in heard(flow, node, "en")]
    pieces += [(prompt.text, prompt.language) for prompt in (*spoken("en").values(), *position(1, "en"))]
    found = {}
    async with unit_of_work() as session:
        for text, language in pieces:
            found[audio_url(current_tenant(), (await audio_for(session, text, language)).key)] = text
    return found


async def played(
    open_hotline: Open, driver: Driver, document: dict[str, Any], there: int, moves: list[int]
) -> Decisions:
    """What was decided in one call of these moves on this carrier."""
    with pytest.MonkeyPatch.context() as patched:
        hands = Hands(clock.now())
        patched.setattr(clock, "_read", hands)
        hotline, number = await opened(open_hotline, document, there)
        if isinstance(driver, OnAsterisk):
            driver.words |= await sounds(document)
        return await Evening(driver, hotline, number, MOBILES, hands).play(moves)


@given(document=flows(), there=st.integers(0, 2), moves=MOVES)
@settings(phases=PHASES, max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
async def test_every_carrier_leads_to_the_same_decisions(
    open_hotline: Open, drivers: list[Driver], document: dict[str, Any], there: int, moves: list[int]
) -> None:
    paper, *others = [await played(open_hotline, driver, document, there, moves) for driver in drivers]
    for driver, found in zip(drivers[1:], others, strict=True):
        disagreed = "\n".join(differences(paper, found))
        assert not disagreed, f"{driver.name}:\n{disagreed}"


async def test_whoever_hangs_up_without_a_word_left_no_message(open_hotline: Open, drivers: list[Driver]) -> None:
    for driver in drivers:
        hotline, number = await opened(open_hotline, SILENCE, 0)
        if isinstance(driver, OnAsterisk):
            driver.words |= await sounds(SILENCE)
        key = await driver.dial(number)
        assert driver.seen(key).tape, driver.name
        await driver.leave_in_silence(key)
        with tenant_scope(hotline.tenant):
            async with unit_of_work() as session:
                [call] = await session.exec(select(Call))
                assert (call.phase, call.outcome) == ("ended", "abandoned"), driver.name
                assert not (await session.exec(select(Voicemail))).all(), driver.name
