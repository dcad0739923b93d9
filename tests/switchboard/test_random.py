"""Whatever happens in whatever order, twice or too late: nobody has two calls, and nobody is forgotten."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from hark.switchboard import calls, clock
from hark.switchboard.models import Call, Offer, Timer
from hark.switchboard.offering import answering, duty
from hark.switchboard.transferring import asking, together
from infra.clock import now, travel
from infra.database import unit_of_work
from infra.errors import Conflict, NotFound
from tenants.flows.engine import events as on
from tests.switchboard.conftest import QUEUE, RING, Hotline, Open

NAMES = ("ann", "ben", "cem")
ACTS = st.one_of(
    st.tuples(st.just("call"), st.just(0), st.just(0)),
    st.tuples(st.sampled_from(("on", "break", "off", "seen")), st.integers(0, 2), st.just(0)),
    st.tuples(st.sampled_from(("accept", "decline")), st.integers(0, 2), st.integers(0, 4)),
    st.tuples(st.sampled_from(("hang_up", "page_seen", "done")), st.integers(0, 4), st.just(0)),
    st.tuples(st.sampled_from(("end", "ready", "lost")), st.integers(0, 2), st.just(0)),
    st.tuples(st.just("hand_over"), st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.sampled_from(("team", "take_back")), st.integers(0, 2), st.just(0)),
    st.tuples(st.just("wait"), st.sampled_from((1, 5, 21, 45, 70)), st.just(0)),
)
NODES = st.sampled_from(
    [RING, QUEUE, {**RING, "strategy": "in_order"}, {**RING, "strategy": "fewest_today"}, {**QUEUE, "seconds": 40}]
)


class Play:
    """One hotline, its calls so far, and the hour."""

    def __init__(self, hotline: Hotline) -> None:
        self.hotline = hotline
        self.calls: list = []
        self.passed = timedelta()

    async def act(self, what: str, who: int, which: int) -> None:
        """Let one thing happen; refusals are part of the game."""
        try:
            async with unit_of_work() as session:
                await self._act(session, what, who, which)
        except (Conflict, NotFound):
            return

    async def _act(self, session, what: str, who: int, which: int) -> None:
        member = self.hotline.people[NAMES[who % 3]]
        call = self.calls[who % len(self.calls)] if self.calls else None
        match what:
            case "call":
                call, _ = await calls.start(session, self.hotline.line, language="en")
                self.calls.append(call)
                await calls.handle(session, call, on.Arrived(at=now(), calendars={}, caller={}, language="en"))
            case "on" | "break" | "off":
                await duty.set_duty(session, member, what)
            case "seen" | "lost":
                await duty.seen(session, member, closing=what == "lost")
            case "accept" | "decline":
                found = select(Offer.id).where(Offer.member_id == member).order_by(col(Offer.made_at).desc())
                made = (await session.exec(found)).all()
                if made:
                    await getattr(answering, what)(session, member, made[which % len(made)])
            case "hang_up" if call:
                await calls.handle(session, call, on.CallerGone(at=now()), on.CallerGone(at=now()))
            case "page_seen" if call:
                await calls.seen(session, call)
            case "done" if call:
                await calls.handle(session, call, on.VoicemailSaved(at=now()))
            case "end":
                await answering.end(session, member)
            case "ready":
                await answering.ready(session, member)
            case "team":
                await asking.hand_to_team(session, member, "main")
            case "take_back":
                await together.take_back(session, member)
            case "hand_over":
                await asking.hand_over(session, member, self.hotline.people[NAMES[which]])

    async def check(self) -> None:
        """What must be true at every moment at which the clock has done what is due."""
        async with unit_of_work() as session:
            offers = (await session.exec(select(Offer))).all()
            live = [row for row in offers if row.state in ("ringing", "talking", "consulting", "wrapping")]
            assert len({row.member_id for row in live}) == len(live), "somebody has two"
            rows = {row.id: row for row in (await session.exec(select(Call))).all()}
            due = select(Timer.subject, Timer.kind).where(Timer.tenant == self.hotline.tenant)
            armed = set((await session.exec(due)).all())
        talking = [row.call_id for row in live if row.state == "talking"]
        assert len(set(talking)) == len(talking), "two talk with one caller"
        for row in live:
            if row.state == "ringing" and row.kind == "call":
                assert rows[row.call_id].phase == "waiting", "a phantom ring"
            if row.state == "ringing" and row.kind != "call":
                assert rows[row.call_id].phase == "talking", "a phantom hand-over"
            if row.state == "ringing":
                assert (row.id, "offer") in armed, "a ring without an end"
        for call in rows.values():
            if call.phase == "talking":
                assert call.id in talking, "a talk with nobody"
                assert (call.id, "operator") in armed
            elif call.phase != "ended":
                assert (call.id, "step") in armed, "a caller left waiting without an end"
                assert (call.id, "caller") in armed
            else:
                assert call.id not in talking
                assert not {kind for subject, kind in armed if subject == call.id}, "a deadline of a call that is over"


@given(node=NODES, acts=st.lists(ACTS, max_size=25))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
async def test_nobody_has_two_calls_and_no_caller_is_left_without_an_end(open_hotline: Open, node, acts) -> None:
    """freeswitch#2540, opensips#3123: agents stuck reserved; chatwoot#10583, yap#107: callers stuck."""
    hotline = await open_hotline(node, *NAMES, wrap_up=30)
    play = Play(hotline)
    await play.act("on", 0, 0)
    for what, who, which in acts:
        if what == "wait":
            play.passed += timedelta(seconds=who)
        with travel(by=play.passed):
            await play.act(what, who, which)
            for _ in range(20):
                if await clock.tick() > 0:
                    break
            await play.check()
    with travel(by=play.passed + timedelta(hours=1)):
        for _ in range(200):
            if await clock.tick() > 0:
                break
        await play.check()
        async with unit_of_work() as session:
            left = (await session.exec(select(Call.id).where(Call.phase != "ended"))).all()
        assert not left, "a caller who is still somewhere after an hour"
