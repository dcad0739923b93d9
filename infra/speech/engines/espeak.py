"""eSpeak NG: plain, quick, and on this machine; it speaks more than a hundred languages."""

from infra.speech.engines import NoVoice
from infra.speech.running import WorkFailed, work
from infra.speech.work.codes import NO_VOICE

WORDS_A_MINUTE = 150
"""Unhurried: a caller may be afraid, and the line may be bad."""
CHINESE = 175
"""What eSpeak takes for a word is one sign there; this is four of them in a second, pauses included."""


async def say(text: str, language: str, voice: str, rate: int) -> bytes:
    """The text as WAV, in about 0.1 s. `voice`: one of `espeak-ng --voices` by its file, such as `en-us`."""
    pace = CHINESE if language.lower().split("-")[0] in ("zh", "cmn", "yue") else WORDS_A_MINUTE
    try:
        return await work("say", language, voice, str(rate), str(pace), data=text.encode())
    except WorkFailed as failed:
        if failed.code == NO_VOICE:
            raise NoVoice(language) from None
        raise
