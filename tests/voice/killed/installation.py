"""A whole installation to be cruel to: `hark up` with `hark voice` beside it, and the telephones of everybody."""

import asyncio
import json
import os
import random
import sys
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import psutil

from infra.carriers.asterisk.trunks import PREFIX
from infra.services import endpoints
from infra.services.voice.instance import published
from infra.settings import HOME
from tests.services.up import Up, free_port
from tests.voice import scenarios
from tests.voice.killed.ground import COMPANY
from tests.voice.sipp import NET, Sipp, address

STATES = ("greeting", "menu", "ringing", "talking", "voicemail")


class Installation:
    """`hark up` with `hark voice` beside it, and the telephones of everybody."""

    def __init__(self, up: Up, voice: asyncio.subprocess.Process, sip: int, numbers: dict[str, str]) -> None:
        self.up = up
        self.voice = voice
        self.sip = ("127.0.0.1", sip)
        self.numbers = numbers
        self.callers: dict[str, Sipp] = {}
        self.talking: asyncio.Task[None]

    @property
    def switch(self) -> psutil.Process:
        """The Asterisk that `hark voice` keeps."""
        (child,) = psutil.Process(self.voice.pid).children()
        return child

    async def volunteers(self) -> tuple[Sipp, Sipp]:
        """The telephones of the volunteer who is to talk, and of the one who is only rung."""
        ann = await Sipp.start(scenarios.telephone(), to=self.sip, host=address(4), port=5060, within=240)
        ben = await Sipp.start(scenarios.telephone_that_rings(), to=self.sip, host=address(2), port=5060, within=240)
        return ann, ben

    async def call_all(self, ann: Sipp, ben: Sipp) -> None:
        """Somebody calls each line, and the volunteers' telephones ring; the one who is to talk takes the call."""
        await self.companies_are_known()
        for name, number in self.numbers.items():
            host = address(4) if name == "talking" else address(2)
            self.callers[name] = await Sipp.start(
                scenarios.caller(), to=self.sip, number=number.removeprefix("+"), host=host, within=240
            )
            if name == "voicemail":  # silence would end the message
                self.talking = asyncio.create_task(self.callers[name].sound.say(200))
        await ann.sound.until_heard(1, within=40)
        await ann.sound.press("1")
        await ben.until("INVITE", within=40)
        await self.everybody_is_where_they_were()

    async def companies_are_known(self) -> None:
        """The switch has been told of every telephone company; it refuses what comes of any other."""
        async with asyncio.timeout(60):
            while len(await self._trunks()) < len(set(COMPANY.values())):
                await asyncio.sleep(0.1)

    async def _trunks(self) -> list[str]:
        for at in published(self.up.folder):
            try:
                async with httpx.AsyncClient(base_url=at.ari, auth=(at.user, at.password), timeout=3) as line:
                    said = await line.get("/endpoints/PJSIP")
            except httpx.HTTPError:
                continue
            if said.is_success:  # 404 means none
                return [each["resource"] for each in said.json() if each["resource"].startswith(PREFIX)]
        return []

    async def rows(self, query: str) -> list[Any]:
        """What the database says, to its superuser; asked again while it is being restarted."""
        for _ in range(60):
            try:
                line = await asyncpg.connect(
                    host=str(self.up.folder / "services/run"), user="postgres", database="hark", timeout=3
                )
                try:
                    return [tuple(row) for row in await line.fetch(query)]
                finally:
                    await line.close()
            except (OSError, asyncpg.PostgresError, TimeoutError):
                await asyncio.sleep(0.3)
        raise AssertionError("the database never came back")

    async def until(self, query: str, wanted: list[Any], within: float = 60.0) -> None:
        """Return once the database says this."""
        said: list[list[Any]] = []
        try:
            async with asyncio.timeout(within):
                while (found := await self.rows(query)) != wanted:
                    if found not in said[-1:]:
                        said.append(found)
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"{query}\nsaid in turn {said}\ninstead of {wanted}") from None

    async def everybody_is_where_they_were(self) -> None:
        """Each caller is still in the state that their line keeps them in; whoever has heard the greeting out is in
        the menu behind it."""
        where = "SELECT DISTINCT line.name, replace(state->>'node', 'menu', line.name) FROM call"
        here = f"{where} JOIN line ON line.id = call.line_id WHERE phase <> 'ended' ORDER BY 1"
        await self.until(here, sorted((name, name) for name in STATES))

    async def nothing_is_left(self) -> None:
        """Nobody is reserved, no leg lives, no call goes on."""
        await self.until("SELECT count(*) FROM call WHERE phase <> 'ended'", [(0,)])
        await self.until("SELECT count(*) FROM offer WHERE state IN ('ringing', 'talking', 'wrapping')", [(0,)])
        await self.until("SELECT count(*) FROM leg WHERE state <> 'over'", [(0,)])


async def a_voice(folder: Path, sip: int) -> asyncio.subprocess.Process:
    """`hark voice` on ports of its own."""
    first = random.randrange(20000, 31000, 200)
    bare = {name: value for name, value in os.environ.items() if not name.startswith("HARK_")}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hark.cli", "voice",
        env=bare | {
            "HARK_DATA_DIR": str(folder), "HARK_SIP_PORT": str(sip), "HARK_ARI_PORT": str(free_port()),
            "HARK_RTP_PORTS": f"{first}-{first + 199}",
        },
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip


async def filled(folder: Path) -> dict[str, str]:
    """The numbers of the hotline that is in there from now on."""
    where = {"HARK_DATA_DIR": str(folder), "HARK_DATABASE_URL": endpoints(folder).database_url}
    where |= {"HARK_REDIS_URL": endpoints(folder).redis_url, "PYTHONPATH": f"{HOME}:{HOME}/platform"}
    made = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.voice.killed.ground", NET, env=os.environ | where, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await made.communicate()
    numbers: dict[str, str] = json.loads(said)
    return numbers


async def heard(one: Sipp, other: Sipp) -> None:
    """What one says, the other hears, and the other way round."""
    for speaks, hears in ((one, other), (other, one)):
        speaking = asyncio.create_task(speaks.sound.say(20))
        await hears.sound.until_heard(0.8, within=15)
        speaking.cancel()
