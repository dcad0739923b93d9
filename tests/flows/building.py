"""Short ways to write a flow and to lead one call through it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from tenants.flows.document import Flow, parse
from tenants.flows.engine import NEW, Command, Event, State, step
from tenants.flows.engine import events as on

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
C = TypeVar("C")


def words(english: str) -> dict[str, str]:
    return {"en": english, "zh-Hans": f"【{english}】"}


BYE = {"type": "hangup", "text": words("Goodbye")}


def build(nodes: Mapping[str, Mapping[str, Any]], *, promise: int = 3600, start: str = "") -> Flow:
    return parse(
        {
            "start": start or next(iter(nodes)),
            "languages": ["en", "zh-Hans"],
            "promise_seconds": promise,
            "nodes": nodes,
        }
    )


def ring(**more: Any) -> dict[str, Any]:
    return {"type": "ring", "team": "all", "seconds": 60, "unanswered": "bye", "nobody": "bye", **more}


def queue(**more: Any) -> dict[str, Any]:
    return {"type": "queue", "team": "all", "seconds": 120, "timeout": "bye", "nobody": "bye", **more}


def voicemail(**more: Any) -> dict[str, Any]:
    return {
        "type": "voicemail",
        "text": words("Leave a message"),
        "max_seconds": 90,
        "next": "bye",
        "unavailable": "bye",
        **more,
    }


def callback(**more: Any) -> dict[str, Any]:
    return {
        "type": "callback",
        "text": words("Shall we call you back?"),
        "seconds": 60,
        "ask": ["window", "voicemail_ok"],
        "booked": "bye",
        "declined": "bye",
        **more,
    }


def menu(*choices: str, **more: Any) -> dict[str, Any]:
    """Choices are written as "1:value:next"."""
    options = []
    for choice in choices:
        key, value, target = choice.split(":")
        options.append({"key": key, "label": words(value), "value": value, "next": target})
    asked = {"text": words("Choose"), "seconds": 10, "tries": 2, "options": options, "timeout": "bye"}
    return {"type": "menu", **asked, **more}


class Call:
    """One call being led; `at` is how many seconds it has lasted."""

    def __init__(self, flow: Flow, **arrived: Any) -> None:
        self.flow, self.state, self.at = flow, NEW, 0.0
        self.commands: list[Command] = []
        self.send(on.Arrived(at=NOON, **arrived))

    def send(self, event: Event) -> State:
        self.state, self.commands = step(self.flow, self.state, event)
        return self.state

    def happens(self, kind: type[Any], *fields: Any, after: float = 0, **more: Any) -> State:
        self.at += after
        return self.send(kind(*fields, at=NOON + timedelta(seconds=self.at), **more))

    def presses(self, key: str) -> State:
        return self.happens(on.Key, key)

    def waits(self) -> State:
        """Until the timer is due."""
        assert self.state.due is not None
        self.at = (self.state.due - NOON).total_seconds()
        return self.happens(on.TimerFired, self.state.serial)

    def told(self, kind: type[C]) -> C:
        """The one command of this kind that the last event caused."""
        (found,) = self.all_told(kind)
        return found

    def all_told(self, kind: type[C]) -> list[C]:
        return [command for command in self.commands if isinstance(command, kind)]

    def changes_nothing(self, kind: type[Any], *fields: Any, **more: Any) -> bool:
        before = self.state
        return self.happens(kind, *fields, **more) is before and not self.commands
