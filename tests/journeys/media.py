"""Chromium with a microphone that beeps once a second, and ears that tell what a page really hears."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

CHROMIUM = Path("/usr/bin/chromium")
EARS = Path(__file__).with_name("ears.js")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--allow-loopback-in-peer-connection",
)  # fmt: skip
BEEPING = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


@dataclass(frozen=True)
class Sound:
    """What went through a page's connection in a stretch of time; `level` is the RMS heard, 0 to 1."""

    connected: bool
    packets_in: int
    packets_out: int
    level: float
    pairs: list[list[str | None]]

    @property
    def both_ways(self) -> bool:
        """Packets came and went, and what came was no silence."""
        return self.packets_in > 10 and self.packets_out > 10 and self.level > 0.001

    @property
    def relayed(self) -> bool:
        """Every candidate pair, chosen or not, goes through a relay at both ends."""
        return bool(self.pairs) and all(kind == "relay" for pair in self.pairs for kind in pair)


@contextlib.asynccontextmanager
async def chromium(*flags: str, microphone: tuple[str, ...] = BEEPING) -> AsyncIterator[Browser]:
    """A headless Chromium; without `microphone` there is neither a device nor anyone to allow it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=[*QUIET, *microphone, *flags])
        try:
            yield browser
        finally:
            await browser.close()


async def person(browser: Browser, **options: Any) -> BrowserContext:
    """Somebody of their own: no cookie or storage shared; their pages have ears."""
    context = await browser.new_context(**options)
    await context.add_init_script(path=str(EARS))
    return context


async def listen(page: Page, seconds: float = 2.2) -> Sound:
    """Hear what comes for a while; two beeps fit into the usual length."""
    return Sound(**await page.evaluate("(ms) => ears.listen(ms)", seconds * 1000))


async def heard_both_ways(*pages: Page, within: float = 20) -> list[Sound]:
    """Listen on all pages at once until each hears and is heard; fails after `within` seconds."""
    async with asyncio.timeout(within + 3):
        end = asyncio.get_running_loop().time() + within
        while True:
            sounds = await asyncio.gather(*(listen(page) for page in pages))
            if all(sound.both_ways for sound in sounds):
                return sounds
            assert asyncio.get_running_loop().time() < end, f"not heard both ways: {sounds}"


async def first_packet_after(page: Page, moment: float, within: float = 10) -> float:
    """Milliseconds from `moment` (a page's Date.now()) to the first sound packet that `page` received."""
    await page.wait_for_function("(moment) => ears.firstPacketAt() > moment", arg=moment, timeout=within * 1000)
    return float(await page.evaluate("ears.firstPacketAt()")) - moment
