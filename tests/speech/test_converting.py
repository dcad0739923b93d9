"""What people upload or record becomes telephone sound of one level; what is no sound is refused with a reason."""

import asyncio
import os
import struct

import pytest

from infra.errors import Invalid
from infra.speech.converting import converted
from infra.speech.running import WorkFailed, work
from infra.speech.wav import read
from tests.speech.sounds import file, level, peak, tone

KINDS = {
    "browser": ("webm", "libopus", 48000),
    "firefox": ("ogg", "libopus", 48000),
    "mp3": ("mp3", "libmp3lame", 44100),
    "phone": ("mp4", "aac", 44100),
    "studio": ("wav", "pcm_s16le", 44100),
    "flac": ("flac", "flac", 48000),
    "telephone": ("wav", "pcm_mulaw", 8000),
}


@pytest.mark.parametrize("kind", KINDS)
async def test_every_usual_kind_becomes_a_telephone_wav_without_its_silence(kind: str) -> None:
    container, codec, rate = KINDS[kind]
    sound = tone(1.5, rate=rate, before=2, after=1)
    made = await converted(file(sound, container, codec, rate))
    assert read(made).rate == 8000
    assert read(made).seconds == pytest.approx(1.5 + 0.1 + 0.2, abs=0.1)
    assert level(made) == pytest.approx(3300, rel=0.15)


async def test_stereo_is_heard_from_both_sides_and_wideband_can_be_asked_for() -> None:
    stereo = file(tone(1), "wav", "pcm_s16le", layout="stereo")
    assert read(await converted(stereo, rate=16000)).rate == 16000
    assert level(await converted(stereo)) == pytest.approx(3300, rel=0.15)


@pytest.mark.parametrize("loud", [900, 3000, 30000])
async def test_a_quiet_voice_and_a_loud_one_are_heard_alike(loud: int) -> None:
    made = await converted(file(tone(1, loud=loud), "wav", "pcm_s16le"))
    assert level(made) == pytest.approx(3300, rel=0.15)
    assert peak(made) < 30000


async def test_noise_is_not_blown_up_to_a_voice() -> None:
    made = await converted(file(tone(1, loud=250), "wav", "pcm_s16le"))
    assert peak(made) <= 250 * 8


REFUSED = {
    "text": b"Hello, this is no sound.",
    "empty": b"",
    "picture": b"\x89PNG\r\n\x1a\n" + bytes(400),
    "noise": os.urandom(50_000),
    "torn header": file(tone(1), "wav", "pcm_s16le")[:30],
}


@pytest.mark.parametrize("what", REFUSED)
async def test_what_is_no_sound_is_refused(what: str) -> None:
    with pytest.raises(Invalid, match="no sound in this file") as refused:
        await converted(REFUSED[what])
    assert refused.value.field == "sound"


async def test_silence_a_long_recording_and_a_large_file_are_refused_each_with_its_reason() -> None:
    with pytest.raises(Invalid, match="Nothing can be heard"):
        await converted(file(tone(1, loud=20), "wav", "pcm_s16le"))
    with pytest.raises(Invalid, match="longer than 2 minutes"):
        await converted(file(bytes(2 * 8000 * 125), "ogg", "libopus", 8000))
    with pytest.raises(Invalid, match="larger than 10 MB"):
        await converted(bytes(10 * 1024 * 1024 + 1))


async def test_a_recording_that_broke_off_keeps_what_was_there() -> None:
    whole = file(tone(3), "webm", "libopus")
    made = await converted(whole[: len(whole) // 2])
    assert 0.5 < read(made).seconds < 3


async def test_a_playlist_makes_us_read_no_file_of_ours(tmp_path) -> None:
    secret = tmp_path / "secret.wav"
    secret.write_bytes(file(tone(1), "wav", "pcm_s16le"))
    for playlist in (
        f"ffconcat version 1.0\nfile {secret}\n",
        f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://{secret}\n#EXT-X-ENDLIST\n",
    ):
        with pytest.raises(Invalid, match="no sound in this file"):
            await converted(playlist.encode())


async def test_a_file_that_promises_more_than_it_holds_costs_only_what_it_holds() -> None:
    header = bytearray(file(tone(1), "wav", "pcm_s16le"))
    at = header.index(b"data") + 4
    header[at : at + 4] = struct.pack("<I", 0x7FFFFFFF)
    assert read(await converted(bytes(header))).seconds < 2


async def test_ten_hours_of_silence_in_a_small_file_end_after_two_minutes() -> None:
    with pytest.raises(Invalid, match="longer than 2 minutes"):
        await asyncio.wait_for(converted(file(bytes(2 * 8000 * 3600), "flac", "flac", 8000)), 20)


async def test_work_that_fails_says_how() -> None:
    with pytest.raises(WorkFailed) as failed:
        await work("convert", "8000", "never", data=b"")
    assert failed.value.code == 1
    assert "ValueError" in str(failed.value)
