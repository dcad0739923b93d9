"""A telephone company that is played, a real Asterisk with an entrance, and the SIP between them."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from functools import partial

import pytest

from hark.phone import service, turns
from hark.phone.carriers import exchange
from hark.phone.carriers.voices import voices
from infra.carriers.asterisk.voice import AsteriskVoice
from infra.services.throwaway import Throwaway
from infra.services.voice.accounts import allow
from infra.services.voice.instance import Database
from infra.settings import settings
from tests.carriers.twiml.fake.following import FakeCall
from tests.carriers.twiml.fake.vendor import FakeVendor
from tests.phone.cloud.conftest import vendor
from tests.phone.conftest import Open, open_hotline
from tests.voice import scenarios
from tests.voice.asterisk import Asterisk, running
from tests.voice.sipp import Sipp, address

__all__ = ["Open", "open_hotline", "vendor"]
COMPANY = address(9)
"""Where the company's SIP comes from: no trunk of ours."""


@pytest.fixture(scope="module")
async def switch(services: Throwaway, ground: None) -> AsyncIterator[Asterisk]:
    """An Asterisk with an entrance."""
    database = Database(host=str(services.services.home.sockets))
    await allow(database)
    async with running(name="entrance", database=database, entrance=True, public_address="127.0.0.1") as started:
        yield started


@dataclass
class Way:
    """The company's SIP to our switch: every call that it has brought there, by its name at the company."""

    vendor: FakeVendor
    asterisk: Asterisk
    brought: dict[str, Sipp] = field(default_factory=dict)
    bringing: list[asyncio.Task[None]] = field(default_factory=list)

    def reached(self, call: FakeCall) -> None:
        """Ring the address of a call, and let the company go on as it is answered or refused."""
        self.bringing.append(asyncio.create_task(self._bring(call)))

    async def _bring(self, call: FakeCall) -> None:
        name, _, _ = call.to.removeprefix("sip:").partition("@")
        phone = await self.dial(name)
        self.brought[call.sid] = phone
        final = asyncio.create_task(phone.until("SIP/2.0 2", "SIP/2.0 4", "SIP/2.0 5", "SIP/2.0 6", within=40))
        while not final.done():
            await asyncio.wait([final], timeout=0.05)
            if not call.living and any(message.startswith("SIP/2.0 1") for message in phone.messages()):
                final.cancel()
                await self.give_up(phone)
                return
        said = final.result()
        if said.startswith("SIP/2.0 2"):
            await self.vendor.pick_up(call)
        else:
            status = "busy" if said.startswith("SIP/2.0 486") else "failed"
            call.answered_with = said.split()[1]
            await self.vendor.over(call, status)

    async def give_up(self, phone: Sipp) -> None:
        """Say CANCEL to what rings (RFC 3261, section 9.1)."""
        invite = phone.messages()[0]
        kept = [line for line in invite.splitlines() if line.startswith(("Via:", "From:", "To:", "Call-ID:"))]
        target = invite.split()[1]
        lines = (f"CANCEL {target} SIP/2.0", *kept, "CSeq: 1 CANCEL", "Max-Forwards: 70", "Content-Length: 0", "", "")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as net:
            for _ in range(20):
                net.sendto("\r\n".join(lines).encode(), phone.to)
                await asyncio.sleep(0.3)
                if any(message.startswith("SIP/2.0 487") for message in phone.messages()):
                    return

    async def dial(self, name: str, scenario: str = "") -> Sipp:
        """Dial this at the entrance, from where nobody of ours is."""
        return await Sipp.start(scenario or scenarios.caller(), to=self.asterisk.sip, number=name, host=COMPANY)


@pytest.fixture
async def way(switch: Asterisk, vendor: FakeVendor, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Way]:
    """The company reaches the switch, which the exchange is connected to."""
    at = switch.at
    url = at.ari.replace("http://", f"http://{at.user}:{at.password}@")
    monkeypatch.setattr(settings(), "asterisk", f"{url}?app={at.app}&name={at.name}&entrance={at.entrance}")
    node = replace(exchange.node_of(at), name=at.name)
    voice = AsteriskVoice([node], partial(service.hear, "asterisk"))
    voices["asterisk"] = voice
    running = asyncio.create_task(voice.run())
    async with asyncio.timeout(20):
        while node.name not in voice._switches:
            await asyncio.sleep(0.02)
    made = Way(vendor, switch)
    vendor.reached = made.reached
    yield made
    for task in made.bringing:
        task.cancel()
    await asyncio.gather(*made.bringing, return_exceptions=True)
    for channel in await switch.channels():
        await switch.ari("DELETE", f"/channels/{channel['id']}")
    await turns.quiet()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    del voices["asterisk"]
    await voice.close()
