"""Voices: one file each, named as `HARK_SPEECH` names it.

A voice's file has `async def say(text, language, voice, rate) -> bytes`: telephone WAV of `rate` samples a second for a
text in a language (BCP 47), said by `voice` (a name of its own; "": the one that it thinks best). It raises NoVoice
where it doesn't speak the language; whatever else it raises means that it can't speak just now.
"""


class NoVoice(LookupError):
    """This engine has no voice for the language, or none of that name."""
