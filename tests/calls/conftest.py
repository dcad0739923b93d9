"""One Chromium for all tests of calls in the browser, and a word where it is missing."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.journeys.media import CHROMIUM, chromium


@pytest.fixture(scope="package")
async def browser() -> AsyncIterator[Browser]:
    """Chromium with a beeping microphone that everybody is allowed to use."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium isn't installed (apt install chromium)")
    async with chromium() as running:
        yield running
