"""The real Asterisk that tests of the telephone share."""

from collections.abc import AsyncIterator

import pytest

from infra.services.throwaway import Throwaway
from infra.services.voice.accounts import allow
from infra.services.voice.instance import Database
from tests.voice.asterisk import Asterisk, running
from tests.voice.sipp import Sipp


@pytest.fixture(scope="session")
async def asterisk(services: Throwaway, ground: None) -> AsyncIterator[Asterisk]:
    """One for each process of the test run, with operators' accounts from the run's own database."""
    database = Database(host=str(services.services.home.sockets))
    await allow(database)
    async with running(database=database) as started:
        yield started


@pytest.fixture(autouse=True)
async def no_telephone_outlives_its_test() -> AsyncIterator[None]:
    """Ends those that a test left off the hook."""
    yield
    for phone in list(Sipp.living):
        await phone.vanish()
