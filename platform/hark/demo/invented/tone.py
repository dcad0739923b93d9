"""A short quiet chord as a WAV file: what a simulated caller leaves instead of words."""

import math
import struct
from functools import cache

MEDIA_TYPE = "audio/wav"
RATE = 8000
NOTES = (262, 330, 392, 523)


@cache
def tone(seconds: int) -> bytes:
    """So many seconds of 8-bit mono: one note after another, each fading out (RIFF, PCM)."""
    sound = bytes(_sample(n / RATE) for n in range(seconds * RATE))
    body = struct.pack("<4sIHHIIHH4sI", b"fmt ", 16, 1, 1, RATE, RATE, 1, 8, b"data", len(sound)) + sound
    return struct.pack("<4sI4s", b"RIFF", 4 + len(body), b"WAVE") + body


def _sample(at: float) -> int:
    note, within = NOTES[int(at) % len(NOTES)], at % 1
    return 128 + round(40 * math.exp(-3 * within) * math.sin(2 * math.pi * note * within))
