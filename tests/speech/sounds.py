"""Sounds made for tests, in the formats that people send; and what is heard in a telephone WAV."""

import io
import math
from array import array

import av

from infra.speech.wav import read


def tone(seconds: float, *, rate: int = 48000, loud: int = 8000, before: float = 0, after: float = 0) -> bytes:
    """A wavering tone with silence around it, as 16-bit samples."""
    wave = (
        int(loud * (0.7 + 0.3 * math.sin(20 * at / rate)) * math.sin(2 * math.pi * 440 * at / rate))
        for at in range(int(seconds * rate))
    )
    return array("h", [*([0] * int(before * rate)), *wave, *([0] * int(after * rate))]).tobytes()


def file(pcm: bytes, container: str, codec: str, rate: int = 48000, layout: str = "mono") -> bytes:
    """The samples as a file of this kind, as a browser or a phone would make it."""
    made = io.BytesIO()
    with av.open(made, "w", format=container) as out:
        stream = out.add_stream(codec, rate=rate)
        stream.layout = layout
        frame = av.AudioFrame(format="s16", layout="mono", samples=len(pcm) // 2)
        frame.sample_rate = rate
        frame.planes[0].update(pcm)
        fifo = av.AudioFifo()
        form = av.AudioResampler(stream.format.name, layout, rate)
        for piece in (*form.resample(frame), *form.resample(None)):
            fifo.write(piece)
        while piece := fifo.read(stream.codec_context.frame_size or 1024, partial=True):
            out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    return made.getvalue()


def level(wav: bytes) -> float:
    """The root mean square of a WAV's samples."""
    samples = array("h", read(wav).pcm)
    return (sum(sample * sample for sample in samples) / len(samples)) ** 0.5


def peak(wav: bytes) -> int:
    """Its loudest sample."""
    return max(map(abs, array("h", read(wav).pcm)))
