"""eSpeak NG's library, through ctypes: the wheel's own copy or, where there is no wheel, the system's.

It keeps its state in globals and is not thread-safe, which is no matter in a process that says one text.
Source: speak_lib.h of eSpeak NG 1.52.
"""

import ctypes
import ctypes.util
from collections.abc import Iterator

from infra.speech.wav import Sound

try:
    import espeakng_loader
except ImportError:  # a system without a wheel; its own package serves as well
    espeakng_loader = None

_RETRIEVAL, _UTF8, _RATE, _OK = 2, 1, 1, 0
_BUFFER_MS = 1 << 15
_RELATED = {"zh": "cmn", "zh-hk": "yue", "zh-mo": "yue", "zh-hant-hk": "yue", "zh-hant-mo": "yue"}


class NoVoiceError(LookupError):
    """No voice speaks this language."""


class _Voice(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),
        ("identifier", ctypes.c_char_p),
        ("rest", ctypes.c_ubyte * 4),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


_Heard = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


def tags(language: str) -> Iterator[str]:
    """A BCP 47 tag, then what it falls back to, the nearest first (RFC 4647, section 3.4)."""
    parts = language.lower().replace("_", "-").split("-")
    for end in range(len(parts), 0, -1):
        tag = "-".join(parts[:end])
        yield _RELATED.get(tag, tag)


class Espeak:
    """The library, ready to speak. Raises OSError where there is none."""

    def __init__(self) -> None:
        path = espeakng_loader.get_library_path() if espeakng_loader else ctypes.util.find_library("espeak-ng")
        if path is None:
            raise OSError("eSpeak NG is not installed")
        self._library = ctypes.CDLL(path)
        self._library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
        data = espeakng_loader.get_data_path().encode() if espeakng_loader else None
        self._rate = self._library.espeak_Initialize(_RETRIEVAL, _BUFFER_MS, data, 0)
        if self._rate <= 0:
            raise OSError("eSpeak NG finds no data")

    def voice(self, language: str) -> bytes:
        """The name of the voice that speaks this language best. Raises NoVoiceError."""
        found: dict[str, tuple[int, bytes]] = {}
        for name, priority, tag in self._voices():
            if tag not in found or priority < found[tag][0]:
                found[tag] = priority, name
        for tag in tags(language):
            if tag in found:
                return found[tag][1]
        raise NoVoiceError(language)

    def _voices(self) -> Iterator[tuple[bytes, int, str]]:
        """Each voice with each of its languages, and how well it serves that one (a lower number is better)."""
        listed = self._library.espeak_ListVoices(None)
        place = 0
        while listed[place]:
            voice, at = listed[place].contents, listed[place].contents.languages
            while priority := ctypes.string_at(at, 1)[0]:
                tag = ctypes.string_at(at + 1)
                yield voice.identifier, priority, tag.decode()
                at += 2 + len(tag)
            place += 1

    def say(self, text: str, language: str, voice: str, words_a_minute: int) -> Sound:
        """The text as sound. `voice`: one of eSpeak's by name, else the language's best. Raises NoVoiceError."""
        if self._library.espeak_SetVoiceByName(voice.encode() or self.voice(language)) != _OK:
            raise NoVoiceError(voice)
        pieces: list[bytes] = []

        def heard(samples: int | None, count: int, _events: int | None) -> int:
            if samples and count > 0:
                pieces.append(ctypes.string_at(samples, count * 2))
            return 0

        callback = _Heard(heard)
        self._library.espeak_SetSynthCallback(callback)
        self._library.espeak_SetParameter(_RATE, words_a_minute, 0)
        words = text.encode().replace(b"\0", b" ")
        self._library.espeak_Synth(words, len(words) + 1, 0, 0, 0, _UTF8, None, None)
        return Sound(b"".join(pieces), self._rate)
