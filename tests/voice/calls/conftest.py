"""The telephone as a whole: a real Asterisk, sipp's telephones, and Hark's own exchange between them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlmodel import select

from hark.app import app
from hark.phone import service, turns
from hark.phone.carriers import exchange
from hark.phone.carriers.alone import words_of
from hark.phone.carriers.voices import voices
from hark.switchboard import clock
from hark.switchboard.models import Call
from hark.switchboard.touched import listeners
from infra.carriers.asterisk.trunks import Trunk
from infra.carriers.asterisk.voice import AsteriskVoice
from infra.database import unit_of_work
from infra.scope import tenant_scope
from tests.phone.conftest import Open, answers_on, number_for, open_hotline
from tests.switchboard.conftest import Hotline
from tests.voice import scenarios
from tests.voice.asterisk import Asterisk
from tests.voice.sipp import CARRIER, Sipp

__all__ = ["open_hotline"]
TRUNK = "company"


@dataclass
class Exchange:
    """A connected exchange: who calls, who is rung, and what stands in the rows."""

    asterisk: Asterisk
    voice: AsteriskVoice
    running: asyncio.Task[None]

    async def goes_away(self) -> None:
        """We are gone; the switch is on its own."""
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)

    async def dial(self, number: str, scenario: str = "", **more: Any) -> Sipp:
        """Somebody dials a number of ours over the telephone company."""
        digits = number.removeprefix("+")
        return await Sipp.start(scenario or scenarios.caller(), to=self.asterisk.sip, number=digits, **more)

    async def left(self, variable: str) -> str:
        """What word was left in the switch for the time that we are away."""
        found = await self.asterisk.ari("GET", "/asterisk/variable", variable=variable)
        value: str = found.json()["value"]
        return value

    async def company(self, scenario: str, **more: Any) -> Sipp:
        """The telephone company's side: what it does with the numbers that we ring."""
        return await Sipp.start(scenario, to=self.asterisk.sip, host=CARRIER, port=5060, **more)


async def the_call(hotline: Hotline) -> Call | None:
    """The hotline's newest call."""
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            return (await session.exec(select(Call).order_by(Call.id.desc()))).first()  # type: ignore[attr-defined]


async def until_call(hotline: Hotline, within: float = 25.0, **columns: Any) -> Call:
    """The newest call, once its columns are these."""
    async with asyncio.timeout(within):
        while True:
            call = await the_call(hotline)
            if call and all(getattr(call, name) == value for name, value in columns.items()):
                return call
            await asyncio.sleep(0.03)


async def _trunks(_node: str) -> list[Trunk]:
    return [Trunk(name=TRUNK, host=CARRIER, match=(CARRIER,), check=0)]


@pytest.fixture
async def connected(asterisk: Asterisk) -> AsyncIterator[Exchange]:
    """The exchange, connected to the Asterisk, with the clock ticking."""
    node = replace(exchange.node_of(asterisk.at), trunk=TRUNK)
    voice = AsteriskVoice([node], partial(service.hear, "asterisk"), _trunks, words_of)
    outside = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hark.test")
    for sounds in voice._sounds.values():
        sounds._outside = outside
    voices["asterisk"] = voice
    listeners.append(service.changed)
    service.on_duty.append(exchange._leave_word)
    tasks = [asyncio.create_task(work) for work in (voice.run(), clock.run(), service.listen())]
    async with asyncio.timeout(20):
        while node.name not in voice._switches:
            await asyncio.sleep(0.02)
    yield Exchange(asterisk, voice, tasks[0])
    for channel in await asterisk.channels():
        await asterisk.ari("DELETE", f"/channels/{channel['id']}")
    await asyncio.sleep(0.2)
    await turns.quiet()
    listeners.remove(service.changed)
    service.on_duty.remove(exchange._leave_word)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    del voices["asterisk"]
    await voice.close()


__all__ += ["UUID", "Hotline", "Open", "answers_on", "number_for"]
