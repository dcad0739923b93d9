"""Fills a kit's emergency notice with the numbers of the hotline's country, or with words that hold anywhere."""

import tomllib
from functools import cache
from pathlib import Path

from tenants.documents import Part
from tenants.texts import Text, say

TABLE = Path(__file__).with_name("emergency.toml")


class Numbers(Part):
    """Whom to call in danger; the same number where one desk answers for both."""

    police: str
    ambulance: str


class Words(Part):
    """How numbers are put into a sentence: none known, or two different ones."""

    unknown: Text
    both: Text


class Table(Part):
    """All countries that we are sure of, by ISO 3166 alpha-2."""

    words: Words
    numbers: dict[str, Numbers]


@cache
def table() -> Table:
    return Table.model_validate(tomllib.loads(TABLE.read_text(encoding="utf-8")))


def numbers(country: str) -> Numbers | None:
    """The numbers of a country (ISO 3166 alpha-2, any case), or None where we aren't sure."""
    return table().numbers.get(country.upper())


def notice(text: Text, country: str, language: str) -> str:
    """The emergency notice in `language`, such as "If you are in danger now, … call 999."."""
    return say(text, language).replace("{emergency}", _whom(numbers(country), language))


def _whom(known: Numbers | None, language: str) -> str:
    words = table().words
    if known is None:
        return say(words.unknown, language)
    if known.police == known.ambulance:
        return known.police
    return say(words.both, language).format(police=known.police, ambulance=known.ambulance)
