"""The people of an example hotline: accounts, places, teams, and a roster with a few holes left in it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import cycle
from random import Random
from uuid import UUID

from sqlmodel import col, select

from hark.demo.invented.cast import Hotline, Person
from infra.database import Session
from tenants.members.models import Account, Member, Team, TeamMember
from tenants.members.service import account_by_email, add_member, add_to_team, create_account, team
from tenants.rosters.models import Shift

TWO = 0.85
"""How many of the shifts want a second volunteer."""


@dataclass(slots=True)
class Staffed:
    """Who works there: each person's member, each team's members in order, the week's shifts."""

    members: dict[UUID, Person] = field(default_factory=dict)
    teams: dict[str, list[UUID]] = field(default_factory=dict)
    shifts: list[Shift] = field(default_factory=list)

    def of_role(self, *roles: str) -> list[UUID]:
        """The members of these roles."""
        return [member for member, person in self.members.items() if person.role in roles]


async def account_of(session: Session, person: Person, password_hash: str) -> Account:
    """The person's account, with the demo's password."""
    account = await account_by_email(session, person.email)
    if account is None:
        return await create_account(session, person.email, password_hash)
    account.password_hash = password_hash
    session.add(account)
    return account


async def move_in(session: Session, hotline: Hotline, password_hash: str, born: datetime) -> Staffed:
    """Give everybody their place, and most shifts somebody."""
    staffed = Staffed()
    chance = Random(hotline.kind)
    for person in hotline.people:
        account = await account_of(session, person, password_hash)
        languages = list(person.languages or hotline.languages)
        member = await add_member(session, account.id, person.name, person.role, languages=languages)
        member.created_at = born + timedelta(days=0 if person.role == "owner" else chance.uniform(1, 9))
        member.name, member.languages, member.skills = person.name, languages, list(person.skills)
        session.add(member)
        staffed.members[member.id] = person
        for key in person.teams if person.role != "auditor" else ():
            await add_to_team(session, await team(session, key), member)
    staffed.teams = await teams_of(session)
    staffed.shifts = await _fill_roster(session, staffed, chance)
    return staffed


async def teams_of(session: Session) -> dict[str, list[UUID]]:
    """Each team's members, in their order."""
    found = (
        select(Team.key, TeamMember.member_id)
        .join(TeamMember, (col(TeamMember.tenant_id) == Team.tenant_id) & (col(TeamMember.team_id) == Team.id))
        .join(Member, (col(Member.tenant_id) == Team.tenant_id) & (col(Member.id) == TeamMember.member_id))
        .where(col(Member.left_at).is_(None))
        .order_by(col(TeamMember.place))
    )
    teams: dict[str, list[UUID]] = {}
    for key, member in await session.exec(found):
        teams.setdefault(key, []).append(member)
    return teams


async def _fill_roster(session: Session, staffed: Staffed, chance: Random) -> list[Shift]:
    """Turn by turn, two to most shifts, as a coordinator would; a few holes are left for the visitor to see and fill:
    some beside a colleague, one or two with nobody at all."""
    shifts = list(await session.exec(select(Shift).order_by(col(Shift.weekday), col(Shift.starts))))
    crew = staffed.teams["main"]
    turn = cycle(chance.sample(crew, len(crew)))
    seconds = [
        Shift(team_id=shift.team_id, weekday=shift.weekday, starts=shift.starts, ends=shift.ends)
        for shift in shifts
        if chance.random() < TWO
    ]
    uncovered = {id(shift) for shift in chance.sample(shifts, 1 + len(shifts) // 12)}
    alone = {id(shift) for shift in chance.sample(seconds, min(2, len(seconds)))}
    gone = {(shift.weekday, shift.starts) for shift in shifts if id(shift) in uncovered}
    seconds = [shift for shift in seconds if (shift.weekday, shift.starts) not in gone]
    for shift in sorted((*shifts, *seconds), key=lambda shift: (shift.weekday, shift.starts)):
        if id(shift) not in uncovered | alone:
            shift.member_id = next(turn)
    session.add_all([*shifts, *seconds])
    await session.flush()
    return [*shifts, *seconds]
