"""What the engine asks its shell to do. Each carries the visit it belongs to and is safe to carry out twice."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal, NamedTuple

from pydantic import Field


class Choice(NamedTuple):
    """A key and what it does, in the caller's language."""

    key: str
    label: str


class Pointer(NamedTuple):
    """A link and what it is called, in the caller's language."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What every command has: the visit, and the node that it is about."""

    visit: int
    node: str


@dataclass(frozen=True, slots=True)
class Say(Order):
    """Say this in this language and offer these choices; in a queue, say the position too."""

    text: str
    language: str
    choices: tuple[Choice, ...] = ()
    links: tuple[Pointer, ...] = ()
    position: int | None = None
    type: Literal["say"] = field(default="say", kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class StartTimer(Order):
    """Send TimerFired(serial) once it is `due`. A call has one timer: this one replaces any other."""

    serial: int
    seconds: float
    due: datetime
    type: Literal["start_timer"] = field(default="start_timer", kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class Ring(Order):
    """Offer the call to the team for `seconds`, to each for `seconds_each`, by the strategy.

    `wanted` is what the caller chose in menus so far, the last choice last, for matching by skill. `front`:
    this caller has lost their operator and comes before everyone else.
    """

    team: str
    strategy: str
    seconds: int
    seconds_each: int
    language: str
    wanted: tuple[str, ...] = ()
    front: bool = False
    type: Literal["ring"] = field(default="ring", kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class StopRinging(Order):
    """Take back all offers of the ring but the one that `keep` accepted."""

    keep: str | None = None
    type: Literal["stop_ringing"] = field(default="stop_ringing", kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class Enqueue(Order):
    """Put the caller in the team's line: higher priority first, then who came first; `front` before all."""

    team: str
    strategy: str
    seconds: int
    priority: int
    language: str
    wanted: tuple[str, ...] = ()
    front: bool = False
    type: Literal["enqueue"] = field(default="enqueue", kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class Dequeue(Order):
    """Take the caller out of the line, and back all offers but the one that `keep` accepted."""

    keep: str | None = None
    type: Literal["dequeue"] = field(default="dequeue", kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class RecordVoicemail(Order):
    """Record up to `max_seconds`, then report VoicemailSaved or VoicemailUnavailable."""

    max_seconds: int
    type: Literal["record_voicemail"] = field(default="record_voicemail", kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class StopRecording(Order):
    """The caller moved on or left: stop, keep what was recorded, and report it if there is anything."""

    type: Literal["stop_recording"] = field(default="stop_recording", kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class AskCallback(Order):
    """Ask how and when to call back; report CallbackBooked or CallbackDeclined."""

    ask: tuple[str, ...]
    seconds: int
    type: Literal["ask_callback"] = field(default="ask_callback", kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class Connect(Order):
    """Join the caller and this member."""

    member: str
    type: Literal["connect"] = field(default="connect", kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class End(Order):
    """The call is over: say `text` (it may be empty), then hang up. Sent again when the outcome improves later."""

    outcome: str
    text: str
    language: str
    type: Literal["end"] = field(default="end", kw_only=True, repr=False)


Command = (
    Say
    | StartTimer
    | Ring
    | StopRinging
    | Enqueue
    | Dequeue
    | RecordVoicemail
    | StopRecording
    | AskCallback
    | Connect
    | End
)
AnyCommand = Annotated[Command, Field(discriminator="type")]
