"""Pages of the themes alone, drawn without the app behind them, and a Chromium to look at them."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import FileSystemLoader
from playwright.async_api import Browser

from infra.web import i18n
from infra.web.pages import environment
from tests.journeys.media import CHROMIUM, chromium
from themes.icons import icon

ROOT = Path(__file__).parents[2]
Draw = Callable[..., str]


@pytest.fixture(scope="session")
def draw() -> Draw:
    """`draw("error.html", message=…)` is that page as a visitor without a hotline would get it."""
    own = environment.overlay(loader=FileSystemLoader(ROOT / "themes" / "templates"))
    own.globals = {**environment.globals, "icon": icon}

    def page(template: str, *, path: str = "/", language: str = "en", **context: Any) -> str:
        request = SimpleNamespace(cookies={}, url=SimpleNamespace(path=path))
        around = {"request": request, "me": None, "tenant": None, "staff": None, "zone": "Asia/Shanghai"}
        with i18n.speaking(language):
            return own.get_template(template).render(around | context)

    return page


@pytest.fixture(scope="session")
async def chrome() -> AsyncIterator[Browser]:
    """One Chromium for the looks."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium isn't installed (apt install chromium)")
    async with chromium() as running:
        yield running
