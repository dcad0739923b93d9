"""Where a call stands: all that the engine remembers, small enough to be stored with every event."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tenants.flows.engine.events import Arrived

Phase = Literal["new", "guided", "talking", "ended"]


@dataclass(frozen=True, slots=True)
class State:
    """A guided caller has a timer (`serial`, `due`); one who is talking or has ended has none."""

    phase: Phase = "new"
    node: str = ""
    visit: int = 0
    serial: int = 0
    due: datetime | None = None
    """When the one timer fires; a shell that restarts arms it again from here."""
    until: datetime | None = None
    """When this node gives up, announcements in between or not."""
    tries: int = 0
    """How often this menu was asked in vain."""
    language: str = ""
    chosen: bool = False
    """Whether the caller chose that language."""
    choices: tuple[tuple[str, str], ...] = ()
    """Each menu and the value chosen there, in the order of choosing."""
    position: int | None = None
    member: str | None = None
    """Who is talking, or was last."""
    saved: Literal["", "voicemail", "callback"] = ""
    """What the caller has safely left with us."""
    lost: bool = False
    """Whether an operator was lost once already."""
    outcome: str = ""
    arrived: Arrived | None = None


NEW = State()
"""Before the caller arrived."""
