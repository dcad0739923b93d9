"""Speaks texts with eSpeak NG: `say <rate>`, on stdin a JSON list of [text, language, voice or "", words a minute].

Comes back for each text in turn: four bytes that are the length of its WAV, and the WAV; or four bytes that are one of
`codes`, all of which are shorter than any WAV.
"""

import json
import sys

from av import AudioFrame

from infra.speech.programs.codes import NO_VOICE, SILENT
from infra.speech.programs.espeak import Espeak, NoVoiceError
from infra.speech.programs.limits import confine
from infra.speech.programs.loudness import SilentError, level
from infra.speech.programs.resampling import resampled
from infra.speech.wav import write


def spoken(espeak: Espeak, text: str, language: str, voice: str, words_a_minute: int, rate: int) -> bytes:
    """One text as telephone WAV. Raises NoVoiceError, SilentError."""
    sound = espeak.say(text, language, voice, words_a_minute)
    if not sound.pcm:
        raise SilentError
    frame = AudioFrame(format="s16", layout="mono", samples=len(sound.pcm) // 2)
    frame.sample_rate = sound.rate
    frame.planes[0].update(sound.pcm)
    return write(level(b"".join(resampled([frame], rate)), rate), rate)


def main() -> int:
    """The program. Returns its exit code."""
    confine()
    rate, espeak = int(sys.argv[1]), Espeak()
    for text, language, voice, words_a_minute in json.load(sys.stdin):
        try:
            made = spoken(espeak, text, language, voice, words_a_minute, rate)
        except NoVoiceError:
            sys.stdout.buffer.write(NO_VOICE.to_bytes(4, "big"))
        except SilentError:
            sys.stdout.buffer.write(SILENT.to_bytes(4, "big"))
        else:
            sys.stdout.buffer.write(len(made).to_bytes(4, "big") + made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
