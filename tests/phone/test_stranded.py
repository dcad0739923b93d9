"""What a switch did while we were away is taken in, and our numbers are tried without ringing anybody."""

import asyncio
import io
import os
import wave
from pathlib import Path

from sqlmodel import select

from hark.phone import stranded, turns
from hark.phone.outgoing import trying
from hark.switchboard import left
from hark.switchboard.models import Call, Offer, Voicemail
from infra.database import unit_of_work
from infra.scope import tenant_scope
from tests.phone.conftest import Open, answers_on, number_for
from tests.phone.network import PaperNetwork
from tests.switchboard.conftest import RING


def message(folder: Path, number: str, age: float = 60.0) -> Path:
    """A message of three seconds for a number, finished so long ago."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\1\0" * 24000)
    path = folder / f"{number.removeprefix('+')}_447400123459_1795300000_asterisk-1.wav"
    path.write_bytes(made.getvalue())
    os.utime(path, (path.stat().st_mtime - age, path.stat().st_mtime - age))
    return path


async def test_a_message_that_the_switch_took_is_a_voicemail(
    open_hotline: Open, network: PaperNetwork, tmp_path: Path
) -> None:
    hotline = await open_hotline(RING, "ann")
    path = message(tmp_path, await number_for(hotline, network))
    whole = path.read_bytes()
    assert await stranded.bring_in([str(tmp_path)]) == 1
    assert not path.exists()
    path.write_bytes(whole)  # as if we had been killed before it was deleted
    os.utime(path, (0, 0))
    await stranded.bring_in([str(tmp_path)])
    assert not path.exists()
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            call = (await session.exec(select(Call))).one()
            row = (await session.exec(select(Voicemail))).one()
            assert (call.outcome, row.status, row.seconds) == ("voicemail", "new", 3)
            assert await left.sound(session, row) == whole


async def test_what_is_still_being_said_waits(open_hotline: Open, network: PaperNetwork, tmp_path: Path) -> None:
    hotline = await open_hotline(RING, "ann")
    path = message(tmp_path, await number_for(hotline, network), age=1)
    assert await stranded.bring_in([str(tmp_path)]) == 0
    assert path.exists()


async def test_a_number_is_tried_and_nobody_is_rung(open_hotline: Open, network: PaperNetwork) -> None:
    hotline = await open_hotline(RING, "ann")
    e164 = await number_for(hotline, network)
    await hotline.on_duty("ann")
    await answers_on(hotline, "ann", "desk")
    found = asyncio.create_task(trying.tried(hotline.tenant, e164))
    async with asyncio.timeout(10):
        while not network.rung():  # noqa: ASYNC110  # it is rung from a task that tells nobody
            await asyncio.sleep(0.05)
    [leg] = network.rung()
    assert leg.to == f"number:{e164}"
    await network.dial(e164, e164)
    await network.pick_up(leg)
    assert await found
    await turns.quiet()
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            assert (await session.exec(select(Call))).one().simulated
            assert not (await session.exec(select(Offer))).all()
