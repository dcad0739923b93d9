"""Says a text aloud, by the voice that the installation has chosen; should that one fail, by eSpeak."""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pkgutil import resolve_name

from infra.clock import now
from infra.errors import Invalid, _
from infra.settings import settings
from infra.speech.engines import NoVoice
from infra.speech.reading import readable
from infra.speech.wav import TELEPHONE

log = logging.getLogger(__name__)
ALWAYS = "espeak"
Spoken = tuple[bytes, tuple[str, str]]
"""A WAV, and the engine and voice that said it."""
MOST_LETTERS = 1500
"""In English two minutes; nobody listens for longer."""
REST = timedelta(seconds=60)
"""How long an engine is left alone after it failed, so that no caller waits for it in vain."""
_resting: dict[str, datetime] = {}


class Unspeakable(Invalid):
    """No voice of this installation can say this."""

    code = "unspeakable"


def voices(language: str) -> Iterator[tuple[str, str]]:
    """Which engines would speak this language now, the best first, each with its voice ("": its own choice)."""
    chosen = settings().speech
    if chosen != ALWAYS and _resting.get(chosen, now()) <= now():
        yield chosen, settings().speech_voices.get(language, "")
    yield ALWAYS, settings().speech_voices.get(language, "") if chosen == ALWAYS else ""


async def speak(text: str, language: str, *, rate: int = TELEPHONE) -> bytes:
    """A text as WAV: 16-bit samples in one channel, `rate` a second. `language` is a BCP 47 tag.

    Raises Unspeakable where no voice knows the language, or the text is empty or longer than `MOST_LETTERS`.
    """
    wav, _voice = await spoken(text, language, rate=rate)
    return wav


async def spoken(text: str, language: str, *, rate: int = TELEPHONE) -> Spoken:
    """The same, with the engine and voice that said it in the end."""
    if not _speakable(text):
        raise Unspeakable(_("Only a text of 1 to %(most)s characters can be spoken."), most=MOST_LETTERS)
    words = readable(text, language)
    for engine, voice in voices(language):
        try:
            made: bytes = await resolve_name(f"infra.speech.engines.{engine}:say")(words, language, voice, rate)
            return made, (engine, voice)
        except NoVoice as missing:
            log.warning("%s has no voice for %s", engine, missing)
        except Exception as error:  # whatever a voice stumbles over, the next one has to speak
            log.warning("%s can't speak: %s", engine, error)
            _resting[engine] = now() + REST
    raise Unspeakable(_("No voice here can say this in the language “%(language)s”."), language=language)


async def spoken_all(pieces: Sequence[tuple[str, str]], *, rate: int = TELEPHONE) -> list[Spoken | None]:
    """Many texts with their languages, at once where the engine can do that; None for what nobody can say."""
    if next(voices(""))[0] != ALWAYS:
        return [await _or_none(text, language, rate) for text, language in pieces]
    chosen = [next(voices(language)) for _text, language in pieces]
    asked = [
        (readable(text, language) if _speakable(text) else "", language, voice)
        for (text, language), (_engine, voice) in zip(pieces, chosen, strict=True)
    ]
    made: list[bytes | None] = await resolve_name(f"infra.speech.engines.{ALWAYS}:say_all")(asked, rate)
    return [(wav, by) if wav else None for wav, by in zip(made, chosen, strict=True)]


async def _or_none(text: str, language: str, rate: int) -> Spoken | None:
    try:
        return await spoken(text, language, rate=rate)
    except Unspeakable:
        return None


def _speakable(text: str) -> bool:
    return bool(text.strip()) and len(text) <= MOST_LETTERS
