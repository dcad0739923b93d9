"""What a fresh install costs when nobody calls: the proportional set size of every process of `hark up`."""

import asyncio
import os
import re
import socket
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

SETTLE_SECONDS = 6


def _children(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):
            for child in (task / "children").read_text().split():
                found += _children(int(child))
    return found


def _pss(pid: int) -> int:
    with suppress(OSError):
        found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
        return int(found[1]) if found else 0
    return 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _healthy(port: int) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1) as answer:
        return bool(answer.status == 200)
    return False


async def _up(folder: Path, port: int) -> tuple[asyncio.subprocess.Process, float]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HARK_")}
    begun = perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hark.cli", "up",
        env=kept | {"HARK_DATA_DIR": str(folder), "HARK_PORT": str(port)},
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    while not await asyncio.to_thread(_healthy, port):
        if process.returncode is not None:
            raise RuntimeError("hark up ended before it was ready")
        await asyncio.sleep(0.05)
    return process, perf_counter() - begun


async def footprint() -> tuple[float, float, float]:
    """MiB of the whole idle stack, and the seconds until it answers the first time and again."""
    with TemporaryDirectory(prefix="hark-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        process, first = await _up(folder / "var", _free_port())
        await asyncio.sleep(SETTLE_SECONDS)
        total = sum(_pss(pid) for pid in _children(process.pid)) / 1024
        process.terminate()
        await process.wait()
        process, again = await _up(folder / "var", _free_port())
        process.terminate()
        await process.wait()
        return total, first, again
