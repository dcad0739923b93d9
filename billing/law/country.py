"""Reads the table of countries; one that isn't in it gets careful words, never a guess."""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from tenants.documents import Part
from tenants.texts import Text

TABLE = Path(__file__).with_name("countries.toml")


class Checked(Part):
    """A statement about the law. `sources` are the addresses of the pages that it was held against, `checked` the day
    on which; both are absent where nobody has done so yet."""

    sources: list[str] = Field(default_factory=list)
    checked: date | None = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if bool(self.sources) != bool(self.checked):
            raise ValueError("a statement that was checked names its sources and the day")
        return self

    @property
    def pages(self) -> list[tuple[str, str]]:
        """Each source's host, as it is shown, and its address."""
        return [(urlsplit(address).netloc.removeprefix("www."), address) for address in self.sources]


class Receipt(Checked):
    """The receipt that a country's law asks for. `ours`: whether an ordinary written receipt is enough for it."""

    name: Text
    ours: bool = False


class Country(Checked):
    """What may be offered in one country; its own sources are those of what it says of asking for gifts.

    `appeal` is "free" where an organisation may ask the public for gifts as it is, and "qualified" where it needs a
    qualification first: then giving is off until the hotline names its own, or the partner who has one. `law` names
    the act. `qualification` is what the paper is called, `filing` the number that an appeal is filed under.
    """

    appeal: Literal["free", "qualified"] = "free"
    law: str = ""
    qualification: Text = Field(default_factory=dict)
    filing: Text = Field(default_factory=dict)
    says: Text = Field(default_factory=dict)
    receipt: Receipt | None = None

    @property
    def free(self) -> bool:
        """Whether nothing is needed before the public may be asked."""
        return self.appeal == "free"


@cache
def table() -> dict[str, Country]:
    """ISO 3166 alpha-2 → what we are sure of."""
    read = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return {code: Country.model_validate(entry) for code, entry in read.items()}


def country(code: str) -> Country:
    """What holds in a country (ISO 3166 alpha-2, any case); nothing particular where we aren't sure."""
    return table().get(code.upper(), Country())
