"""A text kept once per language, and the choice of the wording that a reader understands best."""

from collections.abc import Mapping

LANGUAGES = ("en", "zh-Hans")

Text = dict[str, str]


def say(text: Mapping[str, str], language: str, fallback: str = "en") -> str:
    """The wording in `language`, else in `fallback`, else any there is; "" where nothing was written."""
    for wanted in (language, fallback):
        if wording := text.get(wanted, "").strip():
            return wording
    return next((wording for wording in text.values() if wording.strip()), "")


def missing(text: Mapping[str, str], languages: tuple[str, ...] = LANGUAGES) -> list[str]:
    """The languages in which this text still has to be written."""
    return [language for language in languages if not text.get(language, "").strip()]
