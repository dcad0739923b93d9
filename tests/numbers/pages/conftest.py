"""Alice at the pages about her hotline's numbers."""

import httpx
import pytest

from tests.conftest import Browser
from tests.world import World


@pytest.fixture
async def alice(world: World, browser: Browser) -> httpx.AsyncClient:
    return await browser(world.alice.account)


@pytest.fixture
def base(world: World) -> str:
    return f"/o/{world.first.slug}/settings/numbers"
