"""What a step is: a small act that may be done twice, and the act that takes it back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from infra.database import Session
from infra.errors import Conflict

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


Family = Callable[[UUID], Run]
FAMILIES: dict[str, Family] = {}


def register_family(kind: str, make: Family) -> Family:
    """Make runs known that a tenant may have many of, one for each thing: `make(subject)` is the run `kind:subject`."""
    if FAMILIES.setdefault(kind, make) is not make:
        raise ValueError(f"two families of runs called {kind}")
    return make


def run_named(name: str) -> Run:
    """The run of this name. Raises KeyError for one that nobody registered, ValueError for a subject that is no id."""
    if name in RUNS:
        return RUNS[name]
    kind, _, subject = name.partition(":")
    return FAMILIES[kind](UUID(subject))


class Hopeless(Conflict):
    """A step failed in a way that no further try will mend; what was done is taken back at once."""


async def nothing(_session: Session, _tenant: UUID, _kept: Kept) -> None:
    """The undo of a step that leaves nothing behind."""
