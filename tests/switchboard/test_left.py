"""What callers leave is kept once, heard whole, and told to those who are there."""

import asyncio

from sqlmodel import select

from hark.switchboard import left
from hark.switchboard.models import Callback, Voicemail
from hark.switchboard.offering.board import board_channel
from infra.database import unit_of_work
from infra.jobs.outbox import Job
from infra.realtime import hub
from infra.storage import store
from tests.switchboard.conftest import RING, Hotline, Open

WAV = b"RIFF" + bytes(range(256)) * 9000  # 2.3 MB: about two and a half minutes of telephone sound


async def at_voicemail(hotline: Hotline) -> tuple[object, int]:
    """A caller who is being asked to leave a message."""
    call = await hotline.call()
    state = (await hotline.row(call)).state
    assert state["node"] == "voicemail"
    return call, state["visit"]


async def test_a_telephone_recording_arrives_in_one_piece_and_is_heard_whole(open_hotline: Open) -> None:
    hotline = await open_hotline(RING, "ann")
    call, visit = await at_voicemail(hotline)
    for _ in range(2):
        async with unit_of_work() as session:
            await left.keep_whole(session, call, visit, WAV, "audio/wav", 144)
    async with unit_of_work() as session:
        row = (await session.exec(select(Voicemail).where(Voicemail.call_id == call))).one()
        assert (row.status, row.media_type, row.seconds) == ("new", "audio/wav", 144)
        assert await left.sound(session, row) == WAV
    keys = await store().keys(f"voicemail/{hotline.tenant}/{call}")
    assert len(keys) == 3
    assert all(b"RIFF" not in kept for kept in [await store().get(key) for key in keys]), "sealed"
    assert (await hotline.row(call)).outcome == "voicemail"


async def test_a_message_that_arrives_after_the_caller_has_hung_up_is_kept(open_hotline: Open) -> None:
    hotline = await open_hotline(RING, "ann")
    call, visit = await at_voicemail(hotline)
    await hotline.hang_up(call)
    async with unit_of_work() as session:
        await left.keep_whole(session, call, visit, WAV, "audio/wav", 144)
    assert (await hotline.row(call)).outcome == "voicemail"


async def test_consoles_and_letter_writers_learn_of_it_once(open_hotline: Open) -> None:
    hotline = await open_hotline(RING, "ann")
    call, visit = await at_voicemail(hotline)
    async with hub.subscribe(board_channel()) as news:
        async with unit_of_work() as session:
            await left.keep_whole(session, call, visit, WAV, "audio/wav", 144)
        told = [await asyncio.wait_for(news.get(), 5)]
        while told[-1]["type"] != "left":
            told.append(await asyncio.wait_for(news.get(), 5))
    assert told[-1] == {"type": "left", "voicemails": 1, "callbacks": 0}
    other = await hotline.call()
    for _ in range(2):
        async with unit_of_work() as session:
            await left.book_callback(session, other, reach={"reach": "x"}, window={}, voicemail_ok=False)
    async with unit_of_work() as session:
        keys = {str(row) for row in await session.exec(select(Voicemail.id))}
        keys |= {str(row) for row in await session.exec(select(Callback.id))}
        owed = (await session.exec(select(Job.payload).where(Job.tenant == hotline.tenant))).all()
    assert sorted(job["key"] for job in owed) == sorted(keys)
