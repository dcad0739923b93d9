"""The whole telephone over Twilio and its kin: what was said, who was rung, who joined, and what is kept of it."""

import asyncio
import sys

import httpx
import pytest
from sqlmodel import select

from hark.switchboard import left
from hark.switchboard.models import Voicemail
from infra.database import unit_of_work
from infra.scope import tenant_scope
from infra.settings import settings
from infra.speech.wav import read
from tests.carriers.twiml.fake import following
from tests.carriers.twiml.fake.documented import signed
from tests.carriers.twiml.fake.vendor import FakeVendor
from tests.phone.cloud.conftest import ready
from tests.phone.conftest import Open
from tests.phone.test_calls import nothing_is_left, the_call
from tests.switchboard.conftest import QUEUE, RING


async def test_a_call_is_answered_on_a_mobile(open_hotline: Open, vendor: FakeVendor) -> None:
    hotline, e164 = await ready(open_hotline, RING, ann="+447400123451", ben="+447400123452")
    caller = await vendor.dial(e164, "+447700900123")
    assert caller.said == ["Ringing"]
    await caller.wait()
    assert caller.sounding == "ringback"
    [ann], [ben] = vendor.ringing("3451"), vendor.ringing("3452")
    assert {ann.caller, ben.caller} == {e164}
    await vendor.rings(ann)
    await vendor.pick_up(ann)
    assert ann.said == ["A call from your hotline. To take it, press 1."]
    assert caller.room is None
    await ann.press("1")
    call = await the_call(hotline)
    assert call.phase == "talking"
    assert caller.room == ann.room == str(call.id)
    assert ben.status == "canceled"
    await ann.hang_up()
    await vendor.settle()
    assert not caller.living
    assert (await the_call(hotline)).outcome == "answered"
    await nothing_is_left(hotline)


async def test_a_voicemail_that_picks_up_never_gets_the_caller(open_hotline: Open, vendor: FakeVendor) -> None:
    """yap#321."""
    hotline, e164 = await ready(open_hotline, RING, ann="+447400123451")
    caller = await vendor.dial(e164)
    [ann] = vendor.ringing()
    await vendor.pick_up(ann)
    for _ in range(8):
        if ann.living:
            await ann.wait()
    assert not ann.living
    assert ann.rooms == []
    assert len(ann.said) == 3
    assert caller.rooms == []
    assert await hotline.rung((await the_call(hotline)).id, "declined") == ["ann"]


async def test_a_caller_who_hangs_up_stops_every_ring(open_hotline: Open, vendor: FakeVendor) -> None:
    """yap#159."""
    hotline, e164 = await ready(open_hotline, RING, ann="+447400123451", ben="+447400123452")
    caller = await vendor.dial(e164)
    assert len(vendor.ringing()) == 2
    await caller.hang_up()
    assert not vendor.ringing()
    assert (await the_call(hotline)).outcome == "abandoned"
    await nothing_is_left(hotline)


async def test_a_bad_number_doesnt_break_everyones_ring(open_hotline: Open, vendor: FakeVendor) -> None:
    """yap#702."""
    first = RING | {"strategy": "in_order"}
    _, e164 = await ready(open_hotline, first, ann="+447400123451", ben="+447400123452")
    vendor.refuses["+447400123451"] = (400, 21211)
    caller = await vendor.dial(e164)
    [ben] = vendor.ringing()
    assert ben.to == "+447400123452"
    await vendor.pick_up(ben)
    await ben.press("1")
    assert ben.room == caller.room is not None


@pytest.mark.parametrize("hangs_up", [False, True])
async def test_a_message_is_left_and_kept(open_hotline: Open, vendor: FakeVendor, hangs_up: bool) -> None:
    hotline, e164 = await ready(open_hotline, RING)
    caller = await vendor.dial(e164)
    assert caller.said[-1] == "Leave a message"
    await caller.speak(7, hang_up=hangs_up)
    for _ in range(3):
        if caller.living:
            await caller.wait()
    assert ("Thank you" in caller.said) != hangs_up
    assert (await the_call(hotline)).outcome == "voicemail"
    assert not vendor.recordings
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            row = (await session.exec(select(Voicemail))).one()
            assert (row.status, row.seconds) == ("new", 7)
            assert await left.sound(session, row) == b"RIFF" + bytes(7)
    await nothing_is_left(hotline)


async def test_a_queue_plays_music_until_somebody_is_there(open_hotline: Open, vendor: FakeVendor) -> None:
    hotline, e164 = await ready(open_hotline, QUEUE, ann="+447400123451")
    caller = await vendor.dial(e164)
    assert caller.said[0] == "In line"
    await caller.wait()
    assert caller.sounding == "music"
    [ann] = vendor.ringing()
    await vendor.pick_up(ann)
    vendor.fails_before = 1
    await ann.press("1")
    for leg in (caller, ann):
        if leg.room is None:
            await leg.wait()
    assert caller.room == ann.room == str((await the_call(hotline)).id)


@pytest.mark.parametrize("vendor", ["twilio"], indirect=True)
async def test_a_signed_webhook_is_answered_by_the_app_itself(
    open_hotline: Open, vendor: FakeVendor, server: str
) -> None:
    """Through a real server and everything that stands before the routes; the address that counts is the public one."""
    _, e164 = await ready(open_hotline, RING)
    path = "/voice/twilio/main/incoming"
    fields = {"AccountSid": vendor.account.account, "CallSid": f"CA{e164}", "From": "anonymous", "To": e164}
    body, headers = signed("twilio", f"{settings().base_url}{path}", fields)
    async with httpx.AsyncClient(base_url=f"http://{server}") as net:
        answer = await net.post(path, content=body, headers=headers)
        assert "<Say" in answer.text
        assert "<Record" in answer.text
        assert (await net.post(path, content=body + b"&x=1", headers=headers)).status_code == 404
        assert "<Pause" in (await net.get("/voice/silence")).text
        for name in ("ringback", "music", "silence"):
            sound = await net.get(f"/voice/sounds/{name}.wav")
            assert sound.headers["content-type"] == "audio/wav"
            assert read(sound.content).seconds == 9
        assert (await net.get("/voice/sounds/noise.wav")).status_code == 404


async def printed(*arguments: str) -> tuple[int | None, str]:
    """What `hark phone fallback` prints, and how it ends."""
    hark = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hark.cli", "phone", "fallback", *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await hark.communicate()
    return hark.returncode, said.decode()


@pytest.mark.parametrize("vendor", ["twilio"], indirect=True)
async def test_the_fallback_says_the_lines_own_words_in_its_languages(open_hotline: Open, vendor: FakeVendor) -> None:
    _, e164 = await ready(open_hotline, RING)
    code, document = await printed(e164)
    assert code == 0, document
    english, chinese, record, _ = following.read(document.strip(), "twilio")
    assert [english.text, chinese.text] == ["Leave a message"] * 2, "the line's words are the same in both"
    assert [english.get("language"), chinese.get("language")] == ["en-GB", "cmn-CN"]
    assert record.get("action") == "thanks.xml"
    bye = following.read((await printed(e164, "--thanks"))[1].strip(), "twilio")
    assert [verb.tag for verb in bye] == ["Say", "Say", "Hangup"]
    assert await printed("+442079460999") == (1, "hark: no hotline has the number +442079460999\n")
