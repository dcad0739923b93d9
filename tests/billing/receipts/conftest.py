"""A hotline of its own for each file: its receipts begin with number 1."""

import pytest

from hark.i18n import LOCALE
from infra.web import i18n
from tests.world import Hotline, Person, open_hotline


@pytest.fixture(scope="session", autouse=True)
def translated() -> None:
    """Receipts are read in the languages that the app and the worker know."""
    i18n.load(LOCALE)


@pytest.fixture(scope="module")
async def opened(ground: None, request: pytest.FixtureRequest) -> tuple[Hotline, Person]:
    """A hotline with its owner."""
    place = request.module.__name__.rpartition("_")[2]
    return await open_hotline(f"owner-{place}@example.org", "rainbow", f"Line of {place}", "Olive")


@pytest.fixture(scope="module")
def line(opened: tuple[Hotline, Person]) -> Hotline:
    """The hotline alone."""
    return opened[0]
