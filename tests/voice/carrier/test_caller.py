"""What a caller hears, presses and says, over a real Asterisk."""

import asyncio

from infra.carriers.protocol import Arrived, Digit, HangUp, Heard, Over, Play, Record, Recorded
from tests.voice import scenarios
from tests.voice.carrier.conftest import NUMBER, Stage, Words

SILENCE = bytes([0xFF] * 160)


async def test_a_caller_hears_the_greeting_and_hangs_up_early(stage: Stage, words: Words) -> None:
    phone, ref = await stage.caller()
    arrived = await stage.heard.until(Arrived)
    assert (arrived.dialled, arrived.caller) == (NUMBER, "442079460123")
    await stage.tell(Play(ref, "p", (words(5.0),)))
    await phone.sound.until_heard(1)
    await phone.hang_up()
    assert await stage.heard.until(Over) == Over(ref, "gone")
    assert stage.heard.count(Heard) == 0
    await stage.asterisk.until_quiet()


async def test_all_words_are_heard_in_order_before_that_is_said(stage: Stage, words: Words) -> None:
    phone, ref = await stage.caller()
    await stage.tell(Play(ref, "p", (words(0.6), words(0.7))))
    await stage.heard.until(Heard, id="p")
    assert 1.2 <= phone.sound.heard <= 1.4


async def test_keys_arrive_by_rfc_4733_and_stop_the_words(stage: Stage, words: Words) -> None:
    phone, ref = await stage.caller()
    await stage.tell(Play(ref, "p", (words(5.0),), keys="0123456789*#"))
    await phone.sound.until_heard(0.5)
    await phone.sound.press("7")
    await stage.heard.until(Digit, key="7")
    await stage.heard.until(Heard, id="p")
    heard = phone.sound.heard
    await phone.sound.press("1*#0")
    await stage.heard.until(Digit, key="0")
    assert [signal.key for signal in stage.heard.signals if isinstance(signal, Digit)] == [*"71*#0"]
    assert phone.sound.heard < heard + 0.2


async def test_keys_arrive_by_sip_info(stage: Stage, words: Words) -> None:
    phone, ref = await stage.caller(scenarios.info_keys("12#"))
    await stage.tell(Play(ref, "p", (), "quiet"))
    await stage.heard.until(Over, ref=ref)
    assert [signal.key for signal in stage.heard.signals if isinstance(signal, Digit)] == [*"12#"]
    assert (await phone.done()).code == 0


async def test_ringing_and_music_go_on_until_something_else_is_said(stage: Stage, words: Words) -> None:
    phone, ref = await stage.caller()
    await stage.tell(Play(ref, "r", (words(0.4),), "ringback"))
    await phone.sound.until_heard(1.0)
    await stage.tell(Play(ref, "m", (), "music"))
    await phone.sound.until_heard(1.0)
    await stage.tell(Play(ref, "q", (), "quiet"))
    await asyncio.sleep(0.2)
    before, packets = phone.sound.heard, len(phone.sound.packets)
    await asyncio.sleep(0.6)
    assert phone.sound.heard <= before + 0.1
    assert len(phone.sound.packets) > packets + 10  # silence is sent: the line lives
    await stage.tell(Play(ref, "p", (words(0.5),)))
    await stage.heard.until(Heard, id="p")
    assert phone.sound.heard >= before + 0.4


async def test_a_goodbye_is_heard_whole_and_ends_the_call(stage: Stage, words: Words) -> None:
    phone, ref = await stage.caller()
    await stage.tell(Play(ref, "bye", (words(1.0),), "hang_up"))
    assert await stage.heard.until(Over) == Over(ref, "gone")
    outcome = await phone.done()
    assert outcome.code == 0
    assert phone.sound.heard >= 0.9


async def test_a_call_is_turned_away_unanswered_as_busy(stage: Stage) -> None:
    phone, ref = await stage.caller(scenarios.caller_refused(486))
    await stage.tell(HangUp(ref, "h", "busy"))
    assert await stage.heard.until(Over) == Over(ref, "gone")
    assert (await phone.done()).code == 0


async def test_a_message_is_left_after_the_beep_and_fetched(stage: Stage, words: Words) -> None:
    phone, ref = await stage.caller()
    await stage.tell(Record(ref, "2.voicemail/1", (words(0.5),), 30))
    await phone.sound.until_heard(0.6)  # the words and the beep
    await asyncio.sleep(0.3)
    await phone.sound.say(2.5)
    await phone.sound.press("#")
    recorded = await stage.heard.until(Recorded)
    assert (recorded.ref, recorded.id) == (ref, "2.voicemail/1")
    assert 2 <= recorded.seconds <= 3
    sound = await stage.voice.fetch(stage.asterisk.at.name, recorded.name)
    assert len(sound) > 2 * 8000 * 2
    await stage.voice.forget(stage.asterisk.at.name, recorded.name)
    assert stage.heard.count(Over) == 0


async def test_one_word_and_a_hang_up_is_a_message(stage: Stage, words: Words) -> None:
    phone, ref = await stage.caller()
    await stage.tell(Record(ref, "v", (), 30))
    await phone.sound.until_heard(0.1)
    await asyncio.sleep(0.3)
    await phone.sound.say(0.5)
    await phone.hang_up()
    await stage.heard.until(Over, ref=ref)
    assert [type(signal) for signal in stage.heard.signals[-2:]] == [Recorded, Over]
    recorded = await stage.heard.until(Recorded)
    assert recorded.seconds == 1
    await stage.voice.forget(stage.asterisk.at.name, recorded.name)


async def test_who_hangs_up_in_the_words_before_the_beep_leaves_nothing(stage: Stage, words: Words) -> None:
    phone, ref = await stage.caller()
    await stage.tell(Record(ref, "v", (words(5.0),), 30))
    await phone.sound.until_heard(0.3)
    await phone.hang_up()
    await stage.heard.until(Over, ref=ref)
    assert (await stage.heard.until(Recorded)).seconds == 0


async def test_long_silence_ends_a_message(stage: Stage) -> None:
    phone, ref = await stage.caller()
    await stage.tell(Record(ref, "v", (), 30))
    await phone.sound.until_heard(0.1)
    await phone.sound.say(7.5, SILENCE)
    recorded = await stage.heard.until(Recorded)
    assert recorded.seconds == 0
