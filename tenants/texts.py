"""A text kept once per language, and the choice of the wording that a reader understands best."""

from collections.abc import Mapping

from babel import Locale, UnknownLocaleError

LANGUAGES = ("en", "zh-Hans")

Text = dict[str, str]

_NAMES = {"en": "English", "zh-Hans": "简体中文"}


def say(text: Mapping[str, str], language: str, fallback: str = "en") -> str:
    """The wording in `language`, else in `fallback`, else any there is; "" where nothing was written."""
    for wanted in (language, fallback):
        if wording := text.get(wanted, "").strip():
            return wording
    return next((wording for wording in text.values() if wording.strip()), "")


def missing(text: Mapping[str, str], languages: tuple[str, ...] = LANGUAGES) -> list[str]:
    """The languages in which this text still has to be written."""
    return [language for language in languages if not text.get(language, "").strip()]


def speech_seconds(wording: str) -> float:
    """About how long a telephone takes to say this: a breath of 0.35 s, and 15.4 letters or 4.2 Chinese characters a
    second. Fitted to all that the starter kits say, as eSpeak speaks it: 0.2 s off on average, for one text in twenty
    more than half a second, at most 1.5 s."""
    signs = wording.strip()
    wide = sum(1 for sign in signs if sign >= "\u2e80")
    return 0.35 + wide / 4.2 + (len(signs) - wide) / 15.4 if signs else 0.0


def language_name(language: str) -> str:
    """A language by its own name, as somebody who knows no other would look for it."""
    if language in _NAMES:
        return _NAMES[language]
    try:
        return Locale.parse(language, sep="-").language_name or language
    except (UnknownLocaleError, ValueError):
        return language
