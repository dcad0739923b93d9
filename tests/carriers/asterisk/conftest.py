"""A switch in memory, somebody who hears it, and the voice that connects the two."""

from collections.abc import AsyncIterator

import pytest

from infra.carriers.asterisk.voice import AsteriskVoice
from infra.carriers.protocol import Resync
from tests.carriers.asterisk.fake_ari import FakeAri
from tests.carriers.asterisk.heard import Heard


@pytest.fixture
async def fake() -> AsyncIterator[FakeAri]:
    async with FakeAri().running() as running:
        yield running


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def voice(fake: FakeAri, heard: Heard) -> AsyncIterator[AsteriskVoice]:
    """Connected."""
    async with heard.of(fake.node(trunk="main")) as voice:
        await heard.until(Resync)
        yield voice
