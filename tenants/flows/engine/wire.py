"""States, events and commands as JSON and back."""

from typing import Any

from pydantic import TypeAdapter

from tenants.flows.engine.commands import AnyCommand, Command
from tenants.flows.engine.events import AnyEvent, Event
from tenants.flows.engine.state import State

_STATE: TypeAdapter[State] = TypeAdapter(State)
_EVENT: TypeAdapter[Event] = TypeAdapter(AnyEvent)
_COMMAND: TypeAdapter[Command] = TypeAdapter(AnyCommand)


def dump_state(state: State) -> dict[str, Any]:
    """The state as what JSON can hold."""
    body: dict[str, Any] = _STATE.dump_python(state, mode="json")
    return body


def load_state(body: dict[str, Any]) -> State:
    """The state that `dump_state` gave; raises pydantic.ValidationError on anything else."""
    return _STATE.validate_python(body)


def dump_event(event: Event) -> dict[str, Any]:
    """The event as what JSON can hold, its kind under `type`."""
    body: dict[str, Any] = _EVENT.dump_python(event, mode="json")
    return body


def load_event(body: dict[str, Any]) -> Event:
    """The event that `dump_event` gave; raises pydantic.ValidationError on anything else."""
    return _EVENT.validate_python(body)


def dump_command(command: Command) -> dict[str, Any]:
    """The command as what JSON can hold, its kind under `type`."""
    body: dict[str, Any] = _COMMAND.dump_python(command, mode="json")
    return body


def load_command(body: dict[str, Any]) -> Command:
    """The command that `dump_command` gave; raises pydantic.ValidationError on anything else."""
    return _COMMAND.validate_python(body)
