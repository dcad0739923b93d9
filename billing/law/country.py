"""Reads the table of countries; one that isn't in it gets careful words, never a guess."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from tenants.documents import Part
from tenants.texts import Text

TABLE = Path(__file__).with_name("countries.toml")


class Receipt(Part):
    """The receipt that a country's law asks for. `ours`: whether an ordinary written receipt is enough for it."""

    name: Text
    ours: bool = False


class Country(Part):
    """What may be offered in one country.

    `appeal` is "free" where an organisation may ask the public for gifts as it is, and "qualified" where it needs a
    qualification first: then giving is off until the hotline names its own, or the partner who has one. `law` names
    the source. `qualification` is what the paper is called, `filing` the number that an appeal is filed under.
    `abroad` says whether money from other countries needs a permission of its own.
    """

    appeal: Literal["free", "qualified"] = "free"
    law: str = ""
    qualification: Text = Field(default_factory=dict)
    filing: Text = Field(default_factory=dict)
    says: Text = Field(default_factory=dict)
    abroad: bool = False
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
