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
def pictures() -> Path:
    """Where screenshots of this run are left for people to look at."""
    folder = Path(os.environ.get("HARK_PICTURES", "var/pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A journey goes through four programs and two browsers on a machine that may be busy with another: one that
    fails is walked once more, and the run says so at its end."""
    for item in items:
        if item.get_closest_marker("journey"):
            item.add_marker(pytest.mark.flaky(reruns=1))
