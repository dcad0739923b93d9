"""Everything that a telephone call stands on is killed, while callers are in every state that there is."""

import asyncio
import json
import os
import random
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import asyncpg
import pytest

from infra.services import endpoints
from infra.settings import HOME
from tests.services.up import Up, free_port
from tests.voice import scenarios
from tests.voice.asterisk import PROGRAMS, program
from tests.voice.sipp import NET, Sipp, address
from tests.voice.sipp import free_port as free_sip_port

STATES = ("greeting", "menu", "ringing", "talking", "voicemail")
KILLED = ("hark worker", "redis-server", "postgres", "hark web")


class Installation:
    """`hark up` with `hark voice` beside it, and the telephones of everybody."""

    def __init__(self, up: Up, sip: int, numbers: dict[str, str]) -> None:
        self.up = up
        self.sip = ("127.0.0.1", sip)
        self.numbers = numbers
        self.callers: dict[str, Sipp] = {}
        self.talking: asyncio.Task[None]

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
        found: list[Any] = []
        try:
            async with asyncio.timeout(within):
                while (found := await self.rows(query)) != wanted:
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"{query}\nsays {found}\ninstead of {wanted}") from None

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


@pytest.fixture(scope="module")
async def installation() -> AsyncIterator[Installation]:
    """A fresh one, gone with everything in it afterwards."""
    await asyncio.to_thread(program)
    above = Path(mkdtemp(prefix="hark-killed-"))
    above.chmod(0o711)
    folder, sip = above / "var", free_sip_port()
    (folder / "voice").mkdir(parents=True)
    folder.chmod(0o711)
    (folder / "voice").chmod(0o711)
    (folder / "voice/asterisk").symlink_to(PROGRAMS)
    up = await Up(folder, free_port(), HARK_TRUNK_CHECK="0").start()  # sipp would take it for its one call
    await up.until("ready at")
    numbers = await filled(folder)
    voice = await a_voice(folder, sip)
    try:
        yield Installation(up, sip, numbers)
    finally:
        for process in (voice, up.process):
            if process.returncode is None:
                process.terminate()
                await process.wait()
        shutil.rmtree(above, ignore_errors=True)


async def call_all(at: Installation) -> tuple[Sipp, Sipp]:
    """Somebody calls each line, and the volunteers' telephones ring; the one who is to talk takes the call."""
    async with asyncio.timeout(60):
        while not await at.rows("SELECT 1 FROM carrier_node WHERE state = 'up'"):
            await asyncio.sleep(0.2)
    ann = await Sipp.start(scenarios.telephone(), to=at.sip, host=address(4), port=5060, within=120)
    ben = await Sipp.start(scenarios.telephone(rings=90), to=at.sip, host=address(2), port=5060, within=120)
    for name, number in at.numbers.items():
        host = address(4) if name == "talking" else address(2)
        at.callers[name] = await Sipp.start(
            scenarios.caller(), to=at.sip, number=number.removeprefix("+"), host=host, within=120
        )
        if name == "voicemail":  # silence would end the message
            at.talking = asyncio.create_task(at.callers[name].sound.say(110))
    await ann.sound.until_heard(1, within=40)
    await ann.sound.press("1")
    await ben.until("INVITE", within=40)
    await at.everybody_is_where_they_were()
    return ann, ben


async def heard(one: Sipp, other: Sipp) -> None:
    """What one says, the other hears, and the other way round."""
    for speaks, hears in ((one, other), (other, one)):
        before = hears.sound.heard
        await speaks.sound.say(1.0)
        assert hears.sound.heard > before + 0.5


async def test_whatever_is_killed_nobody_is_lost_and_voices_go_on(installation: Installation) -> None:
    at = installation
    ann, ben = await call_all(at)
    for name in KILLED:
        await heard(at.callers["talking"], ann)
        next(child for child in at.up.children() if child.name() == name).kill()
        await heard(at.callers["talking"], ann)
        await at.everybody_is_where_they_were()
    await heard(at.callers["talking"], ann)
    menu = "SELECT state->>'node' FROM call JOIN line ON line.id = call.line_id WHERE line.name = 'menu'"
    async with asyncio.timeout(60):
        while await at.rows(menu) != [("voicemail",)]:  # keys pressed before we are back are lost; people press again
            await at.callers["menu"].sound.press("1")
            await asyncio.sleep(1)
    at.talking.cancel()
    await at.callers["voicemail"].sound.press("#")
    await at.until("SELECT status FROM voicemail", [("new",)])
    assert not [message for message in ben.messages() if message.startswith("CANCEL")], "ben's telephone still rings"
    for caller in at.callers.values():
        await caller.hang_up()
    await at.nothing_is_left()
    for phone in (ann, ben):
        await phone.vanish()
