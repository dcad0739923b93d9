"""Who was there in the past, and whom a waiting call rang: one person at most one call, as the database wants it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from tenants.rosters.hours import turns
from tenants.rosters.models import Shift

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Rung:
    """Somebody was rung for a call during one of its visits, and would have answered or declined then."""

    visit: int
    member: UUID
    made_at: datetime
    expires_at: datetime
    answers: datetime | None = None
    declines: datetime | None = None


class Crew:
    """The people of one hotline over a stretch of time. `busy` is until when each was rung, talked or wrapped up."""

    def __init__(
        self, zone: str, shifts: Sequence[Shift], teams: Mapping[str, Sequence[UUID]], start: datetime, end: datetime
    ) -> None:
        taken = [shift for shift in shifts if shift.member_id is not None]
        self.turns = [(turn.start, turn.end, turn.of.member_id) for turn in turns(zone, taken, start, end)]
        self.teams = teams
        self.busy: dict[UUID, datetime] = {}

    def there(self, team: str, at: datetime) -> list[UUID]:
        """The team's people who were on shift, whoever was free longest first."""
        on = {member for start, end, member in self.turns if start <= at < end}
        return sorted(
            (member for member in self.teams.get(team, ()) if member in on),
            key=lambda member: (self.busy.get(member, LONG_AGO), member),
        )

    def ring(
        self,
        there: Sequence[UUID],
        visit: int,
        at: datetime,
        until: datetime,
        each: int,
        *,
        everyone: bool,
        chance: Random,
    ) -> list[Rung]:
        """Whom a call rings until a moment, up to the first who answers. Those who are busy come as they get free."""
        rung: list[Rung] = []
        since = at
        for member in there:
            begins = max(at if everyone else since, self.busy.get(member, at))
            ends = until if everyone else min(until, begins + timedelta(seconds=each))
            if begins + timedelta(seconds=2) >= until:
                continue
            one = Rung(visit, member, begins, ends)
            fate, waits = chance.random(), timedelta(seconds=chance.uniform(3, 14))
            if fate < 0.85 and begins + waits < ends:
                one.answers = begins + waits
            elif fate > 0.94 and begins + waits < ends:
                one.declines = begins + waits
            rung.append(one)
            since = one.declines or ends
            if one.answers is not None and not everyone:
                break
        return rung
