"""A telephone call that a volunteer has answered, and what its people do next: for tests of what can become of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from hark.phone import turns
from hark.phone.models import Carried, Leg
from hark.switchboard.models import Call, Offer, Timer
from infra.carriers.protocol import Join, Play
from infra.database import unit_of_work
from infra.scope import no_scope, tenant_scope
from tenants.allowance.models import Outbound
from tenants.destinations.service import add
from tenants.members.models import Member, Team, TeamMember
from tests.phone.conftest import Open, answers_on, number_for
from tests.phone.network import PaperLeg, PaperNetwork
from tests.switchboard.conftest import RING, Hotline

OFFICE = "+442079460018"


@dataclass
class Scene:
    """One call: `ann` has it. Everybody sits at a desk phone."""

    hotline: Hotline
    network: PaperNetwork
    caller: PaperLeg
    call: UUID
    desks: dict[str, UUID]

    async def do(self, act: Callable[..., Any], name: str, *more: Any, **named: Any) -> Any:
        """Somebody does this in their console; everything that follows has happened when it returns."""
        async with unit_of_work() as session:
            done = await act(session, self.hotline.people[name], *more, **named)
        await turns.quiet()
        return done

    async def to(self, act: Callable[..., Any], name: str, other: str, **named: Any) -> Any:
        """The same about a colleague."""
        return await self.do(act, name, self.hotline.people[other], **named)

    def leg(self, name: str) -> PaperLeg:
        """Somebody's desk phone, as it was rung last."""
        return self.network.rung(self.desks[name].hex)[-1]

    async def answers(self, name: str) -> PaperLeg:
        """Somebody's desk phone rings, and they pick it up."""
        [leg] = self.network.ringing(self.desks[name].hex)
        await self.network.pick_up(leg)
        return leg

    def office(self) -> PaperLeg:
        """The number outside that was rung last."""
        return self.network.rung("^number:")[-1]

    @property
    def music(self) -> bool:
        """Whether the caller hears music."""
        return isinstance(self.caller.now, Play) and self.caller.now.then == "music"

    def together(self) -> set[str]:
        """Who is in the room and hears and is heard: caller, office, or a name."""
        legs = {"caller": self.caller, **{name: self.leg(name) for name in self.desks if self._rung(name)}}
        if self.network.rung("^number:"):
            legs["office"] = self.office()
        return {
            name
            for name, leg in legs.items()
            if isinstance(leg.now, Join) and leg.now.how == "talk" and not leg.over and leg.room == str(self.call)
        }

    def _rung(self, name: str) -> bool:
        return bool(self.network.rung(self.desks[name].hex))

    async def row(self) -> Call:
        """The call as it is kept."""
        return await self.hotline.row(self.call)

    async def state(self, name: str) -> str | None:
        """What somebody does in this call by their latest offer."""
        key = await self.hotline.offer_of(self.call, name)
        async with unit_of_work() as session:
            return (await session.exec(select(Offer.state).where(Offer.id == key))).one_or_none()

    async def destination(self, number: str = OFFICE) -> UUID:
        """The legal office's number is kept."""
        async with unit_of_work() as session:
            return (await add(session, self.hotline.people["ann"], name="Legal office", number=number)).id

    async def team(self, key: str, *names: str) -> None:
        """These make up a second team."""
        async with unit_of_work() as session:
            row = Team(key=key, name=key.title())
            session.add(row)
            await session.flush()
            for place, name in enumerate(names):
                session.add(TeamMember(team_id=row.id, member_id=self.hotline.people[name], place=place))

    async def supervisor(self, *names: str) -> None:
        """These are supervisors."""
        async with unit_of_work() as session:
            people = [self.hotline.people[name] for name in names]
            await session.execute(update(Member).where(col(Member.id).in_(people)).values(role="supervisor"))

    async def nothing_is_left(self) -> None:
        """The call is over: no leg lives, nobody is reserved, no deadline is armed, nothing counts as telephoning."""
        assert (await self.row()).phase == "ended"
        assert self.caller.over
        assert not [leg for leg in self.network.legs.values() if not leg.over]
        with no_scope():
            async with unit_of_work() as session:
                assert not (await session.exec(select(Carried).where(Carried.tenant == self.hotline.tenant))).all()
                due = select(Timer).where(Timer.tenant == self.hotline.tenant, col(Timer.kind) != "duty")
                assert not (await session.exec(due)).all()
        with tenant_scope(self.hotline.tenant):
            async with unit_of_work() as session:
                assert not (await session.exec(select(Leg).where(Leg.state != "over"))).all()
                live = ("ringing", "talking", "consulting", "wrapping")
                assert not (await session.exec(select(Offer).where(col(Offer.state).in_(live)))).all()
                assert not (await session.exec(select(Outbound).where(col(Outbound.given_at).is_(None)))).all()


async def answered(open_hotline: Open, network: PaperNetwork, *others: str) -> Scene:
    """Somebody has called and talks with ann; the others are on duty and free."""
    hotline = await open_hotline(RING, "ann", *others)
    e164 = await number_for(hotline, network)
    await hotline.on_duty("ann", *others)
    desks = {name: await answers_on(hotline, name, "desk") for name in ("ann", *others)}
    caller = await network.dial(e164)
    async with unit_of_work() as session:
        call = (await session.exec(select(Call.id))).one()
    scene = Scene(hotline, network, caller, call, desks)
    await scene.answers("ann")
    assert scene.together() == {"caller", "ann"}
    return scene
