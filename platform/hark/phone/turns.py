"""Who may speak: orders for one call leave in the order in which they were decided, signals of one leg are heard in the
order in which they came, and no call waits for another."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID
from weakref import WeakValueDictionary

log = logging.getLogger(__name__)
_locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
_waiting: dict[str, deque[Callable[[], Awaitable[None]]]] = {}
_tasks: set[asyncio.Task[None]] = set()


@asynccontextmanager
async def turn(call: UUID) -> AsyncIterator[None]:
    """Be the only one in this process who decides about a call and tells its carrier."""
    lock = _locks.get(call)
    if lock is None:
        lock = _locks[call] = asyncio.Lock()
    async with lock:
        yield


def in_order(key: str, do: Callable[[], Awaitable[None]]) -> None:
    """Do this after everything that was asked for before under the same key; doesn't wait for it."""
    if key in _waiting:
        _waiting[key].append(do)
        return
    _waiting[key] = deque([do])
    task = asyncio.create_task(_work(key))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


async def _work(key: str) -> None:
    try:
        while _waiting[key]:
            try:
                await _waiting[key].popleft()()
            except Exception:  # the next one must not suffer for it
                log.exception("a telephone's signal came to nothing")
    finally:
        del _waiting[key]


async def quiet() -> None:
    """Wait until nothing is being done any more."""
    while _tasks:
        await asyncio.gather(*_tasks, return_exceptions=True)
