"""A telephone call as it stands, and what is to follow from it."""

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from infra.carriers.protocol import Command, Prompt
from tenants.flows.engine.screen import Screen

Device = Literal["trunk", "browser", "desk", "mobile", "sip"]


@dataclass(frozen=True, slots=True)
class LegNow:
    """A living leg. `heard` is the id of a command; `talks`: a person has shown to be there; `to`: whom to ring;
    `leaves`: somebody outside who has been sent away."""

    id: UUID
    ref: str
    role: str
    device: Device
    answered: bool
    talks: bool
    offer: UUID | None = None
    attempt: str = ""
    heard: str = ""
    to: str = ""
    leaves: bool = False


@dataclass(frozen=True, slots=True)
class OfferNow:
    """A living offer or talk, and where its member answers. `talking`: they are in the call, rather than rung for it;
    `has`: it is theirs; `how`: what they do there, which is for supervisors to choose. `to` is what the carrier rings,
    `attempt` parts one try from the next (a console's sid); both are "" while there is nothing to ring yet. `seconds`:
    how long it may ring."""

    id: UUID
    member: UUID
    talking: bool
    device: Device
    to: str = ""
    attempt: str = ""
    seconds: int = 25
    has: bool = True
    how: Literal["talk", "listen", "whisper"] = "talk"


@dataclass(frozen=True, slots=True)
class View:
    """Everything that decides what is heard. `words`: what the screen says, in order; `round`: which time it is said
    (a menu's try, a queue's announcement); `ours`: sentences of our own by key, in the caller's language; `ours_shown`:
    the number that we show."""

    call: UUID
    screen: Screen
    round: int
    words: tuple[Prompt, ...]
    legs: tuple[LegNow, ...]
    offers: tuple[OfferNow, ...]
    ours: dict[str, Prompt]
    ours_shown: str = ""
    gate: tuple[str, tuple[Prompt, ...]] = ("", ())
    """Which time a caller is asked for a key before the flow, and the words."""
    records: bool = False
    consent: tuple[Prompt, ...] = ()
    """Whether the talk is recorded, and what the caller hears before it is."""
    held: int = 0
    question: tuple[Prompt, ...] = ()
    answers: str = ""
    step: str = ""
    """A call-back's question, its keys, and which step of the dialogue it is."""


@dataclass(frozen=True, slots=True)
class NewLeg:
    """Somebody to ring."""

    offer: UUID
    member: UUID
    device: Device
    to: str
    attempt: str
    seconds: int


@dataclass(slots=True)
class Directions:
    """What every living leg should be doing (by the leg's id), and whom to ring besides."""

    orders: dict[UUID, Command] = field(default_factory=dict)
    ring: list[NewLeg] = field(default_factory=list)
