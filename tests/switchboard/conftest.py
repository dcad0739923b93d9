"""A hotline just big enough to be called: one line, one team, and volunteers by name."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from hark.switchboard import calls
from hark.switchboard.models import Call, Offer
from hark.switchboard.offering import duty
from infra import scope
from infra.clock import now
from infra.database import unit_of_work
from infra.ids import new_id
from infra.vault import create_key
from tenants.flows.engine import events as on
from tenants.flows.models import FlowRow, FlowVersion
from tenants.lines.models import Line
from tenants.members.models import Member, Team, TeamMember
from tenants.profile.models import Profile


def text(words: str) -> dict[str, str]:
    """One wording in both languages."""
    return {"en": words, "zh-Hans": words}


def a_flow(first: dict[str, Any]) -> dict[str, Any]:
    """A flow that begins with this ring or queue and falls back to a voicemail."""
    return {
        "version": 1,
        "start": "first",
        "languages": ["en", "zh-Hans"],
        "promise_seconds": 900,
        "nodes": {
            "first": first,
            "voicemail": {
                "type": "voicemail", "text": text("Leave a message"), "max_seconds": 60,
                "next": "thanks", "unavailable": "sorry",
            },
            "thanks": {"type": "hangup", "text": text("Thank you"), "outcome": "voicemail"},
            "sorry": {"type": "hangup", "text": text("Nobody is here"), "outcome": "message"},
        },
    }  # fmt: skip


RING = {
    "type": "ring", "team": "main", "strategy": "all", "seconds": 60, "seconds_each": 20, "text": text("Ringing"),
    "unanswered": "voicemail", "nobody": "voicemail",
}  # fmt: skip
QUEUE = {
    "type": "queue", "team": "main", "strategy": "longest_idle", "text": text("In line"), "seconds": 300,
    "announce_every": 30, "priority": 0, "timeout": "voicemail", "nobody": "voicemail",
}  # fmt: skip


@dataclass
class Hotline:
    """The tenant, its line and its people."""

    tenant: UUID
    line: Line
    people: dict[str, UUID]

    async def on_duty(self, *names: str) -> None:
        """These go on duty, in this order."""
        for name in names:
            async with unit_of_work() as session:
                await duty.set_duty(session, self.people[name], "on")

    async def call(self, caller: UUID | None = None, *, microphone: bool = True) -> UUID:
        """Somebody calls, and their page connects."""
        async with unit_of_work() as session:
            call, _ = await calls.start(session, self.line, language="en", caller=caller, microphone=microphone)
        async with unit_of_work() as session:
            await calls.handle(
                session, call, on.Arrived(at=now(), calendars={}, caller={}, language="en", voicemail=microphone)
            )
        return call

    async def hang_up(self, call: UUID) -> None:
        """The caller is gone."""
        async with unit_of_work() as session:
            await calls.handle(session, call, on.CallerGone(at=now()))

    async def rung(self, call: UUID, *states: str) -> list[str]:
        """Whose offers for this call are in these states (ringing, unless said), by name."""
        async with unit_of_work() as session:
            found = await session.exec(
                select(Offer.member_id).where(Offer.call_id == call, col(Offer.state).in_(states or ("ringing",)))
            )
            names = {member: name for name, member in self.people.items()}
            return sorted(names[member] for member in found)

    async def offer_of(self, call: UUID, name: str) -> UUID:
        """The latest offer of this call to somebody."""
        async with unit_of_work() as session:
            found = select(Offer.id).where(Offer.call_id == call, Offer.member_id == self.people[name])
            return (await session.exec(found.order_by(col(Offer.made_at).desc()))).first()

    async def row(self, call: UUID) -> Call:
        """The call as it is kept."""
        async with unit_of_work() as session:
            return (await session.exec(select(Call).where(Call.id == call))).one()


Open = Callable[..., Awaitable[Hotline]]


@pytest.fixture
async def open_hotline(ground: None) -> AsyncIterator[Open]:
    """`await open_hotline(RING, "ann", "ben")` opens a hotline with that first node and those volunteers."""

    async def make(first: dict[str, Any], *names: str, wrap_up: int = 0) -> Hotline:
        tenant = new_id()
        scope._scope.set(scope.Scope(tenant=tenant))
        async with unit_of_work() as session:
            await create_key(session)
            session.add(Profile(id=tenant, defaults={"wrap_up_seconds": wrap_up}))
            flow = FlowRow(name="main")
            team = Team(key="main", name="Main")
            session.add_all([flow, team])
            await session.flush()
            session.add(FlowVersion(flow_id=flow.id, number=1, status="published", document=a_flow(first)))
            line = Line(name="Main line", flow_id=flow.id)
            session.add(line)
            people = {}
            for place, name in enumerate(names):
                member = Member(account_id=new_id(), name=name, role="operator", languages=["en"])
                session.add(member)
                await session.flush()
                session.add(TeamMember(team_id=team.id, member_id=member.id, place=place))
                people[name] = member.id
        return Hotline(tenant, line, people)

    yield make
    scope._scope.set(scope.NOBODY)
