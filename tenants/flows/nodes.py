"""The kinds of node a flow is built from: what each holds, where it leads, and how long it can keep a caller.

An exit may be empty in a draft; lint says so before anything is published. Times are whole seconds. `stay()` is
the longest that a caller can be at a node before the engine moves on, the sum that the flow's promise is about.
"""

import re
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal, NamedTuple

from pydantic import AfterValidator, Field

from tenants.documents import Part
from tenants.texts import Text

NodeId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)]
Target = NodeId | None
Digit = Annotated[str, Field(min_length=1, max_length=3)]  # lint says which keys a phone has
Strategy = Literal["all", "in_order", "longest_idle", "fewest_today", "skill", "known_first"]

VOICEMAIL_MARGIN = 30
"""Seconds beside the recording itself: to hear what to do, to press the button, to send the last words off."""


def _followable(url: str) -> str:
    if not re.match(r"(https?://|mailto:|tel:|sms:)\S+$", url):
        raise ValueError("not_followable")
    return url


Address = Annotated[str, Field(max_length=500), AfterValidator(_followable)]


class Exit(NamedTuple):
    """A way out of a node: its name, where it leads (None: nowhere yet), and whether it must lead somewhere."""

    name: str
    target: str | None
    required: bool = True


class Step(Part):
    """What all nodes share; a drawing may give it a label of its own and a place."""

    EXITS: ClassVar[tuple[str, ...]] = ("next",)
    OPTIONAL: ClassVar[frozenset[str]] = frozenset()
    TEXTS: ClassVar[tuple[str, ...]] = ()

    label: Text = Field(default_factory=dict)
    position: tuple[float, float] | None = None

    def exits(self) -> Iterator[Exit]:
        """Every way out, in the order in which a drawing shows them."""
        for name in self.EXITS:
            yield Exit(name, getattr(self, name), name not in self.OPTIONAL)

    def texts(self) -> Iterator[tuple[str, Text]]:
        """What a caller hears or reads here, with the field each is written in."""
        for name in self.TEXTS:
            yield name, getattr(self, name)

    def stay(self) -> int:
        """The longest, in seconds, that a caller is kept here."""
        return 0


class Greeting(Step):
    """Says something and goes on when it has been heard."""

    TEXTS = ("text",)
    type: Literal["greeting"] = "greeting"
    text: Text
    seconds: Annotated[int, Field(ge=1, le=60)]
    next: Target = None

    def stay(self) -> int:
        return self.seconds


class Language(Step):
    """Asks once for the language, each said in itself; a caller who doesn't choose keeps the flow's first."""

    TEXTS = ("text",)
    type: Literal["language"] = "language"
    text: Text
    seconds: Annotated[int, Field(ge=1, le=60)]
    options: dict[Digit, str]
    next: Target = None

    def stay(self) -> int:
        return self.seconds


class Hours(Step):
    """Parts those who call while the calendar is open from those who call when it isn't."""

    EXITS = ("open", "closed", "holiday")
    OPTIONAL = frozenset({"holiday"})
    type: Literal["hours"] = "hours"
    calendar: Annotated[str, Field(min_length=1, max_length=60)]
    open: Target = None
    closed: Target = None
    holiday: Target = None


class Option(Part):
    """One choice of a menu; `value` is what the rest of the house knows it by."""

    key: Digit
    label: Text
    value: Annotated[str, Field(min_length=1, max_length=60)]
    next: Target = None


class Menu(Step):
    """Offers choices; a wrong key or none says it again until the tries are used. `seconds` is for one try."""

    TEXTS = ("text",)
    type: Literal["menu"] = "menu"
    text: Text
    seconds: Annotated[int, Field(ge=1, le=120)]
    tries: Annotated[int, Field(ge=1, le=9)] = 2
    options: tuple[Option, ...]
    timeout: Target = None

    def exits(self) -> Iterator[Exit]:
        yield from (Exit(f"option.{option.key}", option.next) for option in self.options)
        yield Exit("timeout", self.timeout)

    def texts(self) -> Iterator[tuple[str, Text]]:
        yield from super().texts()
        yield from ((f"options.{option.key}.label", option.label) for option in self.options)

    def stay(self) -> int:
        return self.tries * self.seconds


class Ring(Step):
    """Rings the team for so long; a person ends it, nobody answering or nobody being there leads on."""

    EXITS = ("unanswered", "nobody")
    type: Literal["ring"] = "ring"
    team: Annotated[str, Field(min_length=1, max_length=60)]
    strategy: Strategy = "all"
    seconds: Annotated[int, Field(ge=1, le=1800)]
    seconds_each: Annotated[int, Field(ge=1, le=600)] = 20
    text: Text = Field(default_factory=dict)
    unanswered: Target = None
    nobody: Target = None

    def texts(self) -> Iterator[tuple[str, Text]]:
        if self.text:
            yield "text", self.text

    def stay(self) -> int:
        return self.seconds


class Out(Part):
    """The key with which somebody leaves a queue early."""

    key: Digit
    label: Text
    next: Target = None


class Queue(Step):
    """Holds a place in line until somebody is free, saying the position now and then."""

    EXITS = ("timeout", "nobody")
    type: Literal["queue"] = "queue"
    team: Annotated[str, Field(min_length=1, max_length=60)]
    strategy: Strategy = "longest_idle"
    text: Text = Field(default_factory=dict)
    seconds: Annotated[int, Field(ge=1, le=3600)]
    announce_every: Annotated[int, Field(ge=5, le=3600)] | None = None
    priority: Annotated[int, Field(ge=0, le=9)] = 0
    out: Out | None = None
    timeout: Target = None
    nobody: Target = None

    def exits(self) -> Iterator[Exit]:
        yield from super().exits()
        if self.out:
            yield Exit("out", self.out.next)

    def texts(self) -> Iterator[tuple[str, Text]]:
        if self.text:
            yield "text", self.text
        if self.out:
            yield "out.label", self.out.label

    def stay(self) -> int:
        return self.seconds


class Voicemail(Step):
    """Records a message; where none can be taken, or none came, `unavailable` says what else there is."""

    EXITS = ("next", "unavailable")
    TEXTS = ("text",)
    type: Literal["voicemail"] = "voicemail"
    text: Text
    max_seconds: Annotated[int, Field(ge=5, le=900)]
    next: Target = None
    unavailable: Target = None

    def stay(self) -> int:
        return self.max_seconds + VOICEMAIL_MARGIN


class Callback(Step):
    """Offers to call back, on the caller's own conditions."""

    EXITS = ("booked", "declined")
    TEXTS = ("text",)
    type: Literal["callback"] = "callback"
    text: Text
    seconds: Annotated[int, Field(ge=1, le=900)]
    ask: tuple[Literal["window", "wording", "voicemail_ok", "email_ok"], ...] = ()
    booked: Target = None
    declined: Target = None

    def stay(self) -> int:
        return self.seconds


class Link(Part):
    """Somewhere else to find help; web, mail, phone and text-message addresses only."""

    label: Text
    url: Address


class Information(Step):
    """Tells something worth knowing, with links where the channel can show them."""

    TEXTS = ("text",)
    type: Literal["information"] = "information"
    text: Text
    seconds: Annotated[int, Field(ge=1, le=300)]
    links: tuple[Link, ...] = ()
    next: Target = None

    def texts(self) -> Iterator[tuple[str, Text]]:
        yield from super().texts()
        yield from ((f"links.{place}.label", link.label) for place, link in enumerate(self.links, 1))

    def stay(self) -> int:
        return self.seconds


class Branch(Step):
    """Parts callers by what is known of them: a language, an earlier choice, a fact (whose cases are yes, no)."""

    type: Literal["branch"] = "branch"
    on: Annotated[str, Field(pattern=r"^(language|choice\.[a-z0-9][a-z0-9_-]*|caller\.(known|blocked|frequent))$")]
    cases: dict[str, Target] = Field(default_factory=dict)
    default: Target = None

    def exits(self) -> Iterator[Exit]:
        yield from (Exit(f"case.{value}", target) for value, target in self.cases.items())
        yield Exit("default", self.default)


class Hangup(Step):
    """Says the last words and ends. `outcome` is how the record speaks of it, unless more was achieved before."""

    EXITS = ()
    TEXTS = ("text",)
    type: Literal["hangup"] = "hangup"
    text: Text
    outcome: Annotated[str, Field(pattern=r"^[a-z][a-z_]*$", max_length=30)] = "message"


Node = Annotated[
    Greeting | Language | Hours | Menu | Ring | Queue | Voicemail | Callback | Information | Branch | Hangup,
    Field(discriminator="type"),
]
