"""Changing who does what in a hotline: roles, teams, and somebody leaving. There is always an owner."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select

from infra.clock import now
from infra.database import Session
from infra.errors import Forbidden, Invalid
from infra.realtime import announce
from infra.scope import current_tenant
from tenants.devices.models import Device, SipAccount
from tenants.members.access import ANSWERS
from tenants.members.models import ROLES, Account, Member, Team, TeamMember
from tenants.rosters.models import Shift

OWNERS_ONLY = "Only an owner can make or change an owner."


async def teams(session: Session) -> list[Team]:
    """The teams of the tenant in scope, the first one made first."""
    return list(await session.exec(select(Team).order_by(col(Team.id))))


async def teams_by_member(session: Session) -> dict[UUID, set[UUID]]:
    """Member → the teams they are in."""
    found: dict[UUID, set[UUID]] = {}
    for member, team in await session.exec(select(TeamMember.member_id, TeamMember.team_id)):
        found.setdefault(member, set()).add(team)
    return found


async def addresses(session: Session, members: Sequence[Member]) -> dict[UUID, str]:
    """Account → e-mail, of these members."""
    accounts = [member.account_id for member in members]
    return {row.id: row.email for row in await session.exec(select(Account).where(col(Account.id).in_(accounts)))}


async def set_teams(session: Session, member: UUID, wanted: Sequence[UUID]) -> None:
    """Put a member into these teams, at the end of their order, and out of all others."""
    known = {team.id for team in await teams(session)}
    await session.execute(
        delete(TeamMember).where(col(TeamMember.member_id) == member, col(TeamMember.team_id).not_in(wanted))
    )
    held = set(await session.exec(select(TeamMember.team_id).where(TeamMember.member_id == member)))
    for team in known & set(wanted) - held:
        places = await session.exec(select(TeamMember.place).where(TeamMember.team_id == team))
        session.add(TeamMember(team_id=team, member_id=member, place=max(places, default=-1) + 1))
    await session.flush()


async def change_role(session: Session, by: Member, member: Member, role: str) -> None:
    """Give a member another role. Raises Forbidden where only an owner may, Invalid when no owner would be left."""
    if role not in ROLES:
        raise Invalid("Choose a role.", field="role")
    if role == member.role:
        return
    if by.role != "owner" and "owner" in (role, member.role):
        raise Forbidden(OWNERS_ONLY)
    await _keep_an_owner(session, member)
    member.role = role
    session.add(member)
    if role not in ANSWERS:
        await _rings_no_more(session, member)
    _show_out(session, member)


async def remove(session: Session, by: Member, member: Member) -> None:
    """End a member's place: access ends at once, also for their telephones, their shifts become holes, what they wrote
    keeps their name."""
    if by.role != "owner" and member.role == "owner":
        raise Forbidden(OWNERS_ONLY)
    await _keep_an_owner(session, member)
    member.left_at = now()
    session.add(member)
    await _rings_no_more(session, member)
    _show_out(session, member)


async def _rings_no_more(session: Session, member: Member) -> None:
    """Out of every team, off every shift, and no telephone of theirs rings for the line."""
    await session.execute(delete(TeamMember).where(col(TeamMember.member_id) == member.id))
    await session.execute(update(Shift).where(col(Shift.member_id) == member.id).values(member_id=None))
    await session.execute(delete(SipAccount).where(col(SipAccount.member_id) == member.id))
    await session.execute(
        update(Device).where(col(Device.member_id) == member.id).values(verified_at=None, code_hash=None)
    )


async def _keep_an_owner(session: Session, member: Member) -> None:
    if member.role != "owner":
        return
    owners = select(Member.id).where(Member.role == "owner", col(Member.left_at).is_(None)).with_for_update()
    if len(list(await session.exec(owners))) < 2:
        raise Invalid("Every hotline has an owner. Make somebody else one first.", field="role")


def _show_out(session: Session, member: Member) -> None:
    """Their open pages ask anew who they are."""
    announce(session, f"member:{current_tenant()}:{member.id}", {"type": "revoked"})
