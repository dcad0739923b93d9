"""Telephones made of sipp: each plays one scenario of SIP, with an ear and a mouth of ours for the sound.

phone = await Sipp.start(scenarios.caller(), to=asterisk.sip, number="442079460000")
await phone.sound.until_heard(1)
outcome = await phone.done()
"""

import asyncio
import os
import random
import re
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import ClassVar
from xml.sax.saxutils import escape

import pytest

from tests.voice.sound import Sound

NET = f"127.{10 + os.getpid() // 250 % 200}.{os.getpid() % 250}"
"""A network of this test process's own, so that telephones of another never take its calls."""


def address(last: int) -> str:
    """An address in it."""
    return f"{NET}.{last}"


MOST = 500
"""How often a telephone that is called may be spoken to: once it is asked whether it is there, more than once."""
CARRIER = address(2)
"""The address from which a telephone company calls; operators' telephones have others."""


@dataclass(frozen=True)
class Outcome:
    """How it ended: `code` 0 when the whole scenario was played, and every SIP message as it went over the wire."""

    code: int
    messages: list[str]
    complaints: str

    @property
    def statuses(self) -> list[int]:
        """The status of every answer, in order, whoever gave it."""
        return [int(message.split()[1]) for message in self.messages if message.startswith("SIP/2.0")]

    @property
    def requests(self) -> list[str]:
        """The method of every request, in order, whoever made it."""
        return [message.split()[0] for message in self.messages if not message.startswith("SIP/2.0")]

    @property
    def invites(self) -> list[str]:
        """Every INVITE in full."""
        return [message for message in self.messages if message.startswith("INVITE")]


class Sipp:
    """A running sipp, its address and its sound."""

    living: ClassVar[list["Sipp"]] = []

    def __init__(
        self,
        folder: Path,
        process: asyncio.subprocess.Process,
        address: tuple[str, int],
        to: tuple[str, int],
        sound: Sound,
    ) -> None:
        self.address = address
        self.to = to
        self.sound = sound
        self._folder = folder
        self._process = process

    @classmethod
    async def start(
        cls, scenario: str, *, to: tuple[str, int], number: str = "s", host: str = CARRIER, port: int = 0,
        within: int = 30, account: str = "", password: str = "", **keys: str,
    ) -> "Sipp":  # fmt: skip
        """Play a scenario for `within` seconds at most; `keys` fill its [key] places.

        It signs in as `account` with `password` where the scenario does so.
        One that waits for calls (it begins with recv) takes `to` as where its own requests would go.
        """
        program = shutil.which("sipp")
        if program is None:
            pytest.skip("sipp is not installed: scripts/debian installs it where it may")
        folder = Path(mkdtemp(prefix="hark-sipp-"))
        (folder / "scenario.xml").write_text(scenario)
        sound = await Sound.at(host)
        own = (host, port or free_port(host))
        filled = {"ear": str(sound.address[1]), "caller": "442079460123", "account": account} | keys
        process = await asyncio.create_subprocess_exec(
            program, f"{to[0]}:{to[1]}", "-sf", str(folder / "scenario.xml"), "-i", host, "-p", str(own[1]),
            "-s", number, "-m", str(MOST) if "stop_gracefully" in scenario else "1", "-l", "500", "-nostdin",
            "-timeout", str(within), "-timeout_error", "-trace_msg", "-message_file", str(folder / "messages"),
            "-trace_err", "-error_file", str(folder / "errors"), "-default_behaviors", "all,-bye", "-au", account,
            "-ap", password, *(part for name, value in filled.items() for part in ("-key", name, value)),
            cwd=folder, env=os.environ | {"TERM": "dumb"}, start_new_session=True,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        while process.returncode is None and not _listened_to(own[1]):
            await asyncio.sleep(0.01)  # a call that came any earlier would be refused
        phone = cls(folder, process, own, to, sound)
        cls.living.append(phone)
        return phone

    async def done(self) -> Outcome:
        """Wait for its end, and say how it was."""
        code = await self._process.wait()
        return self._outcome(code)

    async def vanish(self) -> Outcome:
        """Kill it, as when a telephone loses its network: nothing is said to the other side."""
        if self._process.returncode is None:
            self._process.kill()
        return await self.done()

    async def hang_up(self) -> Outcome:
        """Say BYE in the call it is in, as soon as it is answered; the scenario is left where it is, so the outcome's
        code means nothing."""
        await self.until("SIP/2.0 200")
        invite = next(message for message in self.messages() if message.startswith("INVITE"))
        answer = next(message for message in self.messages() if "SIP/2.0 200" in message and " INVITE" in message)
        ours, theirs = ("From", "To") if f":{self.address[1]}" in _header(invite, "Via") else ("To", "From")
        target = _header(answer if ours == "From" else invite, "Contact")
        lines = (
            f"BYE {target.partition('<')[2].partition('>')[0]} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.address[0]}:{self.address[1]};branch=z9hG4bK{random.randrange(1 << 60)};rport",
            "Max-Forwards: 70",
            f"From: {_header(answer, ours)}",
            f"To: {_header(answer, theirs)}",
            f"Call-ID: {_header(invite, 'Call-ID')}",
            "CSeq: 1000 BYE",
            "Content-Length: 0",
        )
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.bind((self.address[0], 0))
            line.sendto("\r\n".join((*lines, "", "")).encode(), self.to)
        await asyncio.sleep(0.05)
        return await self.vanish()

    def messages(self) -> list[str]:
        """Every SIP message so far."""
        path = self._folder / "messages"
        text = path.read_text(errors="replace") if path.exists() else ""
        return [part.strip() for part in re.split(r"\n-{20,}[^\n]*\n[^\n]*:\s*\n\n", "\n" + text)[1:] if part.strip()]

    async def until(self, *beginnings: str, within: float = 25.0) -> str:
        """Return the first message that begins like one of these, once there is one."""
        async with asyncio.timeout(within):
            while True:
                for message in self.messages():
                    if message.startswith(beginnings):
                        return message
                await asyncio.sleep(0.02)

    async def until_talking(self, within: float = 25.0) -> None:
        """Return once the other side has said where it hears, and speak there from now on."""
        async with asyncio.timeout(within):
            while True:
                for message in reversed(self.messages()):
                    found = re.search(r"^c=IN IP4 (\S+).*?^m=audio (\d+) ", message, re.MULTILINE | re.DOTALL)
                    if found and int(found[2]) != self.sound.address[1]:
                        self.sound.faces((found[1], int(found[2])))
                        return
                await asyncio.sleep(0.02)

    def _outcome(self, code: int) -> Outcome:
        if self in self.living:
            self.living.remove(self)
        self.sound.close()
        errors = self._folder / "errors"
        complaints = errors.read_text(errors="replace") if errors.exists() else ""
        outcome = Outcome(code, self.messages(), complaints)
        shutil.rmtree(self._folder, ignore_errors=True)
        return outcome


def _listened_to(port: int) -> bool:
    """Whether anybody has this UDP port; asked of the kernel, as trying it would take it from who is about to."""
    return f":{port:04X} " in Path("/proc/net/udp").read_text()


def _header(message: str, name: str) -> str:
    found = re.search(rf"^{name}:\s*(.+?)\s*$", message, re.MULTILINE)
    assert found, f"no {name} in {message}"
    return found[1]


def free_port(host: str = "127.0.0.1") -> int:
    """A port that is free for both UDP and TCP at this moment."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as first, socket.socket() as second:
            first.bind((host, 0))
            port: int = first.getsockname()[1]
            try:
                second.bind((host, port))
            except OSError:
                continue
            return port


def xml(*steps: str) -> str:
    """A scenario of these steps."""
    return '<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="hark">\n' + "\n".join(steps) + "\n</scenario>\n"


def send(*lines: str, more: str = "") -> str:
    """Send a message; `more` are attributes of the step."""
    return f"<send {more}><![CDATA[\n" + "\n".join(lines) + "\n]]></send>"


def pause(seconds: float) -> str:
    """Do nothing for this long."""
    return f'<pause milliseconds="{round(seconds * 1000)}"/>'


def comment(text: str) -> str:
    """A remark in the scenario."""
    return f"<!-- {escape(text)} -->"
