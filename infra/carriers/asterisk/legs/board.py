"""What is known of one Asterisk while we are connected to it, and the work that is under way there."""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from infra.carriers.asterisk.ari import Ari, Node
from infra.carriers.asterisk.delivery import Delivery
from infra.carriers.asterisk.legs.leg import Leg
from infra.carriers.asterisk.sounds import Sounds
from infra.carriers.protocol import Answered, Arrived, Digit, Heard, Knocked, Over, Recorded, Ringing

log = logging.getLogger(__name__)
BESIDE = "beside"
RUNG = "rung"
KNOCK = "knock"
"""The first argument of our own channels, and of those at the entrance, by which Asterisk says what they are when they
are there."""


@dataclass
class Board:
    """The living legs of a node by name, the connection to it, and where its signals go."""

    node: Node
    ari: Ari
    sounds: Sounds
    delivery: Delivery
    legs: dict[str, Leg] = field(default_factory=dict)
    replaced: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def tell(self, signal: Answered | Arrived | Digit | Heard | Knocked | Over | Recorded | Ringing) -> None:
        """Let a leg's signal be heard."""
        self.delivery.put(signal.ref, signal)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something while the connection lasts."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def close(self) -> None:
        """Let go of everything; calls live on."""
        for task in self._tasks:
            task.cancel()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("%s: %s", self.node.name, error, exc_info=error)
