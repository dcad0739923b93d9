"""Speaks a text with eSpeak NG: `say <language> <voice or ""> <rate> <words a minute>`, text on stdin."""

import sys

from av import AudioFrame

from infra.speech.wav import write
from infra.speech.work.codes import NO_VOICE, SILENT
from infra.speech.work.espeak import Espeak, NoVoiceError
from infra.speech.work.limits import confine
from infra.speech.work.loudness import SilentError, level
from infra.speech.work.resampling import resampled


def main() -> int:
    """The program. Returns its exit code."""
    language, voice, rate, words_a_minute = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    try:
        sound = Espeak().say(sys.stdin.buffer.read().decode(), language, voice, words_a_minute)
        confine()
        frame = AudioFrame(format="s16", layout="mono", samples=len(sound.pcm) // 2)
        frame.sample_rate = sound.rate
        frame.planes[0].update(sound.pcm)
        pcm = b"".join(resampled([frame], rate))
        sys.stdout.buffer.write(write(level(pcm, rate), rate))
    except NoVoiceError:
        return NO_VOICE
    except SilentError:
        return SILENT
    return 0


if __name__ == "__main__":
    sys.exit(main())
