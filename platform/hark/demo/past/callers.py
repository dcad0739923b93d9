"""Who called in the past, and when: more on some days and at some hours, a few people often, most once."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from hark.demo.invented.cast import Hotline
from hark.demo.past.rows import Rows, id_at
from hark.public.callers import FREQUENT_CALLS, FREQUENT_DAYS
from hark.switchboard.models import CallerRow
from infra.database import Session
from infra.vault import fingerprint
from tenants.rosters.hours import moment

OFTEN = 0.16
"""Of a hundred calls so many come from three callers (see Lifeline Australia's figures, 10.1186/s13033-016-0076-4)."""
AGAIN = 0.2


def arrivals(hotline: Hotline, days: int, until: datetime, chance: Random) -> list[datetime]:
    """The moments, in order, of the calls of so many local days up to `until`."""
    zone = ZoneInfo(hotline.zone)
    today = until.astimezone(zone).date()
    found = [
        at
        for back in range(days, -1, -1)
        for at in _of_day(hotline, zone, today - timedelta(days=back), chance)
        if at < until
    ]
    return sorted(found)


def _of_day(hotline: Hotline, zone: ZoneInfo, day: date, chance: Random) -> list[datetime]:
    mean = hotline.calls_a_day * (1.15 if day.weekday() in (0, 6) else 0.95)
    count = max(1, round(chance.gauss(mean, mean**0.5)))
    hours = chance.choices(range(24), hotline.hours, k=count)
    return [moment(zone, day, 60 * hour) + timedelta(seconds=chance.uniform(0, 3600)) for hour in hours]


def working_hour(day: date, zone: str, chance: Random) -> datetime:
    """Some moment of a day at which somebody sits down to work on cases."""
    wall = datetime.combine(day, time(chance.randrange(10, 21), chance.randrange(60)), ZoneInfo(zone))
    return wall.astimezone(UTC)


class Regulars:
    """The callers of one hotline's past; nobody is remembered where it doesn't know callers again (`known`)."""

    def __init__(self, rows: Rows, chance: Random, *, known: bool) -> None:
        self.rows, self.chance, self.known = rows, chance, known
        self.callers: list[UUID] = []
        self.answered: dict[UUID, list[datetime]] = {}

    async def caller(self, session: Session, at: datetime) -> UUID | None:
        """Whoever calls now."""
        if not self.known:
            return None
        drawn = self.chance.random()
        if self.callers and drawn < OFTEN:
            return self.chance.choice(self.callers[:3])
        if self.callers and drawn < OFTEN + AGAIN:
            return self.chance.choice(self.callers)
        mark = await fingerprint(session, "caller", f"demo {len(self.callers)}")
        self.callers.append(self.rows.add(CallerRow, id=id_at(at), hash=mark, first_at=at))
        return self.callers[-1]

    def facts(self, caller: UUID | None, at: datetime) -> dict[str, bool]:
        """What the flow may ask about them then."""
        talks = self.answered.get(caller, []) if caller else []
        lately = [talk for talk in talks if talk > at - timedelta(days=FREQUENT_DAYS)]
        return {"known": bool(talks), "blocked": False, "frequent": len(lately) >= FREQUENT_CALLS}

    def called(self, caller: UUID | None, at: datetime, *, answered: bool) -> None:
        """They called; whether somebody talked with them."""
        if caller and answered:
            self.answered.setdefault(caller, []).append(at)
