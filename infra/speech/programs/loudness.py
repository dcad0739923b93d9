"""Brings sound to the level that callers hear all prompts at, without the silence around it."""

from array import array

LEVEL = 3300
"""Root mean square of what is heard: -20 dBFS, the usual level of telephone announcements."""
PEAK = 29000
MOST_GAIN = 8.0
QUIETEST = 200
"""A peak below this (-44 dBFS) is a microphone that heard nobody."""
WINDOW = 0.02
BEFORE, AFTER = 0.1, 0.2
"""Seconds left around what is heard: a soft first or last sound isn't cut off, and prompts said one after another
have a breath between them. Where there is less, silence is added."""


class SilentError(ValueError):
    """There is nothing to be heard in it."""


def level(pcm: bytes, rate: int) -> bytes:
    """16-bit samples with as much silence as we want at both ends, brought to `LEVEL`. Raises SilentError."""
    samples = array("h")
    samples.frombytes(pcm)
    step = int(rate * WINDOW)
    windows = [samples[start : start + step] for start in range(0, len(samples), step)]
    peaks = [max(map(abs, window)) for window in windows]
    loudest = max(peaks, default=0)
    if loudest < QUIETEST:
        raise SilentError
    heard = [place for place, peak in enumerate(peaks) if peak > max(loudest * 0.03, QUIETEST / 2)]
    squares = sum(sum(sample * sample for sample in windows[place]) for place in heard)
    count = sum(len(windows[place]) for place in heard)
    gain = min(LEVEL / max((squares / count) ** 0.5, 1.0), PEAK / loudest, MOST_GAIN)
    before, after = int(rate * BEFORE), int(rate * AFTER)
    first, last = heard[0] * step - before, (heard[-1] + 1) * step + after
    sound = array("h", [int(sample * gain) for sample in samples[max(0, first) : last]])
    return bytes(2 * max(0, -first)) + sound.tobytes() + bytes(2 * max(0, last - len(samples)))
