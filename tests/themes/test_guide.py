"""The style guide shows every component; axe finds nothing on it, and it fits the smallest screen."""

from pathlib import Path

import pytest
from playwright.async_api import Browser
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from tests.themes.conftest import Draw
from tests.themes.house import house

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
FINDINGS = """async () => (await axe.run({resultTypes: ["violations"]})).violations
  .flatMap(found => found.nodes.map(node => `${found.id}: ${node.target}`))"""


@pytest.mark.journey
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
async def test_axe_finds_nothing_and_nothing_overflows(draw: Draw, chrome: Browser, scheme: str, width: int) -> None:
    async def guide(_request: Request) -> HTMLResponse:
        return HTMLResponse(draw("guide.html"))

    async with house([Route("/guide", guide)]) as origin:
        page = await chrome.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{origin}/guide")
        await page.evaluate(AXE.read_text(encoding="utf-8"))
        assert await page.evaluate(FINDINGS) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert complaints == []
        await page.close()
