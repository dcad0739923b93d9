"""An installation with a real Asterisk beside it, for journeys on the telephone."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from infra.services import endpoints
from infra.services.voice.accounts import allow
from infra.services.voice.instance import Database, publish
from tests.journeys.installed import install
from tests.journeys.people import Hotline, rows_of
from tests.services.up import Up
from tests.voice import scenarios
from tests.voice.asterisk import Asterisk, running
from tests.voice.sipp import CARRIER, Sipp


@dataclass
class Telephone:
    """An installation with an Asterisk beside it."""

    up: Up
    asterisk: Asterisk

    async def number_for(self, hotline: Hotline) -> str:
        """Let the hotline's number be a real one; its digits."""
        digits = f"4420794{secrets.randbelow(10**5):05}"
        async with rows_of(self.up, hotline.slug) as rows:
            tenant = await rows.fetchval("SELECT id FROM tenant WHERE slug = $1", hotline.slug)
            real = "UPDATE number SET e164 = $1, carrier = 'asterisk' WHERE tenant = $2"
            await rows.execute(real, f"+{digits}", tenant)
        return digits

    async def dial(self, digits: str) -> Sipp:
        """Somebody calls a number."""
        return await Sipp.start(scenarios.caller(), to=self.asterisk.sip, number=digits)


@asynccontextmanager
async def with_telephone() -> AsyncIterator[Telephone]:
    """Hark with a switch that reads its accounts and is found by it."""
    async for up in install():
        host = parse_qs(urlsplit(endpoints(up.folder).database_url).query)["host"][0]
        database = Database(host=host)
        assert await allow(database)
        async with running(database=database) as asterisk:
            await asterisk.trunk("carrier", CARRIER)
            (up.folder / "voice").mkdir(exist_ok=True)
            publish(up.folder, asterisk.at)
            yield Telephone(up, asterisk)
