"""How billing learns how many people were answered: a number that somebody above it gives, and never who."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from infra.database import Session


@dataclass(frozen=True, slots=True)
class Answered:
    """In a stretch of time: contacts that were answered, the different people in them, and those on the telephone."""

    contacts: int = 0
    callers: int = 0
    telephoned: int = 0


Counter = Callable[[Session, datetime, datetime], Awaitable[Answered]]
_counters: list[Counter] = []


def counts(counter: Counter) -> None:
    """Let `counter(session, since, until)` count, in the tenant in scope."""
    if counter not in _counters:
        _counters.append(counter)


async def answered(session: Session, since: datetime, until: datetime) -> Answered:
    """All that was answered from `since` to before `until`."""
    found = [await counter(session, since, until) for counter in _counters]
    return Answered(
        sum(each.contacts for each in found),
        sum(each.callers for each in found),
        sum(each.telephoned for each in found),
    )
