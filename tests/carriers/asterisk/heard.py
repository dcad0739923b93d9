"""An ear for signals, and an Asterisk's voice that speaks to it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from infra.carriers.asterisk.ari import Node
from infra.carriers.asterisk.trunks import Trunk
from infra.carriers.asterisk.voice import AsteriskVoice
from infra.carriers.protocol import Signal

Kind = TypeVar("Kind", bound=Signal)


class Heard:
    """What was heard, in order. `failing`: so many times hearing raises instead."""

    def __init__(self) -> None:
        self.signals: list[Signal] = []
        self.failing = 0
        self.trunks: list[Trunk] = []
        self._news = asyncio.Condition()

    async def hear(self, _node: str, signals: Sequence[Signal]) -> None:
        """Keep them."""
        if self.failing:
            self.failing -= 1
            raise OSError("the database is away")
        async with self._news:
            self.signals += signals
            self._news.notify_all()

    async def until(self, kind: type[Kind], within: float = 10.0, **wanted: Any) -> Kind:
        """The first signal of this kind with these values, once it has been heard."""
        async with asyncio.timeout(within), self._news:
            while True:
                for signal in self.signals:
                    if isinstance(signal, kind) and all(getattr(signal, key) == it for key, it in wanted.items()):
                        return signal
                await self._news.wait()

    def count(self, kind: type[Signal], **wanted: Any) -> int:
        """How many were heard."""
        found = [signal for signal in self.signals if isinstance(signal, kind)]
        return sum(all(getattr(signal, key) == it for key, it in wanted.items()) for signal in found)

    async def _trunks(self, _node: str) -> list[Trunk]:
        return self.trunks

    @asynccontextmanager
    async def of(self, *nodes: Node) -> AsyncIterator[AsteriskVoice]:
        """Hear these nodes, for as long as the block lasts."""
        voice = AsteriskVoice(nodes, self.hear, self._trunks)
        running = asyncio.create_task(voice.run())
        try:
            yield voice
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await voice.close()
