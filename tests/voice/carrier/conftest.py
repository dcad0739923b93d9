"""The carrier's voice, connected to a real Asterisk, with telephones around it."""

import asyncio
import io
import math
import re
import struct
import wave
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from infra.carriers.asterisk.ari import Node
from infra.carriers.asterisk.trunks import Trunk
from infra.carriers.asterisk.voice import AsteriskVoice
from infra.carriers.protocol import Answered, Arrived, Command, Prompt, Resync, Ring
from tests.carriers.asterisk.heard import Heard
from tests.carriers.asterisk.serving import serving
from tests.voice import scenarios
from tests.voice.asterisk import Asterisk
from tests.voice.sipp import CARRIER, Sipp, address

OPERATORS = address(3)
NUMBER = "+442079460000"
Words = Callable[[float], Prompt]


def tone(seconds: float) -> bytes:
    """A WAV of so much sound."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"".join(struct.pack("<h", int(6000 * math.sin(at / 3))) for at in range(int(8000 * seconds))))
    return made.getvalue()


@pytest.fixture(scope="session")
async def words() -> AsyncIterator[Words]:
    """`words(2.5)` is a prompt whose sound lasts so long."""

    async def sound(request: Request) -> Response:
        return Response(tone(float(request.path_params["seconds"])), media_type="audio/wav")

    async with serving(Starlette(routes=[Route("/{seconds}.wav", sound)])) as address:
        yield lambda seconds: Prompt("words", "en", f"http://{address}/{seconds}.wav")


@dataclass
class Stage:
    """A connected voice, what it told, and who telephones."""

    asterisk: Asterisk
    voice: AsteriskVoice
    heard: Heard

    async def tell(self, command: Command) -> None:
        """Command a leg."""
        await self.voice.carry_out(self.asterisk.at.name, command)

    async def caller(self, scenario: str = "", **more: Any) -> tuple[Sipp, str]:
        """Somebody calls: their telephone, and how their leg is called."""
        known = {signal.ref for signal in self.heard.signals if isinstance(signal, Arrived)}
        phone = await Sipp.start(scenario or scenarios.caller(), to=self.asterisk.sip, number=NUMBER, **more)
        async with asyncio.timeout(10):
            while True:
                for signal in self.heard.signals:
                    if isinstance(signal, Arrived) and signal.ref not in known:
                        return phone, signal.ref
                await asyncio.sleep(0.01)

    async def until_no_rooms(self) -> None:
        """Return once every room is closed, which is asked for when its last one has left."""
        async with asyncio.timeout(5):
            while (await self.asterisk.ari("GET", "/bridges")).json():
                await asyncio.sleep(0.05)

    async def telephone(self, ref: str, scenario: str = "", seconds: int = 10) -> Sipp:
        """A telephone that we ring as this leg, over a trunk of its own."""
        phone = await Sipp.start(scenario or scenarios.telephone(), to=self.asterisk.sip, host=OPERATORS)
        self.heard.trunks.append(Trunk(name=ref, host=OPERATORS, port=phone.address[1], codecs=("ulaw",), check=0))
        await self.voice.refresh(self.asterisk.at.name)
        await self.tell(Ring(ref, "ring", f"number:+442079460999@{ref}", NUMBER, seconds))
        return phone

    async def operator(self, ref: str, scenario: str = "") -> Sipp:
        """One who has picked up."""
        phone = await self.telephone(ref, scenario)
        await self.heard.until(Answered, ref=ref)
        face(phone)
        return phone


def face(phone: Sipp) -> None:
    """Let somebody speak to the switch, also before they have heard anything from there."""
    offered = [re.search(r"^s=Asterisk.*^m=audio (\d+)", one, re.DOTALL | re.MULTILINE) for one in phone.messages()]
    phone.sound.faces(("127.0.0.1", int([found[1] for found in offered if found][-1])))


def node_of(asterisk: Asterisk) -> Node:
    """How we are connected to it; it reads prompts from a folder of ours."""
    at = asterisk.at
    sounds = Path(at.folder) / "prompts"
    return Node(name=at.name, ari=at.ari, user=at.user, password=at.password, app=at.app, cap=at.cap, sounds=sounds)


@pytest.fixture
async def stage(asterisk: Asterisk) -> AsyncIterator[Stage]:
    """Connected to the Asterisk that all tests share; nobody is left there afterwards."""
    heard = Heard()
    heard.trunks = [Trunk(name="company", host=CARRIER, check=0)]
    async with heard.of(node_of(asterisk)) as voice:
        await heard.until(Resync)
        await voice.refresh(asterisk.at.name)
        yield Stage(asterisk, voice, heard)
        for channel in await asterisk.channels():
            await asterisk.ari("DELETE", f"/channels/{channel['id']}")
        await asterisk.until_quiet()
        for left in (await asterisk.ari("GET", "/recordings/stored")).json():  # the next one would be told of it
            await asterisk.ari("DELETE", f"/recordings/stored/{left['name']}")
        heard.trunks.clear()
        await voice.refresh(asterisk.at.name)
