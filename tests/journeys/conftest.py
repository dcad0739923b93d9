"""A whole installation for the journeys: `hark up` on a port of its own, and one Chromium with a beeping microphone."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.journeys.coturn import PROGRAM, Coturn, coturn
from tests.journeys.installed import install
from tests.journeys.media import CHROMIUM, chromium
from tests.journeys.telephone import Telephone, with_telephone
from tests.services.up import Up

__all__ = ["install"]


@pytest.fixture(scope="package")
async def up() -> AsyncIterator[Up]:
    """The installation that the journeys share."""
    async for running in install():
        yield running


@pytest.fixture(scope="package")
async def chrome() -> AsyncIterator[Browser]:
    """Chromium, or a word that it is missing."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium isn't installed (apt install chromium)")
    async with chromium() as running:
        yield running


@pytest.fixture(autouse=True)
async def everybody_goes_home(chrome: Browser) -> AsyncIterator[None]:
    """After each journey its people close their browsers; rings and voices would slow down the next one."""
    yield
    for context in chrome.contexts:
        await context.close()


@pytest.fixture
async def relay() -> AsyncIterator[Coturn]:
    """A real coturn, or a word that it is missing."""
    if PROGRAM is None:
        pytest.skip("coturn isn't installed (apt install coturn)")
    async with coturn() as running:
        yield running


@pytest.fixture(scope="package")
async def telephone() -> AsyncIterator[Telephone]:
    """An installation with a switch beside it, which the journeys on the telephone share."""
    async with with_telephone() as running:
        yield running


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """Where screenshots of this run are left for people to look at: HARK_PICTURES, nowhere where it isn't set."""
    if not (wanted := os.environ.get("HARK_PICTURES")):
        return None
    folder = Path(wanted)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
