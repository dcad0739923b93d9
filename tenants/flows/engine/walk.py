"""One step being taken: a mutable copy of the state, the commands so far, and where the caller goes next.

The commands that belong to leaving a node (ringing stopped, place in line given up, recording closed) are issued
here, so that no way out can forget them.
"""

from datetime import datetime, timedelta
from typing import Literal

from tenants.flows.document import Flow
from tenants.flows.engine.commands import (
    Command,
    Connect,
    Dequeue,
    End,
    Say,
    StartTimer,
    StopRecording,
    StopRinging,
)
from tenants.flows.engine.screen import choices_of, in_each_language, links_of, wording
from tenants.flows.engine.state import Phase, State
from tenants.flows.nodes import Language, Node, Queue, Ring, Voicemail

_SECOND = timedelta(seconds=1)
_EARNED = ("answered", "voicemail", "callback")


class Walk:
    """What handlers work on. `target` is where `go` decided to lead; `step` enters it."""

    __slots__ = (
        "arrived",
        "at",
        "choices",
        "chosen",
        "commands",
        "due",
        "flow",
        "front",
        "language",
        "lost",
        "member",
        "moving",
        "node",
        "outcome",
        "phase",
        "position",
        "saved",
        "serial",
        "target",
        "tries",
        "until",
        "visit",
    )

    def __init__(self, flow: Flow, state: State, at: datetime) -> None:
        self.flow, self.at = flow, at
        self.commands: list[Command] = []
        self.moving, self.front = False, False
        self.target: str | None = None
        self.phase: Phase = state.phase
        self.node = state.node
        self.visit = state.visit
        self.serial = state.serial
        self.due = state.due
        self.until = state.until
        self.tries = state.tries
        self.language = state.language
        self.chosen = state.chosen
        self.choices = state.choices
        self.position = state.position
        self.member = state.member
        self.saved: Literal["", "voicemail", "callback"] = state.saved
        self.lost = state.lost
        self.outcome = state.outcome
        self.arrived = state.arrived

    def state(self) -> State:
        """The state after this step."""
        return State(
            self.phase,
            self.node,
            self.visit,
            self.serial,
            self.due,
            self.until,
            self.tries,
            self.language,
            self.chosen,
            self.choices,
            self.position,
            self.member,
            self.saved,
            self.lost,
            self.outcome,
            self.arrived,
        )

    def go(self, target: str | None, *, finished: bool = False) -> None:
        """Leave this node for another; `finished` if what it had set going is over already."""
        if finished:
            self.due = None
        self.leave()
        self.moving, self.target = True, target

    def enter(self, node: str) -> None:
        """Begin a visit to a node."""
        self.phase, self.node, self.visit = "guided", node, self.visit + 1
        self.due = self.until = self.position = self.member = None
        self.tries, self.moving = 0, False

    def leave(self, keep: str | None = None) -> None:
        """Take back what the current node has set going; `keep` names the member whose offer stands."""
        if self.phase != "guided" or self.due is None:
            return
        match self.flow.nodes[self.node]:
            case Ring():
                self.commands.append(StopRinging(keep, visit=self.visit, node=self.node))
            case Queue():
                self.commands.append(Dequeue(keep, visit=self.visit, node=self.node))
            case Voicemail():
                self.commands.append(StopRecording(visit=self.visit, node=self.node))
        self.due = None

    def left(self) -> float:
        """Seconds until this node gives up, counted from its timer: an early or late clock can't stretch it."""
        if self.until is None or self.due is None:
            return 0
        self.at = max(self.at, self.due)
        return (self.until - self.at) / _SECOND

    def wait(self, seconds: float, every: float | None = None) -> None:
        """Set the one timer: for the whole wait, or for its next announcement."""
        first = min(every or seconds, seconds)
        self.serial += 1
        self.until = self.at + timedelta(seconds=seconds)
        self.due = self.until if first == seconds else self.at + timedelta(seconds=first)
        self.commands.append(StartTimer(self.serial, first, self.due, visit=self.visit, node=self.node))

    def say(self, node: Node) -> None:
        """Say what the node says, with what the caller may choose there."""
        choices = choices_of(self.flow, node, self.language)
        if isinstance(node, Language):
            for language, text in in_each_language(self.flow, node):
                self.commands.append(Say(text, language, choices, visit=self.visit, node=self.node))
            return
        text = wording(self.flow, node, self.language)
        if text or choices or self.position is not None:
            links = links_of(self.flow, node, self.language)
            self.commands.append(
                Say(text, self.language, choices, links, self.position, visit=self.visit, node=self.node)
            )

    def talk(self, member: str) -> None:
        """Give the caller to a member; nobody else is offered the call any longer."""
        self.leave(keep=member)
        self.phase, self.member, self.visit = "talking", member, self.visit + 1
        self.due = self.until = self.position = None
        self.commands.append(Connect(member, visit=self.visit, node=self.node))

    def end(self, outcome: str, text: str = "") -> None:
        """Finish. What was truly achieved outranks what the flow's author called it, and none can be claimed."""
        self.leave()
        honest = "message" if outcome in _EARNED else outcome
        if outcome == "answered" and self.phase == "talking":
            honest = "answered"
        elif self.saved:
            honest = self.saved
        self.phase, self.outcome, self.moving = "ended", honest, False
        self.due = self.until = self.position = None
        self.commands.append(End(honest, text, self.language, visit=self.visit, node=self.node))
