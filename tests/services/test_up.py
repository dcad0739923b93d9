"""`hark up`, as people meet it: started, killed in every part, started beside another, stopped."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from tests.services.up import Up, free_port


@pytest.fixture
async def up(used_dir: Path) -> AsyncIterator[Up]:
    (used_dir / "keys").mkdir(mode=0o700)
    (used_dir / "keys" / "master.key").write_bytes(os.urandom(32))
    running = await Up(used_dir, free_port()).start()
    yield running
    if running.process.returncode is None:
        running.process.kill()
    await running.process.wait()


def gone(processes: list[psutil.Process]) -> bool:
    return not psutil.wait_procs(processes, timeout=5)[1]


async def test_every_part_comes_back_when_killed_and_ctrl_c_ends_all(up: Up) -> None:
    await up.until(f"ready at http://localhost:{up.port}")
    for name, title in {
        "hark worker": "worker", "hark web": "web", "redis-server": "Redis", "postgres": "PostgreSQL"
    }.items():  # fmt: skip
        next(child for child in up.children() if child.name() == name).kill()  # parents come before children
        await up.until(f"{title} was ended by SIGKILL; starting it again")
        await up.until(f"{title} is back")
        assert await up.healthy()
    everyone = up.children()
    up.process.send_signal(signal.SIGINT)
    async with asyncio.timeout(10):
        assert await up.process.wait() == 0
    assert gone(everyone)


async def test_killing_it_takes_everyone_down_and_it_starts_again_at_once(up: Up) -> None:
    await up.until("ready")
    everyone = up.children()
    assert {"hark web", "hark worker", "postgres", "redis-server"} <= {process.name() for process in everyone}
    up.process.kill()
    await up.process.wait()
    again = await Up(up.folder, up.port).start()
    await again.until("ready")
    assert gone(everyone)
    again.process.send_signal(signal.SIGTERM)
    assert await again.process.wait() == 0


async def test_a_taken_port_is_named_with_the_setting_to_change(fresh_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        refused = await Up(fresh_dir, port).start()
        await refused.until(f"^hark: Port {port} is taken by another program: .*HARK_PORT={port + 1}")
        assert await refused.process.wait() == 1
    assert not fresh_dir.exists()


async def test_a_database_without_its_key_is_not_given_a_new_one(used_dir: Path) -> None:
    refused = await Up(used_dir, free_port()).start()
    await refused.until(r"^hark: .*master\.key is missing but there is a database: put the key back")
    assert await refused.process.wait() == 1
    assert not (used_dir / "keys").exists()
