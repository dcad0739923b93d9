"""Asking colleagues for a call that one has: one of them, a whole team, or one of them to talk about it first.

The call stays with whoever asks until somebody accepts; what comes to nothing leaves everything as it was.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlmodel import col

from hark.switchboard import calls
from hark.switchboard.models import Call, Duty, Offer
from hark.switchboard.offering import offers, reach
from hark.switchboard.transferring.parties import asked, own_call
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict, NotFound
from infra.realtime import announce
from tenants.audit import record
from tenants.members.models import Member, Team, TeamMember
from tenants.members.service import member as member_by_id

ASKED_SECONDS = 40


async def hand_over(session: Session, member: UUID, to: UUID) -> None:
    """Ring a colleague for the call that one has. Raises Conflict when one has none, or the colleague isn't free."""
    call = await _may_ask(session, member, telephone=False)
    colleague = await member_by_id(session, to)
    if not await _ring(session, call, member, [colleague.id]):
        raise Conflict("%(name)s is not free just now. The call is still with you.", name=colleague.name)
    record(session, "call.hand_over", member=member, subject=call, to=str(to))


async def hand_to_team(session: Session, member: UUID, key: str) -> None:
    """Ring everybody of a team who is free, for the call that one has; the first to accept takes it.

    Raises NotFound for no team, Conflict when one has no call, or nobody there is free.
    """
    call = await _may_ask(session, member, telephone=False)
    team = (await session.execute(select(col(Team.id), col(Team.name)).where(col(Team.key) == key))).one_or_none()
    if team is None:
        raise NotFound
    found = (
        select(col(TeamMember.member_id))
        .join(Member, (col(Member.tenant_id) == col(TeamMember.tenant_id)) & (col(Member.id) == TeamMember.member_id))
        .where(col(TeamMember.team_id) == team.id, col(TeamMember.member_id) != member, col(Member.left_at).is_(None))
        .order_by(col(TeamMember.place))
    )
    people = (await session.execute(found)).scalars().all()
    if not await _ring(session, call, member, people):
        raise Conflict("Nobody of %(name)s is free just now. The call is still with you.", name=team.name)
    record(session, "call.hand_over", member=member, subject=call, team=key)


async def consult(session: Session, member: UUID, to: UUID) -> None:
    """Put the caller on hold and ring a colleague to talk with them first. Raises Conflict as `hand_over` does, and
    for a call from browser to browser."""
    call = await _may_ask(session, member, telephone=True)
    colleague = await member_by_id(session, to)
    if not await _ring(session, call, member, [colleague.id], consult=True):
        raise Conflict("%(name)s is not free just now. The call is still with you.", name=colleague.name)
    talking = (col(Offer.call_id) == call, col(Offer.state) == "talking", col(Offer.held_at).is_(None))
    await session.execute(update(Offer).where(*talking).values(held_at=now()))
    announce(session, offers.member_channel(member), {"type": "resync"})
    record(session, "call.consult", member=member, subject=call, to=str(to))


async def _may_ask(session: Session, member: UUID, *, telephone: bool) -> UUID:
    call = await own_call(session, member, telephone=telephone)
    await calls.lock(session, call)
    await offers.lock(session)
    if await own_call(session, member, telephone=telephone) != call or await asked(session, call):
        raise Conflict("Somebody is asked already. Take the call back first, then ask somebody else.")
    return call


async def _ring(
    session: Session, call: UUID, member: UUID, people: Sequence[UUID], *, consult: bool = False
) -> list[UUID]:
    """Offer the call to those of these people who are there, able to answer it and free; returns the offers."""
    asks = (await member_by_id(session, member)).name
    until = now() + timedelta(seconds=ASKED_SECONDS)
    there = set((await session.execute(await _there(session, call, people))).scalars())
    made = [
        await offers.offer(session, call, each, until, handed_by=asks, consult=consult)
        for each in people
        if each in there
    ]
    return [key for key in made if key is not None]


async def _there(session: Session, call: UUID, people: Sequence[UUID]) -> Select[UUID]:
    """On duty, on a telephone that this call can reach; whom a program plays gets simulated calls alone."""
    row = (await session.execute(select(col(Call.carrier), col(Call.simulated)).where(col(Call.id) == call))).one()
    found = select(col(Duty.id)).where(
        col(Duty.id).in_(people),
        col(Duty.status) == "on",
        col(Duty.seen_until) > now(),
        col(Duty.device).in_(reach.devices(row.carrier)),
    )
    return found if row.simulated else found.where(col(Duty.simulated).is_(False))
