"""Hands signals on: those of one leg in order and again until they are taken, those of different legs at once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from infra.carriers.protocol import Signal

log = logging.getLogger(__name__)
Hear = Callable[[str, Sequence[Signal]], Awaitable[None]]
"""Takes a node's name and signals in the order in which they happened. What it raises has it called again."""
PAUSES = (0.1, 0.3, 1, 2, 3, 5, 5, 5, 5, 5)
"""Seconds between tries: a database that is being restarted is back within them."""


class Delivery:
    """The signals of one node on their way to whoever hears them."""

    def __init__(self, node: str, hear: Hear) -> None:
        self._node = node
        self._hear = hear
        self._queues: dict[str, list[Signal | Awaitable[Signal]]] = {}
        self._running: set[asyncio.Task[None]] = set()

    def put(self, ref: str, *signals: Signal | Awaitable[Signal]) -> None:
        """Signals of a leg, some perhaps still to be found out. They are heard after all others of that leg."""
        if ref in self._queues:
            self._queues[ref].extend(signals)
            return
        self._queues[ref] = list(signals)
        task = asyncio.create_task(self._drain(ref))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def alone(self, signal: Signal) -> None:
        """A signal that concerns every leg: after all that came before it, and over before anything else is heard,
        if nothing is `put` meanwhile."""
        while self._running:
            await asyncio.wait(set(self._running))
        await self._tell([signal])

    async def _drain(self, ref: str) -> None:
        while signals := self._queues[ref]:
            self._queues[ref] = []
            await self._tell([await signal if isinstance(signal, Awaitable) else signal for signal in signals])
        del self._queues[ref]

    async def _tell(self, signals: Sequence[Signal]) -> None:
        for pause in (*PAUSES, None):
            try:
                await self._hear(self._node, signals)
            except Exception:
                if pause is None:
                    log.exception(
                        "signals of %s are lost: %s", self._node, [type(signal).__name__ for signal in signals]
                    )
                    return
                log.warning("signals of %s were not taken; trying again", self._node, exc_info=True)
                await asyncio.sleep(pause)
            else:
                return
