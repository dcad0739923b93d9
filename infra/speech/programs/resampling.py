"""Sound of any kind as 16-bit samples in one channel, at the rate that is wanted."""

from collections.abc import Iterable, Iterator

from av import AudioFrame, AudioResampler


def resampled(frames: Iterable[AudioFrame], rate: int) -> Iterator[bytes]:
    """The samples, piece by piece. A sound whose form changes half-way is followed through the change."""
    made: AudioResampler | None = None
    form: tuple[object, ...] = ()
    for frame in frames:
        if (now := (frame.format.name, frame.layout.name, frame.sample_rate)) != form:
            if made is not None:
                yield from _bytes(made.resample(None))
            made, form = AudioResampler("s16", "mono", rate), now
        frame.pts = None  # gaps in a recording's clock are not to become gaps in it
        yield from _bytes(made.resample(frame)) if made else ()
    if made is not None:
        yield from _bytes(made.resample(None))


def _bytes(frames: Iterable[AudioFrame]) -> Iterator[bytes]:
    for frame in frames:
        yield bytes(frame.planes[0])[: frame.samples * 2]
