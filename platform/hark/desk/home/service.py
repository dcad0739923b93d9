"""The three answers of the home page, each read from the facts: no flag says that something is well."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from hark.cases.board import waiting_for
from hark.contacts.lists import drafts_of
from hark.desk.messages.service import waiting
from hark.desk.roster import hours
from hark.desk.roster.service import opening, shifts
from hark.switchboard.models import Call, Duty
from hark.watch.history import Standing, standings
from infra.clock import now
from infra.web import gettext
from tenants.directory.models import Number
from tenants.directory.service import numbers_of
from tenants.members.access import ANSWERS, LEADS, Staff
from tenants.members.models import Member
from tenants.rosters.hours import Opening, Turn, is_open, next_closing, next_opening, turns
from tenants.rosters.models import Shift


@dataclass(frozen=True, slots=True)
class Line:
    """Whether callers reach anybody: the number, the calendar's word, who is on duty just now."""

    numbers: list[Number]
    state: Opening
    opens: datetime | None
    closes: datetime | None
    on_duty: list[str]
    waiting: int
    watched: list[Standing]


async def line(staff: Staff) -> Line:
    """How the line stands now."""
    session, at = staff.session, now()
    calendar = await opening(session)
    there = select(Member.name, Duty.simulated).where(
        Member.id == Duty.id, col(Duty.status) == "on", col(Duty.seen_until) > at, col(Member.left_at).is_(None)
    )
    queued = select(func.count()).select_from(Call).where(Call.phase == "waiting")
    return Line(
        await numbers_of(session, staff.tenant.id),
        is_open(calendar, at),
        next_opening(calendar, at),
        next_closing(calendar, at),
        sorted(
            gettext("%(name)s (simulated)", name=name) if played else name for name, played in await session.exec(there)
        ),
        (await session.exec(queued)).one(),
        await standings(session, staff.tenant.zone, days=0),
    )


async def my_turns(staff: Staff, until: datetime) -> list[Turn[Shift]]:
    """The member's own shifts from now until then."""
    mine = [row for row in await shifts(staff.session) if row.member_id == staff.member.id]
    return turns(staff.tenant.zone, mine, now(), until)


async def for_me(staff: Staff) -> dict[str, Any]:
    """What waits for this member; what their role doesn't answer isn't counted."""
    if not staff.may(*ANSWERS):
        return {}
    drafts, oldest = await drafts_of(staff.session, staff.member.id)
    return {
        "drafts": drafts,
        "oldest": oldest,
        "voicemails": await waiting(staff.session, "voicemail"),
        "callbacks": await waiting(staff.session, "callback"),
        "cases": await waiting_for(staff.session, staff.member.id),
    }


async def first_steps(staff: Staff) -> list[tuple[str, bool]]:
    """What a new hotline's admin does first, each with whether it is done; empty once all are, or for others."""
    if not staff.may(*LEADS):
        return []
    session = staff.session
    done = {
        "call": (await session.exec(select(Call.id).order_by(col(Call.id)).limit(1))).first() is not None,
        "invite": (await session.exec(select(func.count()).select_from(Member))).one() > 1,
        "hours": await hours.known(session),
        "roster": (await session.exec(select(Shift.id).where(col(Shift.member_id).is_not(None)).limit(1))).first()
        is not None,
    }
    return [] if all(done.values()) else list(done.items())
