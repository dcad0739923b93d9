"""A real Asterisk for the bench, whose own Dial and Queue reach the same telephones as Hark does through it."""

import random
import shutil
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import httpx

from infra.services.trouble import CannotStartError
from infra.services.voice.asterisk import Switch
from infra.services.voice.instance import Coordinates, Instance, Ports
from infra.services.voice.program import Program, fetched, installed
from infra.settings import HOME

CALLERS = {"hark": "127.88.0.2", "dial": "127.88.0.3", "queue": "127.88.0.4"}
"""From which address sipp calls, by what answers there."""
TELEPHONES = ("127.88.0.9", 5060)
"""Where all telephones are."""
DIALPLAN = """
[bench-dial]
exten => _[+0-9]!,1,Dial(PJSIP/bench${EXTEN},20)
 same => n,Hangup()

[bench-queue]
exten => _[+0-9]!,1,Queue(bench${EXTEN},r,,,20)
 same => n,Hangup()
"""
QUEUE = "\n[bench{0}]\nstrategy = ringall\ntimeout = 20\nringinuse = no\nmember => PJSIP/bench{0}\n"


@dataclass(frozen=True)
class Bench:
    """The running switch."""

    at: Coordinates
    sip: tuple[str, int]
    ari: httpx.AsyncClient

    async def push(self, kind: str, name: str, **fields: str) -> None:
        """Make one of its SIP objects."""
        body = {"fields": [{"attribute": attribute, "value": value} for attribute, value in fields.items()]}
        answer = await self.ari.put(f"/asterisk/config/dynamic/res_pjsip/{kind}/{name}", json=body)
        answer.raise_for_status()

    async def telephone(self, name: str, number: str) -> None:
        """Let a telephone of this name be rung, as this number where all telephones are."""
        host, port = TELEPHONES
        await self.push("aor", name, contact=f"sip:{number}@{host}:{port}")
        await self._endpoint(name, "from-trunk")

    async def company(self, what: str) -> None:
        """Let somebody call who is to be answered by Hark, Dial or Queue."""
        name = f"caller-{what}"
        await self.push("aor", name, contact=f"sip:{CALLERS[what]}:5060")
        await self._endpoint(name, "from-trunk" if what == "hark" else f"bench-{what}")
        await self.push("identify", name, endpoint=name, match=CALLERS[what])

    async def _endpoint(self, name: str, context: str) -> None:
        await self.push(
            "endpoint", name, transport="udp", context=context, disallow="all", allow="ulaw", aors=name,
            direct_media="no", rtp_symmetric="yes",
        )  # fmt: skip


def program() -> Program:
    """The Asterisk that is here. Raises CannotStartError with a line that says how to get one."""
    return installed() or fetched(HOME / "var/voice/asterisk")


@asynccontextmanager
async def switch(found: Program, numbers: Iterable[str]) -> AsyncIterator[Bench]:
    """One with a queue for each number, for as long as the block lasts."""
    data_dir = Path(mkdtemp(prefix="hark-bench-"))
    data_dir.chmod(0o711)  # it may run as another user
    instance = Instance(name="bench", folder=data_dir / "voice/bench", program=found, ports=_ports())
    running = Switch(data_dir, instance)
    try:
        await running.start()
        at = running.instance.coordinates()
        async with httpx.AsyncClient(base_url=at.ari, auth=(at.user, at.password), timeout=20) as ari:
            etc = running.instance.folder / "etc"
            for name, text in (("extensions", DIALPLAN), ("queues", "".join(QUEUE.format(one) for one in numbers))):
                with (etc / f"{name}.conf").open("a") as file:
                    file.write(text)
            for module in ("pbx_config.so", "app_queue.so"):
                (await ari.put(f"/asterisk/modules/{module}")).raise_for_status()
            yield Bench(at, (instance.sip_host, instance.ports.sip), ari)
    finally:
        await running.stop()
        shutil.rmtree(data_dir, ignore_errors=True)


def _ports() -> Ports:
    """Free ones."""
    first = random.randrange(32000, 50000, 2000)  # noqa: S311  # no secret
    while True:
        with suppress(OSError), _bound(), _bound() as ari:
            chosen = Ports(sip=random.randrange(20000, 30000, 10), ari=ari.getsockname()[1], rtp=(first, first + 1999))  # noqa: S311  # as above
            for port in (chosen.sip, chosen.tls):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
                    line.bind(("127.0.0.1", port))
            return chosen


def _bound() -> Any:
    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    return door


__all__ = ["CALLERS", "TELEPHONES", "Bench", "CannotStartError", "program", "switch"]
