"""What can happen to a call. Every event says when (`at`, aware, UTC) and may say in which `visit` it happened.

A visit is one stay of the caller: each node entered, each person talked to, gets the next number; commands and
screens carry it. An event that brings its visit back and finds another one current is late or a duplicate and
changes nothing. One that brings none is taken to mean the current one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

Opening = Literal["open", "closed", "holiday"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What every event has."""

    at: datetime
    visit: int | None = None


@dataclass(frozen=True, slots=True)
class Arrived(Happening):
    """A caller is there. What is known on arrival holds for the whole call.

    `calendars`: each of the tenant's calendars by name. `caller`: known, blocked, frequent. `language`: one
    that was already chosen (on the page, or last time), so that it needn't be asked again. `voicemail` and
    `callback`: whether this channel and this caller's wishes allow them at all. `refusal`: what a caller is told,
    per language, who isn't led through the flow this time; nothing for everybody else.
    """

    calendars: Mapping[str, Opening] = field(default_factory=dict)
    caller: Mapping[str, bool] = field(default_factory=dict)
    language: str | None = None
    voicemail: bool = True
    callback: bool = True
    refusal: Mapping[str, str] = field(default_factory=dict)
    type: Literal["arrived"] = field(default="arrived", kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class Key(Happening):
    """The caller pressed a key or its button."""

    key: str
    type: Literal["key"] = field(default="key", kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class PromptDone(Happening):
    """What was said has been heard to its end, or the caller wants to go on."""

    type: Literal["prompt_done"] = field(default="prompt_done", kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class TimerFired(Happening):
    """The timer of this serial is due; only the one started last counts."""

    serial: int
    type: Literal["timer_fired"] = field(default="timer_fired", kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class Answered(Happening):
    """A member accepted the offer."""

    member: str
    type: Literal["answered"] = field(default="answered", kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class NobodyFree(Happening):
    """All who are on duty are busy: the wait goes on, so this changes nothing. It is kept for the record."""

    type: Literal["nobody_free"] = field(default="nobody_free", kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class NoneOnDuty(Happening):
    """Nobody of the team has the duty `on` (a break isn't on): at the start of a ring, or as the last one leaves."""

    type: Literal["none_on_duty"] = field(default="none_on_duty", kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class PositionChanged(Happening):
    """The caller's place in the queue; 1 is next."""

    position: int
    type: Literal["position_changed"] = field(default="position_changed", kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class VoicemailSaved(Happening):
    """A recording is stored. True whenever it arrives, also after the caller has gone."""

    type: Literal["voicemail_saved"] = field(default="voicemail_saved", kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class VoicemailUnavailable(Happening):
    """Recording doesn't work here: no microphone, no room, or the caller would rather not."""

    type: Literal["voicemail_unavailable"] = field(default="voicemail_unavailable", kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class CallbackBooked(Happening):
    """A call-back is stored with its conditions. True whenever it arrives, also after the caller has gone."""

    type: Literal["callback_booked"] = field(default="callback_booked", kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class CallbackDeclined(Happening):
    """The caller would rather not be called back."""

    type: Literal["callback_declined"] = field(default="callback_declined", kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class HandedOver(Happening):
    """The one who talks passed the call to a colleague, who took it."""

    member: str
    type: Literal["handed_over"] = field(default="handed_over", kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class OperatorLost(Happening):
    """The one who talks is gone without having ended the call, and the wait for their return is over."""

    type: Literal["operator_lost"] = field(default="operator_lost", kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class OperatorEnded(Happening):
    """The one who talks ended the call."""

    type: Literal["operator_ended"] = field(default="operator_ended", kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class CallerGone(Happening):
    """The caller hung up, closed the page, or was lost for good."""

    type: Literal["caller_gone"] = field(default="caller_gone", kw_only=True, repr=False)


Event = (
    Arrived
    | Key
    | PromptDone
    | TimerFired
    | Answered
    | NobodyFree
    | NoneOnDuty
    | PositionChanged
    | VoicemailSaved
    | VoicemailUnavailable
    | CallbackBooked
    | CallbackDeclined
    | HandedOver
    | OperatorLost
    | OperatorEnded
    | CallerGone
)
AnyEvent = Annotated[Event, Field(discriminator="type")]
