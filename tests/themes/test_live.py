"""A live socket comes back by itself after every kind of loss, and stays away when it was refused."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Browser, Page
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from infra.web.static import static
from tests.themes.house import house

pytestmark = pytest.mark.journey
BLANK = "<!doctype html><html lang=en><title>Live</title><body>"
START = """async (address) => {
  const { live } = await import(address);
  window.states = []; window.heard = [];
  window.line = live("/socket", { onMessage: m => heard.push(m.n), onState: s => states.push(s) });
}"""


@dataclass
class Exchange:
    """The other end: counts who came, drops or refuses them on request."""

    sockets: list[WebSocket] = field(default_factory=list)
    said: asyncio.Queue[dict[str, object]] = field(default_factory=asyncio.Queue)
    refuse: int = 0

    async def answer(self, socket: WebSocket) -> None:
        await socket.accept()
        self.sockets.append(socket)
        if self.refuse:
            await socket.close(self.refuse)
            return
        await socket.send_json({"type": "news", "n": len(self.sockets)})
        try:
            while True:
                message = await socket.receive_json()
                await self.said.put(message)
                if message["type"] == "ping":
                    await socket.send_json({"type": "pong"})
        except WebSocketDisconnect:
            pass


@pytest.fixture
async def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
async def page(exchange: Exchange, chrome: Browser) -> AsyncIterator[Page]:
    async def blank(_request: Request) -> HTMLResponse:
        return HTMLResponse(BLANK)

    async with house([Route("/live", blank), WebSocketRoute("/socket", exchange.answer)]) as origin:
        context = await chrome.new_context(bypass_csp=True)  # waiting for a condition needs eval
        opened = await context.new_page()
        await opened.goto(f"{origin}/live")
        await opened.evaluate(START, static("js/live.js"))
        await opened.wait_for_function("heard.length === 1")
        yield opened
        await context.close()


async def test_a_dropped_socket_comes_back_within_a_second(page: Page, exchange: Exchange) -> None:
    await exchange.sockets[0].close(1011)
    await page.wait_for_function("heard.length === 2", timeout=1000)
    assert await page.evaluate("states") == ["open", "waiting", "connecting", "open"]


async def test_a_refused_socket_stays_away_and_says_so(page: Page, exchange: Exchange) -> None:
    exchange.refuse = 4403
    await exchange.sockets[0].close(1011)
    await page.wait_for_function("line.state === 'refused'", timeout=2000)
    await asyncio.sleep(1)
    assert len(exchange.sockets) == 2


async def test_an_offline_network_is_waited_for_and_used_as_soon_as_it_is_back(page: Page, exchange: Exchange) -> None:
    await page.context.set_offline(True)
    await page.wait_for_function("line.state === 'waiting' || line.state === 'connecting'")
    assert await page.evaluate("line.send({type: 'hello'})") is False
    await asyncio.sleep(2)
    await page.context.set_offline(False)
    await page.wait_for_function("line.state === 'open'", timeout=1500)


async def test_closing_is_final(page: Page, exchange: Exchange) -> None:
    await page.evaluate("line.close()")
    await asyncio.sleep(1)
    assert await page.evaluate("line.state") == "closed"
    assert len(exchange.sockets) == 1


async def test_what_is_sent_arrives(page: Page, exchange: Exchange) -> None:
    assert await page.evaluate("line.send({type: 'duty', status: 'on'})") is True
    assert await asyncio.wait_for(exchange.said.get(), 2) == {"type": "duty", "status": "on"}
