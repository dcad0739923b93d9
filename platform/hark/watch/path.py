"""How far a call got, and when a line is called next. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from tenants.flows.document import Flow
from tenants.flows.engine import NEW, Event, State, step
from tenants.flows.engine import events as on
from tenants.flows.nodes import Language, Menu

GOALS = ("ring", "queue", "voicemail", "callback")
"""Nodes at which the promise is kept: a person is rung or waited for, or something can be left."""
STUCK = timedelta(seconds=20)
"""So long after its own moment a step that hasn't gone on never will."""
CONFIRM = timedelta(seconds=20)
"""So soon a bad check is done again, so that one dropped packet wakes nobody."""


class Reached(NamedTuple):
    """Where a call got to, and when: one of `GOALS`, or `message` (clear words and an end), or `broken`."""

    what: str
    at: datetime

    @property
    def good(self) -> bool:
        """Whether that is what a flow promises."""
        return self.what != "broken"


def reached(flow: Flow, events: Iterable[Event]) -> Reached | None:
    """The first place of worth that a call with these events came to; None while it is on its way."""
    state = NEW
    for event in events:
        state, _ = step(flow, state, event)
        node = flow.nodes.get(state.node)
        if state.phase == "ended":
            return Reached("broken" if state.outcome == "broken" else "message", event.at)
        if node is not None and node.type in GOALS:
            return Reached(node.type, event.at)
    return None


def next_key(flow: Flow, state: State, keys: str, events: Iterable[Event]) -> str:
    """The key to press now: the next of `keys` where one is asked for; "" for none."""
    if state.phase != "guided" or not isinstance(flow.nodes.get(state.node), Menu | Language):
        return ""
    pressed = sum(1 for event in events if isinstance(event, on.Key))
    return keys[pressed : pressed + 1]


def stuck(state: State, at: datetime) -> bool:
    """Whether the call should have gone on by itself long ago: whoever keeps the time is not there."""
    return state.phase == "guided" and state.due is not None and at > state.due + STUCK


def next_check(minutes: int, last: datetime | None, *, doubtful: bool, at: datetime) -> datetime:
    """When a line is called next. `last` is when the last check began; `doubtful`: it was bad and nobody has been told
    yet, so it is done again soon."""
    if last is None:
        return at
    return last + min(timedelta(minutes=minutes), CONFIRM) if doubtful else last + timedelta(minutes=minutes)
