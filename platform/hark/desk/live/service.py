"""Every call that is on just now, as a supervisor may know it: never an address, never a number."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlmodel import col, select

from hark.switchboard.models import Call, Offer
from hark.switchboard.offering.reach import by_page, listens
from hark.switchboard.transferring.parties import IN_CALL
from infra.database import Session
from tenants.lines.models import Line
from tenants.members.models import Member

Doing = Literal["guided", "waiting", "talking", "outside"]
MOST = 100


@dataclass(slots=True)
class Person:
    """Somebody of ours in a call."""

    id: UUID
    name: str
    how: str


@dataclass(slots=True)
class LiveCall:
    """A call: since when it does what it does, who has it, who else is in it. `telephone`: somebody can be a third;
    `listens`: unheard."""

    id: UUID
    line: str
    doing: Doing
    since: datetime
    simulated: bool
    telephone: bool
    listens: bool
    has: Person | None = None
    held: bool = False
    beside: list[Person] | None = None

    def me(self, member: UUID) -> str:
        """What a member does in it: has, or how they are there; "" for somebody who isn't."""
        if self.has is not None and self.has.id == member:
            return "has"
        return next((each.how for each in self.beside or () if each.id == member), "")


async def live_calls(session: Session) -> list[LiveCall]:
    """All of them, those that wait first, each kind with the longest first."""
    found = (
        select(Call, Line.name)
        .join(Line, (col(Line.tenant_id) == Call.tenant_id) & (col(Line.id) == Call.line_id))
        .where(Call.phase != "ended")
        .order_by(col(Call.started_at))
        .limit(MOST)
    )
    calls = {row.id: _live(row, line) for row, line in await session.exec(found)}
    people = (
        select(Offer, Member.name)
        .join(Member, (col(Member.tenant_id) == Offer.tenant_id) & (col(Member.id) == Offer.member_id))
        .where(col(Offer.call_id).in_(calls), col(Offer.state).in_(IN_CALL))
        .order_by(col(Offer.made_at))
    )
    for offer, name in await session.exec(people):
        call, person = calls[offer.call_id], Person(offer.member_id, name, offer.how)
        if offer.state == "talking":
            call.has, call.held = person, offer.held_at is not None
        else:
            call.beside = [*(call.beside or ()), person]
    for call in calls.values():
        if call.doing == "talking" and call.has is None:
            call.doing = "outside"
    order = ("waiting", "talking", "outside", "guided")
    return sorted(calls.values(), key=lambda call: (order.index(call.doing), call.since))


def _live(row: Call, line: str) -> LiveCall:
    doing: Doing = "guided"
    since = row.started_at
    if row.phase == "waiting":
        doing, since = "waiting", row.waiting_since or since
    elif row.phase == "talking":
        doing, since = "talking", row.answered_at or since
    telephone = not by_page(row.carrier)
    return LiveCall(row.id, line, doing, since, row.simulated, telephone, telephone and listens(row.carrier))
