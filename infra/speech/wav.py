"""Sound as it is kept: WAV of 16-bit samples in one channel, 8000 a second as telephones have it."""

import io
import wave
from typing import NamedTuple

TELEPHONE = 8000
WIDEBAND = 16000


class Sound(NamedTuple):
    """Samples as little-endian 16-bit integers, and how many there are in a second."""

    pcm: bytes
    rate: int

    @property
    def seconds(self) -> float:
        """How long it takes to hear."""
        return len(self.pcm) / 2 / self.rate


def write(pcm: bytes, rate: int = TELEPHONE) -> bytes:
    """A WAV file of these samples. Every browser and every telephone switch plays it as it is."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm)
    return made.getvalue()


def read(data: bytes) -> Sound:
    """The sound in a WAV file that `write` made. Raises ValueError for anything else."""
    try:
        with wave.open(io.BytesIO(data), "rb") as file:
            if (file.getnchannels(), file.getsampwidth()) != (1, 2):
                raise ValueError("not one channel of 16-bit samples")
            return Sound(file.readframes(file.getnframes()), file.getframerate())
    except (wave.Error, EOFError) as error:
        raise ValueError(str(error)) from None
