"""Two pages, caller and operator, whose signalling goes through the test, which can lose it at will."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from playwright.async_api import Browser, Page

from tests.journeys.media import person


@dataclass
class Pair:
    """`lost` stands for a signalling socket that is down: whatever is said meanwhile reaches nobody."""

    caller: Page
    operator: Page
    address: str
    lost: bool = False
    said: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def _relay(self, role: str, message: dict[str, Any]) -> None:
        self.said.append((role, message))
        if self.lost:
            return
        other = self.operator if role == "caller" else self.caller
        payload = {"hello": message["sid"]} if message["type"] == "hello" else message["payload"]
        await other.evaluate("(payload) => window.receive?.(payload)", payload)

    async def begin(self) -> None:
        """Both press their button: the call is on."""
        await asyncio.gather(self.caller.click("#begin"), self.operator.click("#begin"))

    async def reload(self, page: Page) -> None:
        """Load a side's page again and go on with the call."""
        await page.reload()
        await page.click("#begin")

    async def regain(self) -> None:
        """The signalling is back, and each side knows it."""
        self.lost = False
        await asyncio.gather(*(page.evaluate("peer.rejoin()") for page in (self.caller, self.operator)))


async def pair(browser: Browser, origin: str, **options: Any) -> Pair:
    """Open both pages; `options` go to both of their peers."""
    pages = [await (await person(browser)).new_page() for _ in range(2)]
    both = Pair(*pages, address=f"{origin}/pages/peer.html")
    for role, page in zip(("caller", "operator"), pages, strict=True):

        async def signal(message: dict[str, Any], role: str = role) -> None:
            await both._relay(role, message)

        await page.expose_function("signal", signal)
        await page.goto(f"{both.address}?options={quote(json.dumps({'role': role, **options}))}")
    return both
