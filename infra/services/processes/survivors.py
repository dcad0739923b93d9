"""Finds and ends what a killed Hark left running, before its files are touched; only ever called under the lock."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

from infra.services.trouble import CannotStartError


def living(program: str, tag: str) -> list[int]:
    """The processes of `program` that carry a home's tag in their title, whoever their parent is by now."""
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _is(entry, program, tag)]


def _is(entry: Path, program: str, tag: str) -> bool:
    with suppress(OSError):  # it may end while we look
        return (entry / "comm").read_text().strip() == program and tag.encode() in (entry / "cmdline").read_bytes()
    return False


async def clear(program: str, tag: str, *stale: Path) -> None:
    """Wait until none is left, insisting after a while, then remove the lock files they can no longer need."""
    for patience in range(100):
        left = living(program, tag)
        if not left:
            break
        if patience in (0, 40):
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGQUIT if patience == 0 else signal.SIGKILL)
        await asyncio.sleep(0.05)
    else:
        raise CannotStartError(f"{program} of an earlier run does not end: end process {left[0]} and start again.")
    for path in stale:
        path.unlink(missing_ok=True)
