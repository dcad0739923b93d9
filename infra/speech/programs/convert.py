"""Turns a recording of any usual kind into telephone sound: `convert <rate> <most seconds>`, file on stdin."""

import io
import sys
from collections.abc import Iterator

import av
from av.audio.stream import AudioStream
from av.container import InputContainer

from infra.speech.programs.codes import NO_SOUND, SILENT, TOO_LONG
from infra.speech.programs.limits import confine
from infra.speech.programs.loudness import SilentError, level
from infra.speech.programs.resampling import resampled
from infra.speech.wav import write

KINDS = "matroska,webm,ogg,mp3,mov,wav,flac,aac,amr,aiff,caf"
"""Formats that hold their sound themselves. A playlist would have us read files and addresses of its choosing."""


class TooLongError(ValueError):
    """It goes on for longer than it may."""


def _frames(file: InputContainer, stream: AudioStream) -> Iterator[av.AudioFrame]:
    for packet in file.demux(stream):
        try:
            yield from packet.decode()
        except av.InvalidDataError:
            continue  # a torn packet costs its own moment, no more


def convert(data: bytes, rate: int, most_seconds: float) -> bytes:
    """Telephone WAV. Raises ValueError where there is no sound, TooLongError, SilentError."""
    source = io.BytesIO(data)
    pcm = bytearray()
    try:
        with av.open(source, "r", options={"format_whitelist": KINDS, "protocol_whitelist": "none"}) as file:
            if not file.streams.audio:
                raise ValueError("no sound in it")
            for piece in resampled(_frames(file, file.streams.audio[0]), rate):
                pcm += piece
                if len(pcm) > 2 * rate * most_seconds:
                    raise TooLongError
    except av.FFmpegError as error:
        raise ValueError(str(error)) from None
    return write(level(bytes(pcm), rate), rate)


def main() -> int:
    """The program. Returns its exit code."""
    confine()
    av.logging.set_level(None)
    rate, most_seconds = int(sys.argv[1]), float(sys.argv[2])
    try:
        sys.stdout.buffer.write(convert(sys.stdin.buffer.read(), rate, most_seconds))
    except TooLongError:
        return TOO_LONG
    except SilentError:
        return SILENT
    except (ValueError, MemoryError):
        return NO_SOUND
    return 0


if __name__ == "__main__":
    sys.exit(main())
