"""Transfers as rows: what ends a part in a call when a console closes, and what a reloaded console finds."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from hark.console.snapshot import snapshot
from hark.switchboard import calls, clock
from hark.switchboard.models import Offer, Timer
from hark.switchboard.offering import answering, duty
from hark.switchboard.transferring import asking, supervising, together
from infra.clock import now, travel
from infra.database import unit_of_work
from tenants.flows.engine import events as on
from tenants.members.models import Member
from tests.switchboard.conftest import RING, Hotline, Open


async def telephoned(hotline: Hotline) -> UUID:
    """Somebody calls by telephone, and ann takes the call in her browser."""
    await hotline.on_duty("ann")
    async with unit_of_work() as session:
        call, _ = await calls.start(
            session, hotline.line, language="en", channel="phone", carrier="paper", node="n", dialled="+442079460000"
        )
        await calls.handle(session, call, on.Arrived(at=now(), calendars={}, caller={}, language="en"))
    async with unit_of_work() as session:
        await answering.accept(session, hotline.people["ann"], await hotline.offer_of(call, "ann"))
    return call


async def consulting(open_hotline: Open) -> tuple[Hotline, UUID]:
    """Ann talks with ben about her caller."""
    hotline = await open_hotline(RING, "ann", "ben", "sue")
    call = await telephoned(hotline)
    await hotline.on_duty("ben")
    async with unit_of_work() as session:
        await asking.consult(session, hotline.people["ann"], hotline.people["ben"])
    async with unit_of_work() as session:
        await answering.accept(session, hotline.people["ben"], await hotline.offer_of(call, "ben"))
    assert await hotline.rung(call, "consulting") == ["ben"]
    return hotline, call


async def seen(hotline: Hotline, name: str, *, closing: bool = False) -> None:
    """Somebody's console is there, or closes."""
    async with unit_of_work() as session:
        await duty.seen(session, hotline.people[name], closing=closing)


async def shown(hotline: Hotline, name: str) -> dict[str, Any]:
    """What a console shows of the call that its volunteer is in."""
    async with unit_of_work() as session:
        return (await snapshot(session, hotline.people[name]))["call"] or {}


async def armed(call: UUID, kind: str) -> bool:
    """Whether such a deadline is set for the call."""
    async with unit_of_work() as session:
        found = select(Timer.id).where(Timer.subject == call, Timer.kind == kind)
        return (await session.exec(found)).first() is not None


async def test_a_consulted_colleague_whose_console_closes_leaves(open_hotline: Open) -> None:
    hotline, call = await consulting(open_hotline)
    await seen(hotline, "ben", closing=True)
    await seen(hotline, "ann")
    with travel(by=timedelta(seconds=6)):
        await clock.tick()
        assert await hotline.rung(call, "talking", "consulting") == ["ann"]
        assert (await shown(hotline, "ann"))["held"]


async def test_a_colleague_who_is_seen_stays(open_hotline: Open) -> None:
    hotline, call = await consulting(open_hotline)
    for seconds in (30, 60, 90):
        with travel(by=timedelta(seconds=seconds)):
            await seen(hotline, "ann")
            await seen(hotline, "ben")
            await clock.tick()
    assert await hotline.rung(call, "consulting") == ["ben"]


async def test_a_volunteer_whose_console_closes_leaves_the_call_to_the_colleague(open_hotline: Open) -> None:
    hotline, call = await consulting(open_hotline)
    await seen(hotline, "ann", closing=True)
    await seen(hotline, "ben")
    with travel(by=timedelta(seconds=6)):
        await clock.tick()
    assert await hotline.rung(call, "talking") == ["ben"]
    assert (await hotline.row(call)).state["member"] == str(hotline.people["ben"])
    assert await armed(call, "operator"), "ben's own console is watched from now on"
    await seen(hotline, "ben", closing=True)
    with travel(by=timedelta(seconds=12)):
        await clock.tick()
        assert (await hotline.row(call)).phase != "talking", "a caller without anybody waits or is led on"


async def test_a_reloaded_console_finds_what_it_left(open_hotline: Open) -> None:
    """Aselo: the state lost on refresh."""
    hotline, _ = await consulting(open_hotline)
    ann, ben = await shown(hotline, "ann"), await shown(hotline, "ben")
    assert (ann["part"], ann["held"], ann["handover"]) == ("talk", True, None)
    assert ann["beside"] == {"name": "ben", "outside": False, "there": True, "blind": False}
    assert (ben["part"], ben["has"]["name"]) == ("consult", "ann")
    async with unit_of_work() as session:
        await together.conference(session, hotline.people["ann"])
    assert not (await shown(hotline, "ben"))["held"]
    async with unit_of_work() as session:
        await together.complete(session, hotline.people["ann"])
    assert await shown(hotline, "ann") == {}
    assert (await shown(hotline, "ben"))["part"] == "talk"


async def test_an_asked_colleagues_console_says_that_it_is_for_advice(open_hotline: Open) -> None:
    hotline = await open_hotline(RING, "ann", "ben")
    await telephoned(hotline)
    await hotline.on_duty("ben")
    async with unit_of_work() as session:
        await asking.consult(session, hotline.people["ann"], hotline.people["ben"])
    async with unit_of_work() as session:
        offer = (await snapshot(session, hotline.people["ben"]))["offer"]
    assert offer["handover"] == {"from": "ann", "consult": True}
    assert (await shown(hotline, "ann"))["handover"] == {"to": "ben", "consult": True}


async def test_a_supervisors_closed_console_ends_their_part_alone(open_hotline: Open) -> None:
    hotline, call = await consulting(open_hotline)
    async with unit_of_work() as session:
        await session.execute(
            update(Member).where(col(Member.id) == hotline.people["sue"]).values(role="supervisor")
        )  # fmt: skip
        await supervising.supervise(session, hotline.people["sue"], call, "whisper")
    assert (await shown(hotline, "ann"))["supervisors"] == [{"name": "sue", "how": "whisper"}]
    await seen(hotline, "sue", closing=True)
    for name in ("ann", "ben"):
        await seen(hotline, name)
    with travel(by=timedelta(seconds=6)):
        await clock.tick()
    assert await hotline.rung(call, "talking", "consulting") == ["ann", "ben"]


async def test_a_web_call_goes_to_the_first_of_a_team_who_accepts(open_hotline: Open) -> None:
    hotline = await open_hotline(RING, "ann", "ben", "cem")
    await hotline.on_duty("ann")
    call = await hotline.call()
    async with unit_of_work() as session:
        await answering.accept(session, hotline.people["ann"], await hotline.offer_of(call, "ann"))
    await hotline.on_duty("ben", "cem")
    async with unit_of_work() as session:
        await asking.hand_to_team(session, hotline.people["ann"], "main")
    assert await hotline.rung(call) == ["ben", "cem"]
    assert (await shown(hotline, "ann"))["handover"] == {"to": "ben, cem", "consult": False}
    async with unit_of_work() as session:
        await answering.accept(session, hotline.people["cem"], await hotline.offer_of(call, "cem"))
    assert await hotline.rung(call) == []
    assert await hotline.rung(call, "talking") == ["cem"]
    async with unit_of_work() as session:
        kinds = (await session.exec(select(Offer.kind).where(Offer.call_id == call).order_by(Offer.kind))).all()
    assert list(kinds) == ["call", "handover", "handover"]
