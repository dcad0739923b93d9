"""What an Asterisk tells is heard as signals, once and in order."""

import io
import math
import struct
import wave

import pytest

from infra.carriers.asterisk.legs.reasons import cause, reason
from infra.carriers.asterisk.sounds import seconds
from infra.carriers.asterisk.voice import AsteriskVoice
from infra.carriers.protocol import Answered, Arrived, Digit, HangUp, Over, Play, Record, Recorded, Ring, Ringing
from tests.carriers.asterisk.fake_ari import FakeAri
from tests.carriers.asterisk.heard import Heard

NODE = "one"


def wav(loud: float, silent: float = 0.0) -> bytes:
    """A tone of so many seconds, then silence."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"".join(struct.pack("<h", int(6000 * math.sin(at / 3))) for at in range(int(8000 * loud))))
        file.writeframes(bytes(int(16000 * silent)))
    return made.getvalue()


async def test_a_call_arrives_with_the_number_that_was_dialled_and_the_caller(
    fake: FakeAri, voice: AsteriskVoice, heard: Heard
) -> None:
    await fake.arrive("1", "+442079460000", "+442079460123")
    assert await heard.until(Arrived) == Arrived(NODE, "1", "+442079460000", "+442079460123", "trunk")


@pytest.mark.parametrize(
    ("caller", "more"), [("anonymous", ()), ("", ()), ("Restricted", ()), ("+442079460123", ("prohib_not_screened",))]
)
async def test_a_caller_who_withholds_their_number_has_none(
    fake: FakeAri, voice: AsteriskVoice, heard: Heard, caller: str, more: tuple[str, ...]
) -> None:
    await fake.arrive("1", "442079460000", caller, *more)
    assert (await heard.until(Arrived)).caller == ""


async def test_keys_come_in_order_and_a_hang_up_after_them(fake: FakeAri, voice: AsteriskVoice, heard: Heard) -> None:
    await fake.arrive("1")
    for key in "123#*0":
        await fake.press("1", key)
    await fake.hang_up("1")
    assert await heard.until(Over) == Over("1", "gone")
    assert heard.signals[-8:] == [
        Arrived(NODE, "1", "+442079460000", "+442079460123", "trunk"),
        *(Digit("1", key) for key in "123#*0"),
        Over("1", "gone"),
    ]


async def test_a_leg_that_we_ring_rings_and_is_answered(fake: FakeAri, voice: AsteriskVoice, heard: Heard) -> None:
    await voice.carry_out(NODE, Ring("leg", "r", "member:o-anna", "+442079460000", 20))
    await fake.until(lambda: "leg" in fake.channels)
    await fake.ring("leg")
    await fake.answer("leg")
    await heard.until(Answered, ref="leg")
    assert heard.signals[-2:] == [Ringing("leg"), Answered("leg")]
    await fake.hang_up("leg")
    await heard.until(Over)
    await fake.quiet()
    assert heard.signals[-1] == Over("leg", "gone")
    assert heard.count(Over) == 1  # the leg left us and then was destroyed: that is one end


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (17, "busy"), (18, "no_answer"), (19, "no_answer"), (0, "no_answer"), (16, "no_answer"), (21, "rejected"),
        (1, "unreachable"), (3, "unreachable"), (27, "unreachable"), (38, "unreachable"), (41, "unreachable"),
        (20, "unregistered"), (28, "invalid"), (31, "lost"), (102, "unreachable"),
    ],
)  # fmt: skip
async def test_why_a_rung_leg_came_to_nothing(
    fake: FakeAri, voice: AsteriskVoice, heard: Heard, number: int, why: str
) -> None:
    await voice.carry_out(NODE, Ring("leg", "r", "member:o-anna", "+442079460000", 20))
    await fake.until(lambda: "leg" in fake.channels)
    await fake.hang_up("leg", number)
    assert (await heard.until(Over)).reason == why


async def test_a_rung_leg_that_we_call_off_is_gone_not_unanswered(
    fake: FakeAri, voice: AsteriskVoice, heard: Heard
) -> None:
    await voice.carry_out(NODE, Ring("leg", "r", "member:o-anna", "+442079460000", 20))
    await voice.carry_out(NODE, HangUp("leg", "h"))
    assert (await heard.until(Over)).reason == "gone"


def test_an_answered_leg_is_gone_unless_it_broke() -> None:
    assert {reason(number, answered=True, rung=True) for number in (0, 16, 17, 19, 21)} == {"gone"}
    assert {reason(number, answered=True, rung=False) for number in (27, 31, 38, 41, 44, 102)} == {"lost"}
    assert reason(17, answered=False, rung=False) == "gone"  # a caller who didn't wait
    assert (cause("busy"), cause("gone"), cause("lost")) == (17, 16, 16)


async def test_a_recording_is_told_with_its_length(fake: FakeAri, voice: AsteriskVoice, heard: Heard) -> None:
    await fake.arrive("1")
    await heard.until(Arrived)
    await voice.carry_out(NODE, Record("1", "4.voicemail/1", (), 60))
    await fake.until(lambda: bool(fake.channels["1"].recording))
    await fake.speak("1", wav(9), 9, 8)
    recorded = await heard.until(Recorded)
    assert (recorded.ref, recorded.id, recorded.seconds) == ("1", "4.voicemail/1", 9)
    assert await voice.fetch(NODE, recorded.name) == wav(9)
    await voice.forget(NODE, recorded.name)
    await voice.forget(NODE, recorded.name)
    with pytest.raises(LookupError):
        await voice.fetch(NODE, recorded.name)


@pytest.mark.parametrize(("sound", "length"), [(wav(0.4), 1), (wav(0.0, 0.8), 0), (wav(0.6, 6), 6), (b"", 0)])
async def test_one_word_is_a_message_and_silence_is_none(
    fake: FakeAri, voice: AsteriskVoice, heard: Heard, sound: bytes, length: int
) -> None:
    await fake.arrive("1")
    await heard.until(Arrived)
    await voice.carry_out(NODE, Record("1", "v", (), 60))
    await fake.until(lambda: bool(fake.channels["1"].recording))
    await fake.speak("1", sound, 0, 0)  # Asterisk drops what is left of a second
    await fake.hang_up("1")
    await heard.until(Over)
    assert [type(signal) for signal in heard.signals[-2:]] == [Recorded, Over]
    assert (await heard.until(Recorded)).seconds == length == seconds(sound)


async def test_who_hangs_up_before_the_beep_has_left_nothing(fake: FakeAri, voice: AsteriskVoice, heard: Heard) -> None:
    await fake.arrive("1")
    await heard.until(Arrived)
    await voice.carry_out(NODE, Record("1", "v", (), 60))
    await fake.until(lambda: bool(fake.channels["1"].recording))
    await fake.hang_up("1")
    await heard.until(Over)
    assert [type(signal) for signal in heard.signals[-2:]] == [Recorded, Over]
    assert (await heard.until(Recorded)).seconds == 0


async def test_a_leg_that_left_for_the_fallback_is_lost_to_us(
    fake: FakeAri, voice: AsteriskVoice, heard: Heard
) -> None:
    await fake.arrive("1")
    await fake.tell("StasisEnd", channel=fake.channels["1"])
    assert await heard.until(Over) == Over("1", "lost")


async def test_a_signal_that_could_not_be_kept_is_told_again_in_its_place(
    fake: FakeAri, voice: AsteriskVoice, heard: Heard
) -> None:
    await fake.arrive("1")
    await heard.until(Arrived)
    heard.failing = 2
    await fake.press("1", "1")
    await fake.press("1", "2")
    await heard.until(Digit, key="2")
    assert [signal.key for signal in heard.signals if isinstance(signal, Digit)] == ["1", "2"]


async def test_a_command_for_a_leg_that_is_gone_is_answered_by_its_end(
    fake: FakeAri, voice: AsteriskVoice, heard: Heard
) -> None:
    await voice.carry_out(NODE, Play("nobody", "p"))
    assert await heard.until(Over) == Over("nobody", "gone")
