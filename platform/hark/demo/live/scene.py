"""What a look at an example hotline finds: who is there, who is rung, who is on the line. Nothing else is kept."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row
from sqlmodel import col, select

from hark.demo.invented.cast import Hotline, Person
from hark.demo.known import cast_of
from hark.public.page import calendars
from hark.switchboard.models import Call, Duty, Offer
from hark.switchboard.offering.offers import LIVE_STATES
from infra.clock import now
from infra.database import Session
from infra.scope import current_tenant
from tenants.directory.models import Tenant
from tenants.directory.service import tenant_by_id
from tenants.members.models import Member, Team, TeamMember
from tenants.rosters.hours import is_open, on_shift
from tenants.rosters.models import Shift

FIRST_TO_PEOPLE = timedelta(seconds=35)
"""So long a simulated caller rings real people alone, if any are free."""
LEFT_ALONE = timedelta(minutes=5)
"""So long after somebody closed their console no program takes the place."""


class Deed(NamedTuple):
    """Something to be done, and when: `do` is given a transaction of its own. After a `quiet` one nothing new is to be
    seen."""

    due: datetime
    do: Callable[[Session], Awaitable[object]]
    quiet: bool = False


@dataclass(slots=True)
class Scene:
    """`cast` are the example's own people; `duties`, `offers` and `calls` are rows as they stand; `crew` are those of
    the cast who are on shift now; `last` is the latest simulated call, `people` whether a real person could answer."""

    at: datetime
    hotline: Hotline
    tenant: Tenant
    cast: dict[UUID, tuple[Member, Person]]
    duties: dict[UUID, Duty]
    offers: Sequence[Offer]
    calls: Sequence[Row[Any]]
    crew: set[UUID]
    open: bool
    people: bool
    last: tuple[UUID, datetime] | None

    def plays(self, member: UUID) -> bool:
        """Whether it is we who play this member now."""
        duty = self.duties.get(member)
        return member in self.cast and duty is not None and duty.simulated

    def may_play(self, member: UUID) -> bool:
        """Whether nobody real has this member's console open, or had it a moment ago."""
        duty = self.duties.get(member)
        return duty is None or duty.simulated or duty.seen_until < self.at - LEFT_ALONE

    @property
    def makes_room(self) -> bool:
        """Whether the simulated volunteers stand back: somebody real is free, and nobody has waited long for them."""
        waiting = [call.waiting_since for call in self.calls if call.phase == "waiting"]
        return self.people and all(self.at - since < FIRST_TO_PEOPLE for since in waiting)


async def survey(session: Session, hotline: Hotline) -> Scene:
    """Look at the hotline in scope."""
    at, tenant = now(), await tenant_by_id(session, current_tenant())
    duties = {duty.id: duty for duty in await session.exec(select(Duty))}
    offers = (await session.exec(select(Offer).where(col(Offer.state).in_(LIVE_STATES)))).all()
    latest = (
        select(Call.id, Call.started_at)
        .where(col(Call.simulated), col(Call.microphone))
        .order_by(col(Call.started_at).desc())
        .limit(1)
    )
    calendar = (await calendars(session)).get("main")
    cast = await cast_of(session, hotline)
    last = (await session.exec(latest)).first()
    return Scene(
        at=at,
        hotline=hotline,
        tenant=tenant,
        cast=cast,
        duties=duties,
        offers=offers,
        calls=await _live(session),
        crew=await _crew(session, tenant.zone, at) & cast.keys(),
        open=calendar is None or is_open(calendar, at) == "open",
        people=await _people(session, duties, offers, at),
        last=(last[0], last[1]) if last else None,
    )


async def _live(session: Session) -> Sequence[Row[Any]]:
    found = select(
        Call.id,
        Call.flow_version_id,
        Call.state,
        Call.phase,
        Call.waiting_since,
        Call.answered_at,  # type: ignore[call-overload]  # six columns
    ).where(col(Call.simulated), col(Call.microphone), Call.phase != "ended")  # the watch's calls have no microphone
    return (await session.execute(found)).all()


async def _crew(session: Session, zone: str, at: datetime) -> set[UUID]:
    shifts = list(await session.exec(select(Shift).where(col(Shift.member_id).is_not(None))))
    return {shift.member_id for shift in on_shift(zone, shifts, at) if shift.member_id}


async def _people(session: Session, duties: dict[UUID, Duty], offers: Sequence[Offer], at: datetime) -> bool:
    """Whether anybody real is on duty in the main team and neither talking nor writing up."""
    busy = {offer.member_id for offer in offers if offer.state != "ringing"}
    there = [
        duty.id
        for duty in duties.values()
        if not duty.simulated and duty.status == "on" and duty.seen_until > at and duty.id not in busy
    ]
    if not there:
        return False
    found = (
        select(TeamMember.id)
        .join(Team, (col(Team.tenant_id) == TeamMember.tenant_id) & (col(Team.id) == TeamMember.team_id))
        .where(Team.key == "main", col(TeamMember.member_id).in_(there))
    )
    return (await session.exec(found)).first() is not None
