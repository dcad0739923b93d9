"""A call from the first ring to the last word, as each vendor carries it: what was said, who was rung, who joined."""

from infra.carriers.protocol import (
    Answered,
    Arrived,
    Digit,
    HangUp,
    Heard,
    Join,
    Over,
    Play,
    Prompt,
    Record,
    Recorded,
    Ring,
    Ringing,
)
from infra.ids import new_id
from tests.carriers.twiml.fake.desk import Desk, say
from tests.carriers.twiml.fake.vendor import FakeVendor, number


async def test_a_caller_hears_the_words_and_presses_a_key(vendor: FakeVendor, desk: Desk) -> None:
    ours = number()
    desk.first = say("For help, press 1.", keys="12")
    desk.then[Digit] = say("Thank you.", then="hang_up")
    call = await vendor.dial(ours, "+447700900123")
    assert desk.told == [Arrived("main", call.sid, ours, "+447700900123")]
    assert call.said == ["For help, press 1."]
    assert call.voices == [("en-GB", "Polly.Amy")]
    await call.press("2")
    assert desk.heard(Digit) == [Digit(call.sid, "2")]
    assert call.said[-1] == "Thank you."
    assert call.status == "completed"
    assert desk.told[-1] == Over(call.sid, "gone")


async def test_words_heard_to_the_end_are_reported_once_and_the_key_still_counts(
    vendor: FakeVendor, desk: Desk
) -> None:
    desk.first = say("For help, press 1.", keys="1")
    call = await vendor.dial(number())
    for _ in range(4):
        await call.wait()
    assert desk.heard(Heard) == [Heard(call.sid, "For help, press 1.")]
    assert call.said == ["For help, press 1."]
    await call.press("1")
    assert desk.heard(Digit) == [Digit(call.sid, "1")]


async def test_a_wrong_key_is_told_and_the_words_come_again(vendor: FakeVendor, desk: Desk) -> None:
    """A menu counts it as a try, whoever carries the call."""
    desk.first = say("For help, press 1.", keys="1")
    call = await vendor.dial(number())
    await call.press("9")
    assert desk.heard(Digit) == [Digit(call.sid, "9")]
    assert call.said == ["For help, press 1."] * 2


async def test_a_number_is_typed_in_one_go(vendor: FakeVendor, desk: Desk) -> None:
    desk.first = say("Type the number, then the hash key.", then="quiet", keys="0123456789*#")
    call = await vendor.dial(number())
    await call.press("01632960001#")
    assert "".join(signal.key for signal in desk.told if isinstance(signal, Digit)) == "01632960001#"
    assert call.said == ["Type the number, then the hash key."]


async def test_a_hash_alone_is_told(vendor: FakeVendor, desk: Desk) -> None:
    desk.first = say("Type the number, then the hash key.", then="quiet", keys="0123456789*#")
    call = await vendor.dial(number())
    await call.press("#")
    assert desk.heard(Digit) == [Digit(call.sid, "#")]


async def test_waiting_sounds_as_it_should(vendor: FakeVendor, desk: Desk) -> None:
    desk.first = say("All are busy.", then="music", keys="1")
    call = await vendor.dial(number())
    assert (call.sounding, call.said) == ("music", ["All are busy."])
    await call.wait()
    assert (call.sounding, call.said) == ("music", ["All are busy."])
    await desk.order("main", Play(call.sid, "ring", then="ringback"))
    await vendor.settle()
    assert call.sounding == "ringback"
    assert call.sid in vendor.asked[-1][1]


async def rung(vendor: FakeVendor, desk: Desk, to: str = "+447700900001", seconds: int = 20) -> tuple[str, str]:
    """Ring somebody; the ref, and the number that is shown."""
    ref, ours = str(new_id()), number()
    await desk.order("main", Ring(ref, "ring", f"number:{to}", ours, seconds))
    await vendor.settle()
    return ref, ours


async def test_a_volunteer_is_rung_from_our_number_and_confirms_with_a_key(vendor: FakeVendor, desk: Desk) -> None:
    desk.then[Answered] = say("A call from your hotline. To take it, press 1.", id="confirm.0", keys="1")
    ref, ours = await rung(vendor, desk)
    [call] = vendor.ringing()
    assert (call.to, call.caller, call.timeout) == ("+447700900001", ours, 20)
    await vendor.rings(call)
    await vendor.pick_up(call)
    assert desk.told == [Ringing(ref), Answered(ref)]
    assert call.said == ["A call from your hotline. To take it, press 1."]
    await call.press("1")
    assert desk.told[-1] == Digit(ref, "1")


async def test_two_meet_in_a_room_and_the_one_who_stays_hears_something_else(vendor: FakeVendor, desk: Desk) -> None:
    desk.first = Play("", "soon", then="ringback")
    caller = await vendor.dial(number())
    desk.then[Answered] = Join("", "talk", "the-room")
    ref, _ = await rung(vendor, desk)
    [volunteer] = vendor.ringing()
    await vendor.pick_up(volunteer)
    await desk.order("main", Join(caller.sid, "talk", "the-room"))
    await vendor.settle()
    assert caller.room == volunteer.room == "the-room"
    for leg in (caller, volunteer):
        assert leg.conference is not None
        assert (leg.conference.get("beep"), leg.conference.get("endConferenceOnExit")) == ("false", "false")
    await volunteer.hang_up()
    assert desk.told[-1] == Over(ref, "gone")
    assert caller.room == "the-room"
    await desk.order("main", say("They have hung up. Goodbye.", then="hang_up"), caller.sid)
    await vendor.settle()
    assert caller.said[-1] == "They have hung up. Goodbye."
    assert not caller.living


async def test_why_nobody_answered(vendor: FakeVendor, desk: Desk) -> None:
    for status, reason in (("busy", "busy"), ("no-answer", "no_answer"), ("failed", "unreachable")):
        ref, _ = await rung(vendor, desk)
        [call] = vendor.ringing()
        await vendor.fail(call, status)
        assert desk.told[-1] == Over(ref, reason)  # type: ignore[arg-type]  # one of the reasons


async def test_hanging_up_stops_a_ring_and_ends_a_call(vendor: FakeVendor, desk: Desk) -> None:
    ref, _ = await rung(vendor, desk)
    [call] = vendor.ringing()
    await desk.order("main", HangUp(ref, "end"))
    await vendor.settle()
    assert call.status == "canceled"
    assert desk.told[-1] == Over(ref, "gone")
    desk.first = say("Wait.", then="quiet")
    caller = await vendor.dial(number())
    await desk.order("main", HangUp(caller.sid, "end"))
    await vendor.settle()
    assert caller.status == "completed"


async def test_an_account_on_a_switch_of_ours_is_out_of_reach(vendor: FakeVendor, desk: Desk) -> None:
    ref = str(new_id())
    await desk.order("main", Ring(ref, "ring", "member:ann", number(), 20))
    await vendor.settle()
    assert desk.told == [Over(ref, "unregistered")]
    assert not vendor.calls


async def test_a_message_is_recorded_fetched_and_deleted_there(vendor: FakeVendor, desk: Desk) -> None:
    desk.first = Record("", "3.1", (Prompt("Leave a message.", "en"),), 60)
    desk.then[Recorded] = say("Thank you.", then="hang_up")
    call = await vendor.dial(number())
    assert call.at is not None
    assert (call.at.get("maxLength"), call.at.get("finishOnKey"), call.at.get("playBeep")) == ("60", "#", "true")
    await call.speak(7)
    assert [(type(one), one.id, one.seconds) for one in desk.told if isinstance(one, Recorded)] == [
        (Recorded, "3.1", 7)
    ]
    assert desk.kept["3.1"] == b"RIFF" + bytes(7)
    assert not vendor.recordings
    assert call.said[-1] == "Thank you."


async def test_who_hangs_up_after_speaking_has_left_a_message(vendor: FakeVendor, desk: Desk) -> None:
    desk.first = Record("", "3.1", (Prompt("Leave a message.", "en"),), 60)
    call = await vendor.dial(number())
    await call.speak(5, hang_up=True)
    assert [type(one) for one in desk.told] == [Arrived, Recorded, Over]
    assert desk.kept["3.1"] == b"RIFF" + bytes(5)


async def test_silence_is_no_message(vendor: FakeVendor, desk: Desk) -> None:
    desk.first = Record("", "3.1", (Prompt("Leave a message.", "en"),), 60)
    desk.then[Recorded] = say("Goodbye.", then="hang_up")
    call = await vendor.dial(number())
    await call.speak(0)
    assert desk.heard(Recorded) == [Recorded(call.sid, "3.1", "", 0)]
    assert call.said[-1] == "Goodbye."


async def test_a_whisper_reaches_one_person_or_nobody(vendor: FakeVendor, desk: Desk) -> None:
    """A vendor that can't whisper lets the supervisor only listen: the caller must never hear it."""
    desk.then[Answered] = Join("", "talk", "room")
    coached, _ = await rung(vendor, desk, "+447700900001")
    await vendor.pick_up(vendor.ringing()[0])
    desk.then[Answered] = Join("", "whisper", "room", "whisper", coached)
    await rung(vendor, desk, "+447700900002")
    await vendor.pick_up(vendor.ringing()[0])
    volunteer, supervisor = vendor.calls.values()
    assert supervisor.conference is not None
    if desk.voice is not None and desk.voice.can.listen:
        assert (supervisor.conference.get("coach"), supervisor.conference.get("muted")) == (volunteer.sid, "false")
    else:
        assert (supervisor.conference.get("coach"), supervisor.conference.get("muted")) == (None, "true")


async def test_a_withheld_number_is_none(vendor: FakeVendor, desk: Desk) -> None:
    desk.first = say("Hello.", then="quiet")
    for withheld in (
        "anonymous",
        "+266696687",
        "Restricted",
        "+17378742833",
        "+86282452253",
        "sip:anonymous@x.invalid",
        "",
    ):
        await vendor.dial(number(), withheld)
        assert desk.told[-1].caller == "", withheld  # type: ignore[union-attr]  # it arrived
    await vendor.dial(number(), "sip:+447700900123@example.com")
    assert desk.told[-1].caller == "+447700900123"  # type: ignore[union-attr]  # as above


async def test_a_number_of_nobodys_is_refused_before_it_costs(vendor: FakeVendor, desk: Desk) -> None:
    call = await vendor.dial(number())
    assert "<Reject" in call.documents[0]
    assert not call.living
