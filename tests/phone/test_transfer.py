"""Passing a call on inside the hotline: who is with whom at each step, and that what is refused comes back."""

from datetime import timedelta

import pytest
from sqlmodel import select

from hark.contacts.models import Contact, ContactReader
from hark.phone import service, turns
from hark.switchboard import clock
from hark.switchboard.offering import answering
from hark.switchboard.transferring import asking, together
from infra.carriers.protocol import Resync
from infra.clock import travel
from infra.database import Session, unit_of_work
from infra.errors import Conflict
from tenants.forms.models import FormVersion
from tests.phone.conftest import Open
from tests.phone.network import PaperNetwork
from tests.phone.scene import Scene, answered
from tests.switchboard.conftest import RING


async def test_a_caller_on_hold_hears_music_until_the_volunteer_is_back(
    open_hotline: Open, network: PaperNetwork
) -> None:
    scene = await answered(open_hotline, network)
    await scene.do(together.hold, "ann")
    assert scene.music
    await scene.do(together.hold, "ann")
    assert scene.together() == {"ann"}
    await scene.do(together.resume, "ann")
    assert scene.together() == {"caller", "ann"}
    await scene.do(together.hold, "ann")
    assert scene.music
    await network.hang_up(scene.caller)
    await scene.nothing_is_left()


async def consulting(open_hotline: Open, network: PaperNetwork, *others: str) -> Scene:
    """Ann talks with ben about the caller, who hears music."""
    scene = await answered(open_hotline, network, "ben", *others)
    await scene.to(asking.consult, "ann", "ben")
    assert scene.music
    assert scene.together() == {"ann"}
    await scene.answers("ben")
    assert scene.music
    assert scene.together() == {"ann", "ben"}
    assert (await scene.row()).state["member"] == str(scene.hotline.people["ann"])
    return scene


async def test_an_attended_transfer_is_completed(open_hotline: Open, network: PaperNetwork) -> None:
    scene = await consulting(open_hotline, network)
    await scene.do(together.complete, "ann")
    assert scene.together() == {"caller", "ben"}
    assert (await scene.state("ann"), await scene.state("ben")) == ("done", "talking")
    assert (await scene.row()).state["member"] == str(scene.hotline.people["ben"])
    assert scene.leg("ann").over
    await network.hang_up(scene.leg("ben"))
    await scene.nothing_is_left()


async def test_three_talk_together_and_either_may_leave(open_hotline: Open, network: PaperNetwork) -> None:
    scene = await consulting(open_hotline, network)
    await scene.do(together.conference, "ann")
    assert scene.together() == {"caller", "ann", "ben"}
    await network.hang_up(scene.leg("ben"))
    assert scene.together() == {"caller", "ann"}
    await scene.to(asking.consult, "ann", "ben")
    await scene.answers("ben")
    await scene.do(together.conference, "ann")
    await network.hang_up(scene.leg("ann"))
    assert scene.together() == {"caller", "ben"}
    assert (await scene.row()).phase == "talking"
    await network.hang_up(scene.caller)
    await scene.nothing_is_left()


async def test_a_volunteer_takes_the_caller_back(open_hotline: Open, network: PaperNetwork) -> None:
    scene = await consulting(open_hotline, network)
    await scene.do(together.take_back, "ann")
    assert scene.together() == {"caller", "ann"}
    assert scene.leg("ben").over
    assert await scene.state("ben") == "done"
    await network.hang_up(scene.leg("ann"))
    await scene.nothing_is_left()


async def test_a_colleague_who_leaves_puts_the_volunteer_back_with_the_caller_on_hold(
    open_hotline: Open, network: PaperNetwork
) -> None:
    scene = await consulting(open_hotline, network)
    await network.hang_up(scene.leg("ben"), "lost")
    assert scene.music
    assert scene.together() == {"ann"}
    with pytest.raises(Conflict):
        await scene.do(together.complete, "ann")
    await scene.do(together.resume, "ann")
    assert scene.together() == {"caller", "ann"}


@pytest.mark.parametrize("reason", ["gone", "lost"])
async def test_a_volunteer_who_goes_while_consulting_completes_the_transfer(
    open_hotline: Open, network: PaperNetwork, reason: str
) -> None:
    scene = await consulting(open_hotline, network)
    await network.hang_up(scene.leg("ann"), reason)
    assert scene.together() == {"caller", "ben"}
    assert (await scene.state("ann"), await scene.state("ben")) == ("done", "talking")


@pytest.mark.parametrize("how", ["declined", "busy", "no answer", "taken back"])
async def test_what_is_refused_comes_back(open_hotline: Open, network: PaperNetwork, how: str) -> None:
    """A refused transfer comes back, to a caller who is told by a voice and not by silence."""
    scene = await answered(open_hotline, network, "ben")
    await scene.to(asking.consult, "ann", "ben")
    assert scene.music
    match how:
        case "declined":
            await scene.do(answering.decline, "ben", await scene.hotline.offer_of(scene.call, "ben"))
        case "busy":
            await network.hang_up(scene.leg("ben"), "busy")
        case "no answer":
            with travel(by=timedelta(seconds=41)):
                await clock.tick()
                await turns.quiet()
        case _:
            await scene.do(together.take_back, "ann")
    assert scene.together() == {"caller", "ann"}
    assert not network.ringing()
    assert (await scene.row()).state["member"] == str(scene.hotline.people["ann"])


@pytest.mark.parametrize("then", ["held", "asked", "consulting", "together", "handed", "team"])
async def test_a_caller_who_hangs_up_leaves_nobody_behind(open_hotline: Open, network: PaperNetwork, then: str) -> None:
    scene = await answered(open_hotline, network, "ben", "cem")
    match then:
        case "held":
            await scene.do(together.hold, "ann")
        case "handed":
            await scene.to(asking.hand_over, "ann", "ben")
        case "team":
            await scene.do(asking.hand_to_team, "ann", "main")
        case _:
            await scene.to(asking.consult, "ann", "ben")
    if then in ("consulting", "together"):
        await scene.answers("ben")
    if then == "together":
        await scene.do(together.conference, "ann")
    await network.hang_up(scene.caller)
    await scene.nothing_is_left()


@pytest.mark.parametrize("then", ["asked", "handed"])
async def test_a_volunteer_who_ends_while_a_colleague_rings_ends_the_call(
    open_hotline: Open, network: PaperNetwork, then: str
) -> None:
    scene = await answered(open_hotline, network, "ben")
    await scene.to(asking.consult if then == "asked" else asking.hand_over, "ann", "ben")
    await network.hang_up(scene.leg("ann"))
    await scene.nothing_is_left()


async def test_a_volunteer_lost_while_a_colleague_rings_leaves_no_phantom(
    open_hotline: Open, network: PaperNetwork
) -> None:
    """yap#159: the colleague isn't rung for a talk that is over, but for the caller who waits again."""
    scene = await answered(open_hotline, network, "ben")
    await scene.to(asking.consult, "ann", "ben")
    asked = scene.leg("ben")
    await network.hang_up(scene.leg("ann"), "lost")
    assert asked.over
    assert (await scene.row()).phase == "waiting"
    await scene.answers("ben")
    assert scene.together() == {"caller", "ben"}


async def test_a_team_is_rung_and_the_first_takes_the_call(open_hotline: Open, network: PaperNetwork) -> None:
    scene = await answered(open_hotline, network, "ben", "cem", "dee")
    await scene.team("legal", "ben", "cem")
    await scene.do(asking.hand_to_team, "ann", "legal")
    assert await scene.hotline.rung(scene.call) == ["ben", "cem"]
    assert scene.together() == {"caller", "ann"}
    await network.hang_up(scene.leg("cem"), "busy")
    assert scene.together() == {"caller", "ann"}
    await scene.answers("ben")
    assert scene.together() == {"caller", "ben"}
    assert not network.ringing()


async def test_of_two_in_a_team_who_answer_one_gets_the_call(open_hotline: Open, network: PaperNetwork) -> None:
    scene = await answered(open_hotline, network, "ben", "cem")
    await scene.do(asking.hand_to_team, "ann", "main")
    ben, cem = scene.leg("ben"), scene.leg("cem")
    await network.pick_up(ben)
    await network.pick_up(cem)
    assert scene.together() == {"caller", "ben"}
    assert cem.over


async def test_a_team_of_which_nobody_is_free_leaves_the_call_where_it_is(
    open_hotline: Open, network: PaperNetwork
) -> None:
    scene = await answered(open_hotline, network, "ben")
    await scene.team("empty")
    with pytest.raises(Conflict):
        await scene.do(asking.hand_to_team, "ann", "empty")
    assert scene.together() == {"caller", "ann"}


async def test_only_one_is_asked_at_a_time(open_hotline: Open, network: PaperNetwork) -> None:
    scene = await answered(open_hotline, network, "ben", "cem")
    await scene.to(asking.consult, "ann", "ben")
    for act in (asking.consult, asking.hand_over):
        with pytest.raises(Conflict):
            await scene.to(act, "ann", "cem")
    await scene.answers("ben")
    with pytest.raises(Conflict):
        await scene.to(asking.hand_over, "ann", "cem")


async def test_somebody_who_is_asked_for_advice_is_rung_for_nothing_else(
    open_hotline: Open, network: PaperNetwork
) -> None:
    """yap#540: dialling a volunteer already on a call."""
    scene = await consulting(open_hotline, network)
    await network.dial((await scene.row()).dialled or "", "+447700900555")
    assert not network.ringing()


async def test_the_record_goes_along(open_hotline: Open, network: PaperNetwork) -> None:
    """Aselo: the call, the form or the state lost on transfer."""
    scene = await answered(open_hotline, network, "ben")
    await scene.to(asking.consult, "ann", "ben")
    async with unit_of_work() as session:
        session.add(await a_record(scene, session))
    await scene.answers("ben")
    assert await readers(scene) == {"ben"}
    assert await keeper(scene) == "ann"
    await scene.do(together.complete, "ann")
    assert await keeper(scene) == "ben"


async def a_record(scene: Scene, session: Session) -> Contact:
    """Ann has begun to write."""
    form = FormVersion(number=1, document={"version": 1, "fields": []})
    session.add(form)
    await session.flush()
    return Contact(call_id=scene.call, member_id=scene.hotline.people["ann"], form_version_id=form.id, sealed=b"")


async def keeper(scene: Scene) -> str:
    """Whose record it is."""
    async with unit_of_work() as session:
        member = (await session.exec(select(Contact.member_id))).one()
    return {key: name for name, key in scene.hotline.people.items()}[member]


async def readers(scene: Scene) -> set[str]:
    """Who may read the record besides."""
    async with unit_of_work() as session:
        found = (await session.exec(select(ContactReader.member_id))).all()
    return {{key: name for name, key in scene.hotline.people.items()}[member] for member in found}


async def test_a_call_from_browser_to_browser_can_be_handed_to_a_team_and_nothing_else(open_hotline: Open) -> None:
    hotline = await open_hotline(RING, "ann", "ben")
    await hotline.on_duty("ann")
    call = await hotline.call()
    async with unit_of_work() as session:
        await answering.accept(session, hotline.people["ann"], await hotline.offer_of(call, "ann"))
    await hotline.on_duty("ben")
    for act in (together.hold, together.complete, together.conference):
        with pytest.raises(Conflict):
            async with unit_of_work() as session:
                await act(session, hotline.people["ann"])
    with pytest.raises(Conflict):
        async with unit_of_work() as session:
            await asking.consult(session, hotline.people["ann"], hotline.people["ben"])
    async with unit_of_work() as session:
        await asking.hand_to_team(session, hotline.people["ann"], "main")
    assert await hotline.rung(call) == ["ben"]


async def test_after_a_crash_everybody_is_told_the_same_again(open_hotline: Open, network: PaperNetwork) -> None:
    """What a call is, is in its rows: whoever reads them again decides the same."""
    scene = await consulting(open_hotline, network)
    before = {leg.ref: leg.now for leg in network.legs.values() if not leg.over}
    told = len(network.sent)
    await service.hear("paper", network.node, [Resync(network.node, dict.fromkeys(before, True))])
    await turns.quiet()
    assert {leg.ref: leg.now for leg in network.legs.values() if not leg.over} == before
    assert len(network.sent) >= told + len(before)
    await scene.do(together.complete, "ann")
    assert scene.together() == {"caller", "ben"}
