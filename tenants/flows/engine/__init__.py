"""The engine that leads one caller through a flow: pure, replayable, the same on every channel."""

from tenants.flows.engine.commands import Command
from tenants.flows.engine.events import Event
from tenants.flows.engine.screen import Screen, describe
from tenants.flows.engine.state import NEW, State
from tenants.flows.engine.step import step
from tenants.flows.engine.wire import (
    dump_command,
    dump_event,
    dump_state,
    load_command,
    load_event,
    load_state,
)

__all__ = [
    "NEW",
    "Command",
    "Event",
    "Screen",
    "State",
    "describe",
    "dump_command",
    "dump_event",
    "dump_state",
    "load_command",
    "load_event",
    "load_state",
    "step",
]
