"""A whole installation for the length of a block."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import mkdtemp

from tests.services.up import Up, free_port


async def install(**more: str) -> AsyncIterator[Up]:
    """A fresh installation, gone with everything in it afterwards."""
    above = Path(mkdtemp(prefix="hark-journey-"))
    above.chmod(0o711)
    running = await Up(above / "var", free_port(), **more).start()
    try:
        await running.until("ready at")
        yield running
    finally:
        if running.process.returncode is None:
            running.process.terminate()
            await running.process.wait()
        shutil.rmtree(above, ignore_errors=True)
