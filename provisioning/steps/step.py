"""What a step is: a small act that may be done twice, and the act that takes it back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from infra.database import Session

Kept = dict[str, Any]
Do = Callable[[Session, UUID], Awaitable[Kept | None]]
Undo = Callable[[Session, UUID, Kept], Awaitable[None]]
End = Callable[[Session, UUID], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Step:
    """`do` is given the tenant, acts in its scope in one transaction, and returns what `undo` will need to know.
    `title` is the id of its translation. Without an `undo` there is no way back from here: later steps are tried
    until they succeed."""

    name: str
    title: str
    do: Do
    undo: Undo | None


@dataclass(frozen=True, slots=True)
class Run:
    """Steps in their order. `done` happens with the last of them, `failed` once all of them have been taken back."""

    name: str
    steps: tuple[Step, ...]
    done: End
    failed: End


RUNS: dict[str, Run] = {}


def register(run: Run) -> Run:
    """Make a run known to the job that carries runs out."""
    if RUNS.setdefault(run.name, run) is not run:
        raise ValueError(f"two runs called {run.name}")
    return run


async def nothing(_session: Session, _tenant: UUID, _kept: Kept) -> None:
    """The undo of a step that leaves nothing behind."""
