"""A real Asterisk for tests: started on free ports in a folder of its own, spoken to by ARI, gone afterwards."""

import asyncio
import random
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import httpx
import pytest

from infra.services.trouble import CannotStartError
from infra.services.voice.asterisk import Switch
from infra.services.voice.instance import Coordinates, Instance, Ports
from infra.services.voice.program import Program, find
from infra.settings import HOME
from tests.voice.sipp import free_port

PROGRAMS = HOME / "var/voice/asterisk"


class Asterisk:
    """A running one: its switch, its coordinates, and requests to it."""

    def __init__(self, data_dir: Path, switch: Switch) -> None:
        self.data_dir = data_dir
        self.switch = switch
        self.at: Coordinates = switch.instance.coordinates()
        self.sip = (switch.instance.sip_host, switch.instance.ports.sip)
        self.voicemail = switch.instance.voicemail
        self._client = httpx.AsyncClient(base_url=self.at.ari, auth=(self.at.user, self.at.password), timeout=10)

    async def ari(self, method: str, path: str, body: Any = None, **query: str) -> httpx.Response:
        """One request, as in `ari("GET", "/asterisk/info")`."""
        return await self._client.request(method, path, params=query, json=body)

    async def push(self, kind: str, name: str, **fields: str) -> None:
        """Make or change one of its SIP objects: endpoint, auth, aor, identify, registration."""
        body = {"fields": [{"attribute": attribute, "value": value} for attribute, value in fields.items()]}
        answer = await self.ari("PUT", f"/asterisk/config/dynamic/res_pjsip/{kind}/{name}", body)
        answer.raise_for_status()

    async def trunk(self, name: str, host: str, port: int = 5060) -> None:
        """Let a telephone company at this address call in, and be called as PJSIP/<number>@<name>."""
        await self.push("aor", name, contact=f"sip:{host}:{port}")
        await self.push(
            "endpoint", name, transport="udp", context="from-trunk", disallow="all", allow="ulaw,alaw", aors=name,
            direct_media="no", dtmf_mode="auto_info", rtp_symmetric="yes", force_rport="yes", rewrite_contact="yes",
            rtp_timeout="60",
        )  # fmt: skip
        await self.push("identify", name, endpoint=name, match=host)

    async def channels(self) -> list[dict[str, Any]]:
        """Every live channel."""
        found: list[dict[str, Any]] = (await self.ari("GET", "/channels")).json()
        return found

    async def until_quiet(self, within: float = 10.0) -> None:
        """Return once no channel is left."""
        async with asyncio.timeout(within):
            while await self.channels():
                await asyncio.sleep(0.05)

    async def close(self) -> None:
        await self._client.aclose()


def program() -> Program:
    """The Asterisk to test with, fetched once for the checkout. Skips the test, saying why, where none can be had."""
    try:
        return find(PROGRAMS)
    except CannotStartError as trouble:
        pytest.skip(str(trouble))


def ports() -> Ports:
    """Free ones."""
    first = random.randrange(20000, 31000, 200)
    while True:
        chosen = Ports(sip=free_port(), ari=free_port(), rtp=(first, first + 199))
        with socket.socket() as door, suppress(OSError):
            door.bind(("127.0.0.1", chosen.tls))
            return chosen


@asynccontextmanager
async def running(**settings: Any) -> AsyncIterator[Asterisk]:
    """An Asterisk set up like this (the fields of Instance), for as long as the block lasts."""
    found = await asyncio.to_thread(program)
    data_dir = Path(mkdtemp(prefix="hark-voice-"))
    data_dir.chmod(0o711)  # root's services pass through as another user
    chosen: dict[str, Any] = {"name": "test", "ports": ports()} | settings
    switch = Switch(data_dir, Instance(folder=data_dir / "voice" / chosen["name"], program=found, **chosen))
    try:
        await switch.start()
        asterisk = Asterisk(data_dir, switch)
        yield asterisk
        await asterisk.close()
    finally:
        await switch.stop()
        shutil.rmtree(switch.instance.folder, ignore_errors=True)
        shutil.rmtree(data_dir, ignore_errors=True)
