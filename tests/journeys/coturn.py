"""A real coturn on loopback for the length of a test, as in production but for the loopback peers."""

import asyncio
import contextlib
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from infra.clock import now
from infra.turn import ice_server

PROGRAM = shutil.which("turnserver")


def free_port() -> int:
    """A port that nobody holds at this moment, for UDP and TCP alike."""
    with socket.socket() as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        tcp.bind(("127.0.0.1", 0))
        udp.bind(tcp.getsockname())
        return int(tcp.getsockname()[1])


@dataclass
class Coturn:
    """`start` and `stop` may be called again and again: the port and the secret stay, allocations don't."""

    folder: Path
    port: int = field(default_factory=free_port)
    secret: str = "loopback-secret"
    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """As the setting `turn_url` takes it."""
        return f"turn:127.0.0.1:{self.port}?transport=udp"

    def ice_servers(self, lives: timedelta = timedelta(minutes=10)) -> list[dict[str, object]]:
        """What a browser is given, with a credential that lives this long."""
        return [ice_server(self.url, self.secret, "tester", now() + lives)]

    async def start(self) -> None:
        """Start and wait until it answers."""
        assert PROGRAM
        self.process = await asyncio.create_subprocess_exec(
            PROGRAM, "-n", "--no-cli", "--no-tls", "--no-dtls", "--fingerprint",
            "--use-auth-secret", f"--static-auth-secret={self.secret}", "--realm=hark.test",
            "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", f"--listening-port={self.port}",
            "--allow-loopback-peers", "--no-multicast-peers", "--relay-threads=1",
            f"--pidfile={self.folder / 'turn.pid'}", f"--log-file={self.folder / 'turn.log'}", "--simple-log",
            f"--userdb={self.folder / 'turn.db'}",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        async with asyncio.timeout(10):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    return

    async def stop(self) -> None:
        """Kill it, as a crash would."""
        if self.process and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    def log(self) -> str:
        """All it wrote."""
        return (self.folder / "turn.log").read_text(errors="replace")


@contextlib.asynccontextmanager
async def coturn() -> AsyncIterator[Coturn]:
    """A running relay, gone with the block."""
    with tempfile.TemporaryDirectory(prefix="hark-turn-") as folder:
        relay = Coturn(Path(folder))
        await relay.start()
        try:
            yield relay
        finally:
            await relay.stop()
