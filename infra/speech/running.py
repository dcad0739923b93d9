"""Runs one piece of work on sound in a process of its own, with nothing of ours in its surroundings."""

import asyncio
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECONDS = 30
_places = asyncio.Semaphore(max(2, os.cpu_count() or 1))


class WorkFailed(Exception):
    """The process ended without a result; `code` is how (negative: killed by that signal)."""

    def __init__(self, program: str, code: int | None, said: str) -> None:
        super().__init__(f"{program} ended with {code}: {said}")
        self.code = code


async def work(program: str, *arguments: str, data: bytes) -> bytes:
    """What `infra.speech.programs.<program>` makes of `data`. Raises WorkFailed, also when it takes over 30 s."""
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ.get("PATH", os.defpath), "PYTHONUTF8": "1"}
    async with _places:
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", f"infra.speech.programs.{program}", *arguments,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env=environment,
        )  # fmt: skip
        try:
            made, said = await asyncio.wait_for(running.communicate(data), SECONDS)
        except TimeoutError:
            raise WorkFailed(program, None, f"longer than {SECONDS} s") from None
        finally:
            if running.returncode is None:
                running.kill()
                await running.wait()
    if running.returncode != 0:
        raise WorkFailed(program, running.returncode, said.decode(errors="replace")[-500:])
    return made
