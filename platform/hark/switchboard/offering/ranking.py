"""Who is rung first: the ring strategies, pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody on duty and free. `place`: the order that the admin set; `rung`: how often for this very call;
    `idle_since`: when their last call ended; `today`: calls answered today; `known`: talked with this caller before,
    and when."""

    member: UUID
    place: int = 0
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    rung: int = 0
    idle_since: datetime = LONG_AGO
    today: int = 0
    known: datetime | None = None


def matches(candidate: Candidate, language: str, wanted: Sequence[str]) -> int:
    """How well somebody fits: two for the caller's language, one for each thing the caller chose."""
    fits = 2 if language in candidate.languages else 0
    return fits + sum(1 for value in wanted if value in candidate.skills)


def rank(
    strategy: str, crew: Sequence[Candidate], *, language: str = "", wanted: Sequence[str] = ()
) -> list[Candidate]:
    """The crew in the order in which to ring. Whoever this call rang less comes first, so that a ring goes round."""

    def key(candidate: Candidate) -> tuple[object, ...]:
        by_idle = (candidate.idle_since, candidate.place)
        if strategy == "in_order":
            wish: tuple[object, ...] = (candidate.place,)
        elif strategy == "fewest_today":
            wish = (candidate.today, *by_idle)
        elif strategy == "skill":
            wish = (-matches(candidate, language, wanted), *by_idle)
        elif strategy == "known_first":
            wish = (-(candidate.known or LONG_AGO).timestamp(), *by_idle)
        else:
            wish = by_idle
        return (candidate.rung, *wish, candidate.member)

    return sorted(crew, key=key)
