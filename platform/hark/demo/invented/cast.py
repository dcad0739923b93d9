"""The example hotlines as their files in `hotlines/` tell them: who works there, who calls, and what callers tell."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field
from slugify import slugify

from tenants.documents import Part
from tenants.texts import Text

HERE = Path(__file__).parent / "hotlines"
Value = str | int | float | tuple[str, ...]
DOMAIN = "example.org"
"""Reserved by RFC 2606: no letter to it can ever reach anybody."""
DONORS = f"donors.{DOMAIN}"


class Person(Part):
    """Somebody who works there; `address` is what stands before the @ of their e-mail."""

    name: str
    address: str
    role: Literal["owner", "admin", "supervisor", "operator", "auditor", "fundraiser"]
    teams: tuple[str, ...] = ("main",)
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        """The address that they sign in with."""
        return f"{self.address}@{DOMAIN}"


class Story(Part):
    """What a caller might tell: one of `told`, then perhaps one of `after`. `choice` is the menu's value under which
    such a call comes, empty for any; `case` says that it may grow into one, `brief` that it was over in a minute."""

    choice: str = ""
    brief: bool = False
    case: bool = False
    answers: dict[str, Value]
    told: Annotated[tuple[str, ...], Field(min_length=1)]
    after: tuple[str, ...] = ()


class Cases(Part):
    """The ways that cases go through the workflow's stages, what is noted in each, and how they end."""

    paths: Annotated[tuple[tuple[str, ...], ...], Field(min_length=1)]
    outcomes: Annotated[tuple[str, ...], Field(min_length=1)]
    notes: dict[str, tuple[str, ...]]


class Appeal(Part):
    """What is being collected for; `goal` in whole units of the country's currency."""

    slug: str
    goal: int
    title: Text
    brief: Text
    story: Text


class Partner(Part):
    """Who collects where the law lets only others ask the public."""

    name: str
    filing: str
    url: str


class Sponsor(Part):
    """Who doubles gifts to the campaign, up to `amount`, each by `most` at most; both in whole units."""

    name: str
    amount: int
    most: int


class Around(Part):
    """What stands around the gifts, in whole units: a sponsor, an evening and what lay in its box, the costs of a month
    by kind (people, training, rooms, other)."""

    sponsor: Sponsor | None = None
    evening: str = ""
    box: int = 0
    costs: dict[str, int] = Field(default_factory=dict)


class Gifts(Part):
    """What supports it: so many gifts a day, of `amounts` (minor units), from `donors`, some of whom write something.
    Every second donor leaves an address."""

    a_day: float
    amounts: tuple[int, ...]
    does: Text
    thanks: Text
    donors: Annotated[tuple[str, ...], Field(min_length=2)]
    messages: tuple[str, ...]
    honours: tuple[str, ...] = ()
    around: Around = Field(default_factory=Around)
    appeal: Appeal | None = None
    partner: Partner | None = None

    def email_of(self, donor: str) -> str:
        """The address that this donor leaves; "" for who leaves none."""
        return "" if self.donors.index(donor) % 2 else f"{slugify(donor, separator='.')}@{DONORS}"


class Hotline(Part):
    """One example. `hours` weighs the 24 hours of a local day by how many people call then; `answers` holds what the
    form may be answered with where a story doesn't say; `choices` weighs the values of the menus; `wording` is what a
    caller wants said when somebody else picks up."""

    kind: str
    name: str
    organisation: str
    country: str
    zone: str
    languages: tuple[str, ...]
    calls_a_day: float
    talk_minutes: float
    other_language: float = 0
    hours: Annotated[tuple[float, ...], Field(min_length=24, max_length=24)]
    choices: dict[str, int] = Field(default_factory=dict)
    wording: tuple[str, ...] = ()
    people: Annotated[tuple[Person, ...], Field(min_length=4, max_length=8)]
    answers: dict[str, tuple[Value, ...]]
    stories: Annotated[tuple[Story, ...], Field(min_length=4)]
    cases: Cases
    gifts: Gifts

    @property
    def owner(self) -> Person:
        """Who registered it."""
        return next(person for person in self.people if person.role == "owner")


@cache
def hotlines() -> Mapping[str, Hotline]:
    """Every example by its kind."""
    found = {}
    for file in sorted(HERE.glob("*.toml")):
        found[file.stem] = Hotline.model_validate({"kind": file.stem, **tomllib.loads(file.read_text("utf-8"))})
    return MappingProxyType(found)
