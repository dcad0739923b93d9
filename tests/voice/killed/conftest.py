"""The installation that the tests in here share, and kill piece by piece."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.services.up import Up, free_port
from tests.voice.asterisk import PROGRAMS, program
from tests.voice.killed.installation import Installation, a_voice, filled
from tests.voice.sipp import free_port as free_sip_port


@pytest.fixture
async def installation() -> AsyncIterator[Installation]:
    """A fresh one, gone with everything in it afterwards."""
    await asyncio.to_thread(program)
    above = Path(mkdtemp(prefix="hark-killed-"))
    above.chmod(0o711)
    folder, sip = above / "var", free_sip_port()
    (folder / "voice").mkdir(parents=True)
    folder.chmod(0o711)
    (folder / "voice").chmod(0o711)
    (folder / "voice/asterisk").symlink_to(PROGRAMS)
    up = await Up(folder, free_port(), HARK_TRUNK_CHECK="0", HARK_PRIVATE_TRUNKS="1").start()
    await up.until("ready at")
    numbers = await filled(folder)
    voice = await a_voice(folder, sip)
    try:
        yield Installation(up, voice, sip, numbers)
    finally:
        for process in (voice, up.process):
            if process.returncode is None:
                process.terminate()
                await process.wait()
        shutil.rmtree(above, ignore_errors=True)
