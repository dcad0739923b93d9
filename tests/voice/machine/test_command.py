"""`hark voice`, as people meet it: started, told to stop, killed, refused."""

import asyncio
import os
import re
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import mkdtemp

import psutil
import pytest

from infra.services.voice.found import asterisks
from infra.services.voice.probe import answers_ari, answers_sip
from tests.voice.asterisk import PROGRAMS, ports, program
from tests.voice.sipp import free_port


class Command:
    """A `hark voice` in a data folder of its own, with what it has said so far."""

    def __init__(self, folder: Path, *arguments: str, **more: str) -> None:
        self.folder = folder
        self.ports = ports()
        self.arguments = arguments
        self.more = more
        self.said = ""
        self.process: asyncio.subprocess.Process

    async def start(self) -> "Command":
        bare = {name: value for name, value in os.environ.items() if not name.startswith("HARK_")}
        own = {
            "HARK_DATA_DIR": str(self.folder),
            "HARK_SIP_PORT": str(self.ports.sip),
            "HARK_ARI_PORT": str(self.ports.ari),
            "HARK_RTP_PORTS": "{}-{}".format(*self.ports.rtp),
        }
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hark.cli", "voice", *self.arguments, env=bare | own | self.more,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        return self

    async def until(self, words: str) -> str:
        """Read on until a line matches, and return it."""
        assert self.process.stdout
        async with asyncio.timeout(30):
            while line := (await self.process.stdout.readline()).decode():
                self.said += line
                if re.search(words, line):
                    return line
        raise AssertionError(f"it never said {words!r} but:\n{self.said}")

    def asterisk(self) -> psutil.Process:
        """The process that it keeps."""
        [child] = psutil.Process(self.process.pid).children()
        return child


@pytest.fixture
async def folder() -> AsyncIterator[Path]:
    """A data folder in which Asterisk has been fetched before."""
    await asyncio.to_thread(program)
    above = Path(mkdtemp(prefix="hark-test-"))
    above.chmod(0o711)
    if PROGRAMS.exists():
        (above / "var/voice").mkdir(parents=True)
        (above / "var/voice/asterisk").symlink_to(PROGRAMS)
    yield above / "var"
    shutil.rmtree(above)


async def test_it_starts_in_seconds_comes_back_when_killed_and_ends_when_told(folder: Path) -> None:
    command = await Command(folder).start()
    await command.until(f"takes calls at sip:127.0.0.1:{command.ports.sip}")
    [found] = asterisks(folder, "")
    assert await answers_ari(found)
    asterisk = command.asterisk()
    assert asterisk.memory_info().rss < 100e6
    if os.geteuid() == 0:
        assert asterisk.username() != "root"
    asterisk.kill()
    await command.until("Asterisk was ended by SIGKILL; starting it again")
    await command.until("Asterisk is back")
    assert await answers_ari(found)
    asterisk = command.asterisk()
    command.process.send_signal(signal.SIGINT)
    async with asyncio.timeout(10):
        assert await command.process.wait() == 0
    assert not psutil.wait_procs([asterisk], timeout=5)[1]
    assert asterisks(folder, "") == []


async def test_killing_it_takes_asterisk_along_and_it_starts_again_at_once(folder: Path) -> None:
    command = await Command(folder).start()
    await command.until("takes calls")
    asterisk = command.asterisk()
    command.process.kill()
    await command.process.wait()
    assert not psutil.wait_procs([asterisk], timeout=5)[1]
    again = Command(folder)
    again.ports = command.ports
    await again.start()
    await again.until("takes calls")
    again.process.send_signal(signal.SIGTERM)
    assert await again.process.wait() == 0


async def test_a_second_one_and_a_taken_port_are_refused_in_one_line(folder: Path) -> None:
    command = await Command(folder).start()
    await command.until("takes calls")
    second = await Command(folder).start()
    line = await second.until("hark: .* is in use by another hark")
    assert await second.process.wait() == 1
    other = Command(folder, "--name", "other")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind(("127.0.0.1", other.ports.sip))
        await other.start()
        line = await other.until("hark: ")
        assert f"UDP port {other.ports.sip} is taken by another program" in line
        assert await other.process.wait() == 1
    assert await answers_sip(("127.0.0.1", command.ports.sip))
    command.process.terminate()
    await command.process.wait()


async def test_a_layout_for_an_asterisk_of_ones_own_runs(folder: Path, tmp_path: Path) -> None:
    command = await Command(folder, "--write", str(tmp_path / "own"), "--home", "/srv/voice").start()
    await command.until("tell Hark: HARK_ASTERISK=http://hark:")
    assert await command.process.wait() == 0
    text = (tmp_path / "own/etc/asterisk.conf").read_text()
    assert "astetcdir => /srv/voice/etc" in text
    assert str(tmp_path) not in text
    secret = (tmp_path / "own/password").read_text()
    assert f"password = {secret}" in (tmp_path / "own/etc/ari.conf").read_text()


@pytest.mark.parametrize("value", ["5-4", "20000-10000", "10000-70000"])
async def test_ports_that_are_none_are_told(folder: Path, value: str) -> None:
    command = await Command(folder, HARK_RTP_PORTS=value, HARK_SIP_PORT=str(free_port())).start()
    await command.until("hark: HARK_RTP_PORTS")
    assert await command.process.wait() == 1
