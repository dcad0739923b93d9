"""What a waiting caller hears: a ringing tone, quiet music, nothing. Computed, so that nobody's rights are touched."""

import math
from functools import cache
from struct import pack

from infra.speech.wav import write

RATE = 8000
SECONDS = 9
"""A sound's length: a waiting leg asks again after each."""
RINGING_HZ = 425
"""Europe's ringing tone (ETSI TR 101 041): a second of it, four of rest."""
NOTES = (220.0, 277.18, 329.63, 415.3, 329.63, 277.18)
"""A broken chord of A major with its seventh, rising and falling."""


def _ringback(at: float) -> float:
    return 0.3 * math.sin(2 * math.pi * RINGING_HZ * at) if at % 5 < 1 else 0.0


def _music(at: float) -> float:
    """One soft note after another, each dying away before the piece begins anew."""
    level = 0.0
    for place, pitch in enumerate(NOTES):
        since = at - place * 1.1
        if since > 0:
            attack = min(1.0, since / 0.08)
            level += attack * math.exp(-1.4 * since) * math.sin(2 * math.pi * pitch * since)
    return 0.18 * level * min(1.0, (SECONDS - at) / 0.5)


def _silence(_at: float) -> float:
    return 0.0


SOUNDS = {"ringback": _ringback, "music": _music, "silence": _silence}


@cache
def sound(name: str) -> bytes:
    """A WAV of `SECONDS`: 8 kHz, 16 bits, one channel. Raises KeyError for a name that isn't in `SOUNDS`."""
    made = SOUNDS[name]
    samples = [round(32767 * made(n / RATE)) for n in range(RATE * SECONDS)]
    return write(pack(f"<{len(samples)}h", *samples), RATE)
