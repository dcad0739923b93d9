"""Texts are really spoken: in the telephone's form, for as long as they take to say, each language in its own way."""

import json
from typing import Any

import pytest
from moto import mock_aws

from infra.settings import SettingError, Settings, settings
from infra.speech import speaking
from infra.speech.engines import polly
from infra.speech.reading import readable
from infra.speech.speaking import Unspeakable, speak, spoken
from infra.speech.wav import read
from tenants.texts import speech_seconds
from tests.speech.sounds import level

ENGLISH = "Hello. Are you safe right now? You can hang up at any time."
CHINESE = "您好。您现在安全吗？您随时可以挂断。"


@pytest.mark.parametrize(
    ("text", "language"),
    [(ENGLISH, "en"), (CHINESE, "zh-Hans"), ("Guten Tag. Sie können jederzeit auflegen und später anrufen.", "de-AT")],
)
async def test_a_text_becomes_telephone_sound(text: str, language: str) -> None:
    wav = await speak(text, language)
    sound = read(wav)
    assert wav[:4] == b"RIFF"
    assert sound.rate == 8000
    assert sound.seconds == pytest.approx(speech_seconds(text), rel=0.4)
    assert level(wav) == pytest.approx(3300, rel=0.35)


async def test_wideband_lasts_as_long() -> None:
    wide = read(await speak(ENGLISH, "en", rate=16000))
    assert wide.rate == 16000
    assert wide.seconds == pytest.approx(read(await speak(ENGLISH, "en")).seconds, abs=0.05)


async def test_chinese_is_spoken_sign_by_sign_and_not_announced_as_letters() -> None:
    one, two = read(await speak("我们正在找有空的人", "zh-Hans")), read(await speak("暂时没有人能接电话", "zh-Hans"))
    assert one.pcm != two.pcm
    for sound in (one, two):
        assert 0.15 < sound.seconds / 9 < 0.45  # a syllable each; "Chinese letter" nine times takes a minute
    as_english = read(await speak("我们正在找有空的人", "en"))
    assert as_english.seconds > 2 * one.seconds


async def test_mandarin_and_cantonese_are_two_languages() -> None:
    mandarin, cantonese = await speak(CHINESE, "zh-CN"), await speak(CHINESE, "zh-Hant-HK")
    assert mandarin == await speak(CHINESE, "zh-Hans")
    assert cantonese != mandarin


async def test_a_language_that_nobody_speaks_and_a_text_that_is_none_are_refused() -> None:
    with pytest.raises(Unspeakable, match="“xx”"):
        await speak("Hello.", "xx")
    for text in ("", "  \n", "a" * 1501, "。"):
        with pytest.raises(Unspeakable):
            await speak(text, "zh-Hans")


async def test_markup_and_zero_bytes_are_only_words() -> None:
    plain = await speak("Hello break and goodbye to you.", "en")
    marked = await speak('Hello <break time="60s"/> and\0 goodbye to you.', "en")
    assert read(marked).seconds < read(plain).seconds + 6


@pytest.mark.parametrize(
    ("text", "language", "read_as"),
    [
        ("Call 110 or 12338.", "en", "Call  1 1 0  or  1 2 3 3 8 ."),
        ("拨打110或400-161-9995。", "zh-Hans", "拨打 幺 幺 0 或 4 0 0 幺 6 幺 9 9 9 5 。"),
        ("Ring +44 20 7946 0000", "en", "Ring  + 4 4 2 0 7 9 4 6 0 0 0 0"),
        ("We are here 24 hours, 365 days, 9:00-18:00, since 2019-2020.", "en", None),
        ("Press 1. 100% free, 1.110 kg", "en", None),
    ],
)
def test_telephone_numbers_are_read_digit_by_digit_and_other_numbers_are_left(text, language, read_as) -> None:
    assert readable(text, language) == (read_as or text)


def test_only_an_engine_that_is_there_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARK_SPEECH_VOICES", json.dumps({"en": "Amy"}))
    assert Settings(speech="polly").speech_voices == {"en": "Amy"}
    monkeypatch.setenv("HARK_SPEECH", "parrot")
    settings.cache_clear()
    with pytest.raises(SettingError, match="must be espeak or polly"):
        settings()
    monkeypatch.setenv("HARK_SPEECH", "polly")
    monkeypatch.setenv("HARK_SPEECH_VOICES", "Amy")
    with pytest.raises(SettingError, match=r"HARK_SPEECH_VOICES.*must be JSON"):
        settings()
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Polly as the installation's voice, in a simulated AWS."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setattr(settings(), "speech", "polly")
    with mock_aws():
        yield
    polly._polly.cache_clear()
    polly._voices.cache_clear()
    speaking._resting.clear()


async def test_polly_speaks_where_it_is_chosen_and_by_the_voice_that_is_set(aws, monkeypatch) -> None:
    _, by = await spoken("Hello.", "en")
    assert by == ("polly", "")
    assert polly._chosen("zh-Hans", "")["LanguageCode"] == "cmn-CN"
    assert polly._chosen("en-GB", "")["LanguageCode"] == "en-GB"
    monkeypatch.setattr(settings(), "speech_voices", {"en": "Joey"})
    assert await spoken("Hello.", "en") == (await speak("Hello.", "en"), ("polly", "Joey"))


async def test_when_polly_fails_espeak_speaks_at_once_and_polly_is_left_alone_for_a_minute(
    aws, monkeypatch, caplog
) -> None:
    tried = []

    def broken() -> None:
        tried.append(1)
        raise ConnectionError("the network is down")

    monkeypatch.setattr(polly, "_voices", broken)
    broken.cache_clear = lambda: None
    for _ in range(3):
        wav, by = await spoken(ENGLISH, "en")
        assert by == ("espeak", "")
        assert read(wav).seconds > 3
    assert len(tried) == 1
    assert "the network is down" in caplog.text


async def test_a_language_that_polly_lacks_is_spoken_by_espeak(aws) -> None:
    _, by = await spoken("Saluton.", "eo")
    assert by == ("espeak", "")
    _, by = await spoken("Hello.", "en")
    assert by == ("polly", "")
