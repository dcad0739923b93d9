"""Whatever volunteers, colleagues, supervisors, offices and networks do in whatever order: nobody is in two calls, and
a caller who talks is always with somebody or on hold."""

from datetime import timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlmodel import col, select

from hark.phone import turns
from hark.phone.models import Carried, Leg
from hark.phone.outside.asking import call_in
from hark.switchboard import clock
from hark.switchboard.models import Call, Duty, Offer
from hark.switchboard.offering import answering
from hark.switchboard.transferring import asking, supervising, together
from infra.carriers.protocol import Join, Play, Reason, Record
from infra.clock import now, travel
from infra.database import Session, unit_of_work
from infra.errors import HarkError
from infra.scope import no_scope
from tenants.destinations.service import add
from tenants.members.models import Member
from tests.phone.conftest import Open, answers_on, number_for
from tests.phone.network import PaperLeg, PaperNetwork
from tests.switchboard.conftest import RING, Hotline

NAMES = ("ann", "ben", "sue", "tim")
LIVE = ("ringing", "talking", "consulting", "wrapping")
WHO, WHOM = st.integers(0, 3), st.integers(0, 3)
ACTS = st.one_of(
    st.tuples(st.just("dial"), st.just(0), st.just(0)),
    st.tuples(st.just("pick_up"), st.integers(0, 7), st.just(0)),
    st.tuples(st.sampled_from(("hang_up", "lost", "busy")), st.integers(0, 7), st.just(0)),
    st.tuples(st.sampled_from(("hold", "resume", "complete", "conference", "take_back", "end")), WHO, st.just(0)),
    st.tuples(st.sampled_from(("consult", "consult", "hand_over")), WHO, WHOM),
    st.tuples(st.sampled_from(("team", "blind", "attended")), WHO, st.just(0)),
    st.tuples(st.sampled_from(("listen", "whisper", "talk", "take_over")), st.integers(2, 3), WHOM),
    st.tuples(st.just("wait"), st.sampled_from((1, 41)), st.just(0)),
)


class Evening:
    """One hotline on the paper network, and everything that has happened to it."""

    def __init__(self, hotline: Hotline, network: PaperNetwork, e164: str, office: UUID) -> None:
        self.hotline, self.network, self.e164, self.office = hotline, network, e164, office
        self.before = len(network.legs)
        self.passed = timedelta()

    @property
    def legs(self) -> list[PaperLeg]:
        """Every connection of this hotline that is there."""
        return [leg for leg in list(self.network.legs.values())[self.before :] if not leg.over]

    async def act(self, what: str, who: int, whom: int) -> None:
        """Let one thing happen; refusals are part of the game."""
        legs = self.legs
        match what:
            case "dial":
                if sum(1 for leg in legs if not leg.to) < 2:
                    await self.network.dial(self.e164, f"+44740012{len(self.network.legs):04}"[:13])
            case "pick_up":
                ringing = [leg for leg in legs if leg.to and not leg.up]
                if ringing:
                    await self.network.pick_up(ringing[who % len(ringing)])
            case "hang_up" | "lost" | "busy":
                if legs:
                    await self.goes(legs[who % len(legs)], "gone" if what == "hang_up" else what)  # type: ignore[arg-type]  # a reason
            case "wait":
                pass
            case _:
                await self.ask(what, self.hotline.people[NAMES[who]], self.hotline.people[NAMES[whom]])
        for _ in range(20):
            if await clock.tick() > 0:
                break
        await turns.quiet()

    async def goes(self, leg: PaperLeg, reason: Reason) -> None:
        """Somebody hangs up, or leaves the message that they are asked for."""
        if isinstance(leg.now, Record):
            await self.network.speak(leg, 2)
        else:
            await self.network.hang_up(leg, reason)

    async def ask(self, what: str, member: UUID, other: UUID) -> None:
        """Somebody asks for something in their console."""
        try:
            async with unit_of_work() as session:
                await self._ask(session, what, member, other)
        except HarkError:
            return
        await turns.quiet()

    async def _ask(self, session: Session, what: str, member: UUID, other: UUID) -> None:
        match what:
            case "hold" | "resume" | "complete" | "conference" | "take_back":
                await getattr(together, what)(session, member)
            case "end":
                await answering.end(session, member)
            case "consult" | "hand_over":
                await getattr(asking, what)(session, member, other)
            case "team":
                await asking.hand_to_team(session, member, "main")
            case "blind" | "attended":
                await call_in(session, member, self.office, blind=what == "blind")
            case _:
                found = select(Offer.call_id).where(Offer.state == "talking", Offer.member_id == other)
                call = (await session.exec(found)).first()
                if call is not None and what == "take_over":
                    await supervising.take_over(session, member, call, other)
                elif call is not None:
                    await supervising.supervise(session, member, call, what)  # type: ignore[arg-type]  # one of them

    async def check(self) -> None:
        """What must be true once everything that follows has happened."""
        async with unit_of_work() as session:
            offers = (await session.exec(select(Offer).where(col(Offer.state).in_(LIVE)))).all()
            calls = {row.id: row for row in (await session.exec(select(Call))).all()}
            legs = (await session.exec(select(Leg).where(Leg.state != "over"))).all()
        assert len({row.member_id for row in offers}) == len(offers), "somebody has two"
        talking = {row.call_id: row for row in offers if row.state == "talking"}
        for row in offers:
            assert row.state not in ("talking", "consulting") or calls[row.call_id].phase == "talking"
            if row.kind in ("handover", "consult") and row.state == "ringing":
                assert row.call_id in talking, "rung for a talk that is over"
        assert {str(leg.id) if leg.role != "caller" else leg.ref for leg in legs} == {leg.ref for leg in self.legs}
        for leg in legs:
            assert calls[leg.call_id].phase != "ended", "a leg of a call that is over"
            if leg.role == "outside":
                assert calls[leg.call_id].phase == "talking", "somebody outside rings for nobody"
            if leg.role == "caller" and calls[leg.call_id].phase == "talking":
                self.with_somebody(self.network.legs[leg.ref], str(leg.call_id), talking.get(leg.call_id))

    def with_somebody(self, caller: PaperLeg, room: str, has: Offer | None) -> None:
        """A caller who talks is with somebody, or hears music because somebody wants it so."""
        if isinstance(caller.now, Play):
            assert caller.now.then == "music", caller.now
            assert has is not None, "music for nobody"
            assert has.held_at is not None, "music that nobody wants"
        else:
            heard = [
                leg
                for leg in self.legs
                if leg is not caller and isinstance(leg.now, Join) and (leg.now.room, leg.now.how) == (room, "talk")
            ]
            assert caller.room == room
            assert heard, "a caller alone in a room"

    async def all_hang_up(self) -> None:
        """Every caller goes."""
        for leg in self.legs:
            if not leg.to:
                await self.goes(leg, "gone")
        with no_scope():
            async with unit_of_work() as session:
                left = (await session.exec(select(Carried).where(Carried.tenant == self.hotline.tenant))).all()
        assert not left, "a leg that nobody ends"
        assert not self.legs


@given(acts=st.lists(ACTS, min_size=4, max_size=22))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
async def test_nobody_is_in_two_calls_and_no_caller_is_left_alone(
    open_hotline: Open, network: PaperNetwork, acts: list[tuple[str, int, int]]
) -> None:
    hotline = await open_hotline(RING, *NAMES)
    e164 = await number_for(hotline, network)
    await hotline.on_duty(*NAMES)
    for name in NAMES:
        await answers_on(hotline, name, "desk")
    async with unit_of_work() as session:
        people = [hotline.people["sue"], hotline.people["tim"]]
        await session.execute(update(Member).where(col(Member.id).in_(people)).values(role="supervisor"))
        await session.execute(update(Duty).values(seen_until=now() + timedelta(hours=9)))
        office = (await add(session, hotline.people["ann"], name="Legal office", number="+442079460018")).id
    evening = Evening(hotline, network, e164, office)
    for what, who, whom in [("dial", 0, 0), ("pick_up", 0, 0), *acts]:
        if what == "wait":
            evening.passed += timedelta(seconds=who)
        with travel(by=evening.passed):
            await evening.act(what, who, whom)
            await evening.check()
    with travel(by=evening.passed):
        await evening.all_hang_up()
        await evening.check()
