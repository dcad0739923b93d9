"""Networks lose, double, delay and reorder; processes die. Nobody is rung twice, nobody is left hanging."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from infra.carriers.protocol import (
    Answered,
    Arrived,
    Digit,
    HangUp,
    Join,
    Over,
    Play,
    Prompt,
    Record,
    Recorded,
    Ring,
    Ringing,
)
from infra.carriers.twiml.models import VendorLeg, begin
from infra.carriers.twiml.voice import Twiml
from infra.clock import now
from infra.database import unit_of_work
from infra.ids import new_id
from infra.jobs.outbox import Job
from infra.jobs.run import run_job
from tests.carriers.twiml.fake.desk import Desk, say
from tests.carriers.twiml.fake.vendor import FakeVendor, number


async def ring(vendor: FakeVendor, desk: Desk, *, ref: str = "", to: str = "+447700900001", ours: str = "") -> Ring:
    """Ring somebody."""
    command = Ring(ref or str(new_id()), "ring", f"number:{to}", ours or number(), 20)
    await desk.order("main", command)
    await vendor.settle()
    return command


async def age(ref: str, seconds: int) -> None:
    """Everything that is remembered of this leg is older."""
    past = now() - timedelta(seconds=seconds)
    async with unit_of_work() as session:
        await session.execute(update(VendorLeg).where(col(VendorLeg.ref) == ref).values(asked_at=past, seen_at=past))


def adapter(desk: Desk) -> Twiml:
    assert isinstance(desk.voice, Twiml)
    return desk.voice


# What comes doubled, late and out of order


async def test_a_key_that_comes_twice_counts_once(vendor: FakeVendor, desk: Desk) -> None:
    desk.first = say("Type.", then="quiet", keys="12")
    call = await vendor.dial(number())
    await call.press("1")
    url, fields, _ = vendor.posted[-1]
    first, second = await asyncio.gather(vendor.post(url, fields), vendor.post(url, fields))
    assert (first.status_code, second.status_code) == (200, 200)
    assert desk.heard(Digit) == [Digit(call.sid, "1")]


async def test_a_key_for_a_question_that_is_over_doesnt_answer_the_next(vendor: FakeVendor, desk: Desk) -> None:
    desk.first = say("First?", keys="1")
    call = await vendor.dial(number())
    assert call.at is not None
    late = call.at.attrib["action"]
    await desk.order("main", say("Second?", keys="1"), call.sid)
    await vendor.settle()
    await vendor.post(late, vendor.fields(call, Digits="1"))
    assert not desk.heard(Digit)


async def test_a_call_that_arrives_twice_is_one(vendor: FakeVendor, desk: Desk) -> None:
    desk.first = say("Hello.", then="quiet")
    await vendor.dial(number())
    url, fields, _ = vendor.posted[0]
    answer = await vendor.post(url, fields)
    assert "Hello." in answer.text
    assert len(desk.heard(Arrived)) == 1


async def test_statuses_out_of_order_and_doubled_change_nothing(vendor: FakeVendor, desk: Desk) -> None:
    vendor.holds_back = True
    ref = (await ring(vendor, desk)).ref
    [call] = vendor.ringing()
    await vendor.rings(call)
    await vendor.fail(call, "busy")
    assert [event for _, event in vendor.held] == ["initiated", "ringing", "completed"]
    for event in ("completed", "ringing", "completed", "initiated", "ringing"):
        await vendor.status(call, event)
    assert desk.told == [Over(ref, "busy")]


async def test_a_late_ringing_after_the_answer_is_nothing(vendor: FakeVendor, desk: Desk) -> None:
    vendor.holds_back = True
    desk.then[Answered] = say("Press 1.", keys="1")
    ref = (await ring(vendor, desk)).ref
    [call] = vendor.ringing()
    await vendor.rings(call)
    await vendor.pick_up(call)
    await vendor.status(call, "ringing")
    assert desk.told == [Answered(ref)]
    assert not desk.heard(Ringing)


async def test_a_recording_told_twice_is_kept_once(vendor: FakeVendor, desk: Desk) -> None:
    desk.first = Record("", "3.1", (), 60)
    desk.then[Recorded] = say("Thank you.", then="hang_up")
    call = await vendor.dial(number())
    await call.speak(7)
    media = next(post for post in vendor.posted if "/media" in post[0])
    await vendor.post(media[0], media[1])
    assert len(desk.heard(Recorded)) == 1


async def test_who_hangs_up_while_we_are_told_of_them_is_gone(vendor: FakeVendor, desk: Desk) -> None:
    desk.first = say("Hello.", then="quiet")
    hear, arrived = desk.hear, asyncio.Event()

    async def slowly(node: str, signals: object) -> None:
        arrived.set()
        await asyncio.sleep(0.1)
        await hear(node, signals)  # type: ignore[arg-type]  # signals

    adapter(desk).hear = slowly
    dialling = asyncio.create_task(vendor.dial(number()))
    await arrived.wait()
    [call] = vendor.calls.values()
    adapter(desk).hear = hear
    await vendor.over(call, "completed")
    await dialling
    assert desk.told[-1] == Over(call.sid, "gone")
    assert not desk.orders


# What gets lost


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_call_is_never_made_twice(vendor: FakeVendor, desk: Desk, when: str) -> None:
    """The vendor breaks before it makes the call, or right after: nobody knows which."""
    setattr(vendor, f"fails_{when}", 1)
    command = await ring(vendor, desk)
    [call] = vendor.ringing()
    await desk.order("main", command)
    await vendor.settle()
    assert list(vendor.calls.values()) == [call]
    await vendor.rings(call)
    assert desk.told == [Ringing(command.ref)]


async def test_a_process_that_died_while_asking_leaves_one_call(vendor: FakeVendor, desk: Desk) -> None:
    """The intent was written down, the call was made, and nobody learnt its name."""
    vendor.holds_back = True
    command = await ring(vendor, desk)
    [call] = vendor.ringing()
    async with unit_of_work() as session:
        await session.execute(update(VendorLeg).where(col(VendorLeg.ref) == command.ref).values(sid=""))
    await desk.order("main", command)
    await vendor.settle()
    assert len(vendor.calls) == 1
    await age(command.ref, 60)
    await desk.order("main", command)
    await vendor.settle()
    assert len(vendor.calls) == 1
    await desk.order("main", HangUp(command.ref, "end"))
    await vendor.settle()
    assert call.status == "canceled"


async def test_an_intent_of_which_nothing_came_is_carried_out_later(vendor: FakeVendor, desk: Desk) -> None:
    ref = str(new_id())
    await begin("main", ref)
    await ring(vendor, desk, ref=ref)
    assert not vendor.calls
    await age(ref, 60)
    await ring(vendor, desk, ref=ref)
    assert len(vendor.ringing()) == 1


async def test_a_volunteer_whom_the_vendor_cant_be_asked_to_ring_isnt_waited_for(
    vendor: FakeVendor, desk: Desk
) -> None:
    vendor.fails_before = 10
    command = await ring(vendor, desk)
    assert desk.told == [Over(command.ref, "unreachable")]


async def test_a_ghost_is_ended_as_soon_as_it_says_that_it_rings(vendor: FakeVendor, desk: Desk) -> None:
    """phantom rings (yap#159): the call was made after all, when nobody wanted it any more."""
    vendor.holds_back = True
    vendor.fails_after = 10
    vendor.api_is_blind = True
    command = await ring(vendor, desk)
    assert desk.told == [Over(command.ref, "unreachable")]
    ghosts = vendor.ringing()
    assert ghosts
    for ghost in ghosts:
        await vendor.status(ghost, "ringing")
    await vendor.settle()
    assert [ghost.status for ghost in ghosts] == ["canceled"] * len(ghosts)
    assert desk.told == [Over(command.ref, "unreachable")]


@pytest.mark.parametrize(("status", "code", "reason"), [(400, 21211, "invalid"), (400, 21215, "blocked"), (402, 1, "")])
async def test_a_refusal_says_why(vendor: FakeVendor, desk: Desk, status: int, code: int, reason: str) -> None:
    """yap#702: one malformed number must not break everyone's ring."""
    vendor.refuses["+4477"] = (status, code)
    command = await ring(vendor, desk, to="+4477")
    assert desk.told == [Over(command.ref, reason or "unreachable")]  # type: ignore[arg-type]  # one of the reasons
    await ring(vendor, desk, to="+447700900002")
    assert len(vendor.ringing()) == 1


async def test_a_ring_that_is_called_off_while_it_is_asked_for_doesnt_ring(vendor: FakeVendor, desk: Desk) -> None:
    command = Ring(str(new_id()), "ring", "number:+447700900001", number(), 20)
    await desk.order("main", command)
    await desk.order("main", HangUp(command.ref, "end"))
    await vendor.settle()
    assert not vendor.ringing()
    assert desk.told[-1] == Over(command.ref, "gone")


async def test_who_waits_hears_of_a_lost_command_by_asking(vendor: FakeVendor, desk: Desk) -> None:
    desk.first = say("All are busy.", then="music")
    call = await vendor.dial(number())
    vendor.fails_before = 1
    await desk.order("main", Join(call.sid, "talk", "room"))
    await vendor.settle()
    assert call.room is None
    await call.wait()
    assert call.room == "room"


async def test_a_command_that_a_room_didnt_hear_is_owed_until_it_does(vendor: FakeVendor, desk: Desk) -> None:
    """Whoever is in a room asks nothing, so there it is a job, which outlives this process."""
    desk.first = Join("", "talk", "room")
    call = await vendor.dial(number())
    vendor.fails_before = 1
    await desk.order("main", say("Goodbye.", then="hang_up"), call.sid)
    await vendor.settle()
    assert call.room == "room"
    async with unit_of_work() as session:
        owed = (await session.exec(select(Job).where(Job.name == "twiml.again", col(Job.done_at).is_(None)))).all()
        [job] = [one for one in owed if one.payload["ref"] == call.sid]
        await session.execute(update(Job).where(col(Job.id) == job.id).values(due_at=now()))
    assert await run_job(job.id)
    await vendor.settle()
    assert call.said == ["Goodbye."]
    assert not call.living


async def test_an_ending_that_was_never_told_is_found_out(vendor: FakeVendor, desk: Desk) -> None:
    desk.first = Join("", "talk", "room")
    call = await vendor.dial(number())
    vendor.holds_back = True
    await call.hang_up()
    await adapter(desk).look()
    assert not desk.heard(Over)
    await age(call.sid, 60)
    await adapter(desk).look()
    assert desk.heard(Over) == [Over(call.sid, "gone")]


async def test_a_living_leg_that_is_silent_is_left_alone(vendor: FakeVendor, desk: Desk) -> None:
    desk.first = Join("", "talk", "room")
    call = await vendor.dial(number())
    await age(call.sid, 60)
    await adapter(desk).look()
    assert call.room == "room"
    assert not desk.heard(Over)


async def test_a_message_whose_callbacks_were_lost_is_found(vendor: FakeVendor, desk: Desk) -> None:
    desk.first = Record("", "3.1", (Prompt("Leave a message.", "en"),), 60)
    call = await vendor.dial(number())
    vendor.loses_media = True
    await call.speak(6, hang_up=True)
    assert not desk.heard(Over)
    await age(call.sid, 60)
    await adapter(desk).look()
    assert [type(one) for one in desk.told] == [Arrived, Recorded, Over]
    assert desk.kept["3.1"] == b"RIFF" + bytes(6)


async def test_a_message_that_nobody_says_is_ready_is_asked_for(vendor: FakeVendor, desk: Desk) -> None:
    desk.first = Record("", "3.1", (Prompt("Leave a message.", "en"),), 60)
    desk.then[Recorded] = say("Thank you.", then="hang_up")
    call = await vendor.dial(number())
    vendor.loses_media = True
    await call.speak(6)
    for _ in range(6):
        if call.living:
            await call.wait()
    assert desk.kept["3.1"] == b"RIFF" + bytes(6)
    assert call.said == ["Leave a message.", "Thank you."]


async def test_a_message_that_is_long_in_the_making_is_waited_for(vendor: FakeVendor, desk: Desk) -> None:
    desk.first = Record("", "3.1", (Prompt("Leave a message.", "en"),), 60)
    desk.then[Recorded] = say("Thank you.", then="hang_up")
    call = await vendor.dial(number())
    vendor.loses_media = vendor.is_slow = True
    await call.speak(6)
    for _ in range(10):
        await call.wait()
    assert not desk.heard(Recorded)
    vendor.taken[call.sid][0]["status"] = "completed"
    await call.wait()
    assert desk.kept["3.1"] == b"RIFF" + bytes(6)
    assert not call.living


async def test_a_message_that_comes_after_the_end_is_kept_all_the_same(vendor: FakeVendor, desk: Desk) -> None:
    desk.first = Record("", "3.1", (Prompt("Leave a message.", "en"),), 60)
    call = await vendor.dial(number())
    assert call.at is not None
    media = call.at.attrib["recordingStatusCallback"]
    vendor.loses_media = vendor.is_slow = True
    await call.speak(6, hang_up=True)
    await age(call.sid, 60)
    await adapter(desk).look()
    assert [type(one) for one in desk.told] == [Arrived, Over]
    name = vendor.taken[call.sid][0]["sid"]
    said = {"RecordingSid": name, "RecordingDuration": "6", "RecordingStatus": "completed"}
    await vendor.post(media, vendor.fields(call, **said))
    assert desk.kept["3.1"] == b"RIFF" + bytes(6)


# When we are in trouble ourselves


async def test_a_caller_outlasts_our_trouble(vendor: FakeVendor, desk: Desk) -> None:
    desk.first = say("Hello.", then="quiet")
    desk.broken = 2
    call = await vendor.dial(number())
    assert call.said == []
    await call.wait()
    await call.wait()
    assert call.said == ["Hello."]


async def test_a_caller_whom_we_cant_serve_is_given_to_the_fallback(
    vendor: FakeVendor, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.broken = 10**6
    call = await vendor.dial(number())
    for _ in range(8):
        if call.living:
            await call.wait()
    assert not call.living
    assert "<Reject" in call.documents[-1]


async def test_said_again_is_not_done_again(vendor: FakeVendor, desk: Desk) -> None:
    desk.first = say("Hello.", then="quiet")
    call = await vendor.dial(number())
    for _ in range(3):
        await desk.order("main", say("Hello.", then="quiet"), call.sid)
    await vendor.settle()
    assert call.said == ["Hello."]
    assert not [said for method, path, said in vendor.asked if method == "POST"]


async def test_a_play_for_a_leg_that_is_over_harms_nobody(vendor: FakeVendor, desk: Desk) -> None:
    await desk.order("main", Play("CA-nobody", "x", (Prompt("Hello.", "en"),)))
    await desk.order("elsewhere", Play("CA-nobody", "x"))
    await vendor.settle()
    assert not vendor.asked
