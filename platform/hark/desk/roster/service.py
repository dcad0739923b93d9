"""Shifts: taken, left, filled, added, changed and removed; and the week that they make."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from hark.desk.roster.week import Day, week
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict, Invalid, NotFound
from tenants.audit import record
from tenants.members.access import Staff
from tenants.members.models import Member, Team, TeamMember
from tenants.rosters.hours import Calendar
from tenants.rosters.models import CalendarRow, Shift

MOST_PLACES = 12


async def calendar_row(session: Session, *, lock: bool = False) -> CalendarRow:
    """The hotline's opening hours: the calendar called main, else the first by name. Raises NotFound."""
    found = select(CalendarRow).order_by((col(CalendarRow.name) != "main"), col(CalendarRow.name)).limit(1)
    row = (await session.exec(found.with_for_update() if lock else found)).first()
    if row is None:
        raise NotFound
    return row


async def opening(session: Session) -> Calendar:
    """The hotline's opening hours. Raises NotFound."""
    return Calendar.model_validate((await calendar_row(session)).document)


async def this_week(session: Session) -> list[Day]:
    """The week around now."""
    return week(await opening(session), await shifts(session), now())


async def shifts(session: Session) -> Sequence[Shift]:
    """Every weekly shift."""
    return (await session.exec(select(Shift).order_by(col(Shift.weekday), col(Shift.starts)))).all()


async def teams(session: Session) -> list[Team]:
    """Every team, by name."""
    return list(await session.exec(select(Team).order_by(Team.name)))


async def crews(session: Session) -> dict[UUID, list[Member]]:
    """Who is in each team, by name."""
    found = (
        select(TeamMember.team_id, Member)
        .where(TeamMember.member_id == Member.id, col(Member.left_at).is_(None))
        .order_by(Member.name)
    )
    held: dict[UUID, list[Member]] = {}
    for team, member in await session.exec(found):
        held.setdefault(team, []).append(member)
    return held


async def take(staff: Staff, key: UUID) -> None:
    """Take a free place in a team that one is in; whoever is first has it. Raises Conflict, Invalid, NotFound."""
    row = await _shift(staff.session, key)
    if row.member_id == staff.member.id:
        return
    mates = (await crews(staff.session)).get(row.team_id, [])
    if staff.member.id not in {mate.id for mate in mates}:
        raise Invalid("You aren't in this team, so its callers wouldn't reach you. An admin can add you to it.")
    if not await _give(staff.session, key, staff.member.id):
        raise Conflict("Somebody took this shift a moment ago. Thank you all the same.")
    record(staff.session, "shift.take", member=staff.member.id, subject=key)


async def leave(staff: Staff, key: UUID) -> None:
    """Give one's own place back; a place that one hasn't got stays as it is."""
    left = await staff.session.execute(
        update(Shift)
        .where(col(Shift.id) == key, col(Shift.member_id) == staff.member.id)
        .values(member_id=None)
        .returning(col(Shift.id))
    )
    if left.scalar() is not None:
        record(staff.session, "shift.leave", member=staff.member.id, subject=key)


async def fill(staff: Staff, key: UUID, to: UUID | None) -> None:
    """Put somebody of the team on a place, or nobody. Raises Invalid, NotFound."""
    row = await _shift(staff.session, key)
    mates = (await crews(staff.session)).get(row.team_id, [])
    if to is not None and to not in {mate.id for mate in mates}:
        raise Invalid("Choose somebody who is in this team.", field="member")
    if row.member_id != to:
        await staff.session.execute(update(Shift).where(col(Shift.id) == key).values(member_id=to))
        record(staff.session, "shift.fill", member=staff.member.id, subject=key)


async def add(staff: Staff, team: UUID, weekdays: list[int], starts: int, ends: int, places: int = 1) -> None:
    """Add a shift of so many places on each of these weekdays. Raises Invalid."""
    if not weekdays or not all(0 <= day <= 6 for day in weekdays):
        raise Invalid("Choose at least one day.", field="days")
    _check(starts, ends)
    if not 1 <= places <= MOST_PLACES:
        raise Invalid("A shift can have 1 to 12 places.", field="places")
    if team not in {each.id for each in await teams(staff.session)}:
        raise Invalid("Choose one of the teams.", field="team")
    for day in weekdays:
        for _ in range(places):
            row = Shift(team_id=team, weekday=day, starts=starts, ends=ends)
            staff.session.add(row)
            record(staff.session, "shift.add", member=staff.member.id, subject=row.id)
    await staff.session.flush()


async def slot(session: Session, key: UUID) -> list[Shift]:
    """A shift and the others of its team at the same time, the oldest first. Raises NotFound."""
    row = await _shift(session, key)
    same = (Shift.team_id == row.team_id, Shift.weekday == row.weekday, Shift.starts == row.starts)
    found = select(Shift).where(*same, Shift.ends == row.ends).order_by(col(Shift.created_at), col(Shift.id))
    return list(await session.exec(found))


async def change(staff: Staff, key: UUID, starts: int, ends: int) -> None:
    """Give a shift, with all its places, another time. Raises Invalid, NotFound."""
    _check(starts, ends)
    for row in await slot(staff.session, key):
        row.starts, row.ends = starts, ends
    record(staff.session, "shift.change", member=staff.member.id, subject=key)
    await staff.session.flush()


async def widen(staff: Staff, key: UUID) -> None:
    """Add a place to a shift. Raises Invalid, NotFound."""
    rows = await slot(staff.session, key)
    first = rows[0]
    await add(staff, first.team_id, [first.weekday], first.starts, first.ends)


async def remove(staff: Staff, key: UUID, *, whole: bool = False) -> None:
    """Remove one place, or the whole shift; what isn't there any more is fine."""
    found = select(Shift).where(Shift.id == key)
    row = (await staff.session.exec(found)).one_or_none()
    if row is None:
        return
    for each in await slot(staff.session, key) if whole else [row]:
        await staff.session.delete(each)
        record(staff.session, "shift.remove", member=staff.member.id, subject=each.id)
    await staff.session.flush()


async def _shift(session: Session, key: UUID) -> Shift:
    row = (await session.exec(select(Shift).where(Shift.id == key))).one_or_none()
    if row is None:
        raise NotFound
    return row


async def _give(session: Session, key: UUID, member: UUID) -> bool:
    given = await session.execute(
        update(Shift)
        .where(col(Shift.id) == key, col(Shift.member_id).is_(None))
        .values(member_id=member)
        .returning(col(Shift.id))
    )
    return given.scalar() is not None


def _check(starts: int, ends: int) -> None:
    if starts == ends:
        raise Invalid("A shift begins and ends at different times.", field="ends")
