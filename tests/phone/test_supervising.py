"""Supervisors in a call: heard by whom they mean to be, seen by the volunteer, and never in two calls."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from hark.console.snapshot import snapshot
from hark.switchboard.models import Call, Offer
from hark.switchboard.offering import reach
from hark.switchboard.transferring import asking, supervising, together
from infra.carriers.protocol import Join
from infra.clock import now
from infra.database import unit_of_work
from infra.errors import Conflict, Forbidden
from tenants.audit.models import AuditEntry
from tests.phone.conftest import Open
from tests.phone.network import PaperNetwork
from tests.phone.scene import Scene, answered


async def watched(open_hotline: Open, network: PaperNetwork, how: str = "listen", *others: str) -> Scene:
    """Sue is a supervisor and is in ann's call."""
    scene = await answered(open_hotline, network, "sue", *others)
    await scene.supervisor("sue")
    await scene.do(supervising.supervise, "sue", scene.call, how)
    await scene.answers("sue")
    return scene


async def sees(scene: Scene, name: str) -> dict[str, object]:
    """The call as somebody's console shows it."""
    async with unit_of_work() as session:
        return (await snapshot(session, scene.hotline.people[name]))["call"]


async def test_who_listens_is_heard_by_nobody_and_seen_by_the_volunteer(
    open_hotline: Open, network: PaperNetwork
) -> None:
    scene = await watched(open_hotline, network)
    sue = scene.leg("sue").now
    assert isinstance(sue, Join)
    assert (sue.how, sue.room) == ("listen", str(scene.call))
    assert scene.together() == {"caller", "ann"}
    assert (await sees(scene, "ann"))["supervisors"] == [{"name": "sue", "how": "listen"}]
    assert (await sees(scene, "sue"))["part"] == "supervise"


async def test_whispers_are_for_the_volunteer_alone_and_joining_is_for_all(
    open_hotline: Open, network: PaperNetwork
) -> None:
    scene = await watched(open_hotline, network, "whisper")
    sue = scene.leg("sue")
    assert isinstance(sue.now, Join)
    assert (sue.now.how, sue.now.to) == ("whisper", scene.leg("ann").ref)
    await scene.do(supervising.supervise, "sue", scene.call, "talk")
    assert scene.together() == {"caller", "ann", "sue"}
    await scene.do(supervising.supervise, "sue", scene.call, "whisper")
    assert isinstance(sue.now, Join)
    assert sue.now.how == "whisper"
    assert len(network.rung(scene.desks["sue"].hex)) == 2, "her desk rang for the call itself and once to look on"
    async with unit_of_work() as session:
        acts = (await session.exec(select(AuditEntry.action))).all()
    assert {"call.whisper", "call.join"} <= set(acts)


async def test_a_whisper_follows_the_call_to_whoever_has_it(open_hotline: Open, network: PaperNetwork) -> None:
    scene = await watched(open_hotline, network, "whisper", "ben")
    await scene.to(asking.hand_over, "ann", "ben")
    await scene.answers("ben")
    sue = scene.leg("sue").now
    assert isinstance(sue, Join)
    assert sue.to == scene.leg("ben").ref


async def test_a_supervisor_takes_over_and_the_volunteer_is_free(open_hotline: Open, network: PaperNetwork) -> None:
    scene = await watched(open_hotline, network)
    await scene.do(supervising.take_over, "sue", scene.call, scene.hotline.people["ann"])
    assert scene.together() == {"caller", "sue"}
    assert scene.leg("ann").over
    assert (await scene.state("ann"), await scene.state("sue")) == ("done", "talking")
    await network.hang_up(scene.leg("sue"))
    await scene.nothing_is_left()


async def test_of_two_supervisors_who_take_over_at_once_one_gets_the_call(
    open_hotline: Open, network: PaperNetwork
) -> None:
    scene = await watched(open_hotline, network, "listen", "tim")
    await scene.supervisor("sue", "tim")
    ann = scene.hotline.people["ann"]
    done = await asyncio.gather(
        *(scene.do(supervising.take_over, name, scene.call, ann) for name in ("sue", "tim")), return_exceptions=True
    )
    assert any(each is None for each in done)
    for leg in network.ringing():
        await network.pick_up(leg)
    async with unit_of_work() as session:
        there = (
            await session.exec(select(Offer.member_id).where(col(Offer.state).in_(("talking", "consulting"))))
        ).all()
    assert len(there) == 1
    assert len(scene.together()) == 2


async def test_the_caller_stays_with_the_volunteer_until_the_supervisors_telephone_is_picked_up(
    open_hotline: Open, network: PaperNetwork
) -> None:
    scene = await answered(open_hotline, network, "sue")
    await scene.supervisor("sue")
    ann = scene.hotline.people["ann"]
    await scene.do(supervising.take_over, "sue", scene.call, ann)
    assert scene.together() == {"caller", "ann"}
    await network.hang_up(scene.leg("sue"), "busy")
    assert scene.together() == {"caller", "ann"}
    assert await scene.state("sue") == "done"
    await scene.do(supervising.take_over, "sue", scene.call, ann)
    await scene.answers("sue")
    assert scene.together() == {"caller", "sue"}
    assert await scene.state("ann") == "done"


async def test_a_supervisor_leaves_and_the_call_goes_on(open_hotline: Open, network: PaperNetwork) -> None:
    scene = await watched(open_hotline, network, "talk")
    await network.hang_up(scene.leg("sue"))
    assert scene.together() == {"caller", "ann"}
    assert (await sees(scene, "ann"))["supervisors"] == []


@pytest.mark.parametrize("how", ["listen", "whisper"])
async def test_a_volunteer_who_hangs_up_ends_the_call_for_who_only_looked_on(
    open_hotline: Open, network: PaperNetwork, how: str
) -> None:
    scene = await watched(open_hotline, network, how)
    await network.hang_up(scene.leg("ann"))
    await scene.nothing_is_left()


async def test_a_volunteer_who_hangs_up_leaves_the_call_to_a_supervisor_who_talks_along(
    open_hotline: Open, network: PaperNetwork
) -> None:
    scene = await watched(open_hotline, network, "talk")
    await network.hang_up(scene.leg("ann"))
    assert scene.together() == {"caller", "sue"}
    await network.hang_up(scene.caller)
    await scene.nothing_is_left()


async def test_a_lost_volunteer_frees_who_listened(open_hotline: Open, network: PaperNetwork) -> None:
    scene = await watched(open_hotline, network)
    listening = scene.leg("sue")
    await network.hang_up(scene.leg("ann"), "lost")
    assert listening.over
    assert (await scene.row()).phase == "waiting"
    await scene.answers("sue")
    assert scene.together() == {"caller", "sue"}


async def test_only_supervisors_look_on(open_hotline: Open, network: PaperNetwork) -> None:
    scene = await answered(open_hotline, network, "ben")
    with pytest.raises(Forbidden):
        await scene.do(supervising.supervise, "ben", scene.call, "listen")
    with pytest.raises(Forbidden):
        await scene.do(supervising.take_over, "ben", scene.call, scene.hotline.people["ann"])


async def test_nobody_listens_where_the_carrier_cant(open_hotline: Open, network: PaperNetwork) -> None:
    scene = await answered(open_hotline, network, "sue")
    await scene.supervisor("sue")
    reach.learn("paper", reach.DEVICES, listen=False)
    try:
        with pytest.raises(Conflict):
            await scene.do(supervising.supervise, "sue", scene.call, "listen")
        await scene.do(supervising.supervise, "sue", scene.call, "talk")
    finally:
        reach.learn("paper", reach.DEVICES)


async def test_nobody_is_in_two_calls(open_hotline: Open, network: PaperNetwork) -> None:
    """The database itself refuses it."""
    scene = await answered(open_hotline, network, "ben", "sue")
    await scene.supervisor("sue")
    await scene.do(supervising.supervise, "sue", scene.call, "listen")
    await network.dial((await scene.row()).dialled or "", "+447700900555")
    async with unit_of_work() as session:
        other = (await session.exec(select(Call.id).where(Call.id != scene.call))).one()
    assert await scene.hotline.rung(other) == ["ben"]
    await scene.answers("ben")
    with pytest.raises(Conflict):
        await scene.do(supervising.supervise, "sue", other, "listen")
    with pytest.raises(Conflict):
        await scene.to(asking.consult, "ann", "sue")
    with pytest.raises(IntegrityError):
        await a_second(scene, other)


async def a_second(scene: Scene, call: UUID) -> None:
    """A second live row for the same person, past all our code."""
    async with unit_of_work() as session:
        sue = scene.hotline.people["sue"]
        session.add(Offer(call_id=call, member_id=sue, state="consulting", kind="supervise", expires_at=now()))


async def test_a_supervisor_who_is_being_rung_finishes_that_first(open_hotline: Open, network: PaperNetwork) -> None:
    scene = await answered(open_hotline, network, "sue")
    await scene.supervisor("sue")
    await scene.to(asking.consult, "ann", "sue")
    with pytest.raises(Conflict):
        await scene.do(supervising.supervise, "sue", scene.call, "listen")
    await scene.do(together.take_back, "ann")
    await scene.do(supervising.supervise, "sue", scene.call, "listen")
