"""Passing a call to a number outside: only to kept ones, within the allowance, and never into nothing."""

import pytest
from sqlmodel import select

from hark.phone import turns
from hark.phone.models import Leg
from hark.phone.outside.asking import call_in
from hark.switchboard import clock
from hark.switchboard.transferring import asking, together
from infra.carriers.protocol import Reason
from infra.clock import travel
from infra.database import unit_of_work
from infra.errors import Conflict, Invalid, NotFound
from infra.ids import new_id
from tenants.allowance.models import Outbound
from tenants.allowance.service import LONGEST, NotAllowed, locked
from tenants.destinations.service import add, kept, remove
from tests.phone.conftest import Open
from tests.phone.network import PaperNetwork
from tests.phone.scene import OFFICE, Scene, answered
from tests.switchboard.conftest import Hotline


async def rung(open_hotline: Open, network: PaperNetwork, *, blind: bool) -> Scene:
    """Ann has the legal office rung."""
    scene = await answered(open_hotline, network, "ben")
    await scene.do(call_in, "ann", await scene.destination(), blind=blind)
    assert scene.office().to == f"number:{OFFICE}"
    assert scene.office().shown == (await scene.row()).dialled
    return scene


async def test_a_blind_transfer_lets_the_caller_go_when_the_office_answers(
    open_hotline: Open, network: PaperNetwork
) -> None:
    scene = await rung(open_hotline, network, blind=True)
    assert scene.together() == {"caller", "ann"}
    await network.pick_up(scene.office())
    assert scene.together() == {"caller", "office"}
    assert scene.leg("ann").over
    assert await scene.state("ann") == "done"
    assert (await scene.row()).phase == "talking"
    await network.hang_up(scene.office())
    assert (await scene.row()).outcome == "answered"
    await scene.nothing_is_left()


async def test_an_attended_one_is_talked_about_first(open_hotline: Open, network: PaperNetwork) -> None:
    scene = await rung(open_hotline, network, blind=False)
    assert scene.music
    await network.pick_up(scene.office())
    assert scene.music
    assert scene.together() == {"ann", "office"}
    await scene.do(together.conference, "ann")
    assert scene.together() == {"caller", "ann", "office"}
    await scene.do(together.complete, "ann")
    assert scene.together() == {"caller", "office"}
    await network.hang_up(scene.caller)
    await scene.nothing_is_left()


@pytest.mark.parametrize("blind", [True, False])
@pytest.mark.parametrize("reason", ["busy", "no_answer", "rejected", "invalid"])
async def test_an_office_that_isnt_reached_leaves_the_caller_where_they_were(
    open_hotline: Open, network: PaperNetwork, blind: bool, reason: Reason
) -> None:
    scene = await rung(open_hotline, network, blind=blind)
    await network.hang_up(scene.office(), reason)
    assert scene.together() == {"caller", "ann"}
    async with unit_of_work() as session:
        leg = (await session.exec(select(Leg).where(Leg.role == "outside"))).one()
        assert (leg.state, leg.reason) == ("over", reason)
    await scene.do(call_in, "ann", await first(scene.hotline), blind=blind)
    assert not scene.office().over


async def first(hotline: Hotline) -> object:
    """The one number that is kept."""
    async with unit_of_work() as session:
        return (await kept(session))[0].id


async def test_an_office_that_hangs_up_puts_the_volunteer_back_with_the_caller_on_hold(
    open_hotline: Open, network: PaperNetwork
) -> None:
    scene = await rung(open_hotline, network, blind=False)
    await network.pick_up(scene.office())
    await network.hang_up(scene.office())
    assert scene.music
    assert scene.together() == {"ann"}
    await scene.do(together.resume, "ann")
    assert scene.together() == {"caller", "ann"}


@pytest.mark.parametrize("there", [True, False])
async def test_a_volunteer_takes_the_caller_back_from_an_office(
    open_hotline: Open, network: PaperNetwork, there: bool
) -> None:
    scene = await rung(open_hotline, network, blind=False)
    if there:
        await network.pick_up(scene.office())
    await scene.do(together.take_back, "ann")
    assert scene.office().over
    assert scene.together() == {"caller", "ann"}


@pytest.mark.parametrize("reason", ["gone", "lost"])
async def test_a_volunteer_who_goes_leaves_the_caller_to_the_office(
    open_hotline: Open, network: PaperNetwork, reason: Reason
) -> None:
    scene = await rung(open_hotline, network, blind=False)
    await network.pick_up(scene.office())
    await network.hang_up(scene.leg("ann"), reason)
    assert scene.together() == {"caller", "office"}
    await network.hang_up(scene.office(), "lost")
    await scene.nothing_is_left()


@pytest.mark.parametrize("reason", ["gone", "lost"])
async def test_a_volunteer_who_goes_before_an_office_answers_takes_the_ring_along(
    open_hotline: Open, network: PaperNetwork, reason: Reason
) -> None:
    scene = await rung(open_hotline, network, blind=True)
    await network.hang_up(scene.leg("ann"), reason)
    assert scene.office().over
    assert (await scene.row()).phase == ("ended" if reason == "gone" else "waiting")


@pytest.mark.parametrize("when", ["ringing", "there", "alone"])
async def test_a_caller_who_hangs_up_ends_the_office_too(open_hotline: Open, network: PaperNetwork, when: str) -> None:
    scene = await rung(open_hotline, network, blind=when == "alone")
    if when != "ringing":
        await network.pick_up(scene.office())
    await network.hang_up(scene.caller)
    await scene.nothing_is_left()


async def test_only_kept_numbers_are_rung_and_none_while_somebody_is_asked(
    open_hotline: Open, network: PaperNetwork
) -> None:
    scene = await answered(open_hotline, network, "ben")
    office = await scene.destination()
    with pytest.raises(NotFound):
        await scene.do(call_in, "ann", new_id(), blind=True)
    await scene.to(asking.hand_over, "ann", "ben")
    with pytest.raises(Conflict):
        await scene.do(call_in, "ann", office, blind=True)
    await scene.do(together.take_back, "ann")
    async with unit_of_work() as session:
        await remove(session, office)
    with pytest.raises(NotFound):
        await scene.do(call_in, "ann", office, blind=True)
    assert not network.rung("^number:")


async def test_a_hotline_without_allowance_rings_nobody_outside(open_hotline: Open, network: PaperNetwork) -> None:
    scene = await answered(open_hotline, network)
    office = await scene.destination()
    async with unit_of_work() as session:
        (await locked(session)).legs = 0
    with pytest.raises(NotAllowed):
        await scene.do(call_in, "ann", office, blind=False)
    assert not network.rung("^number:")
    assert scene.together() == {"caller", "ann"}
    async with unit_of_work() as session:
        assert not (await session.exec(select(Outbound))).all()


@pytest.mark.parametrize("number", ["999", "112", "+1 900 555 0123", "118 118", "090", "+870 773 111 111", "x"])
async def test_numbers_that_are_never_dialled_arent_kept(
    open_hotline: Open, network: PaperNetwork, number: str
) -> None:
    scene = await answered(open_hotline, network)
    with pytest.raises(Invalid) as refused:
        await scene.destination(number)
    assert refused.value.field == "number"


async def test_a_number_is_kept_once_and_written_as_people_write_it(open_hotline: Open, network: PaperNetwork) -> None:
    scene = await answered(open_hotline, network)
    await scene.destination("020 7946 0018")
    async with unit_of_work() as session:
        [row] = await kept(session)
        assert (row.name, row.number) == ("Legal office", OFFICE)
        for name, number, field in (
            ("Legal office", "020 7946 0019", "name"),
            ("Other", OFFICE, "number"),
            ("", OFFICE, "name"),
        ):
            with pytest.raises(Invalid) as refused:
                await add(session, scene.hotline.people["ann"], name=name, number=number)
            assert refused.value.field == field


async def test_an_office_left_alone_with_a_caller_isnt_paid_for_for_ever(
    open_hotline: Open, network: PaperNetwork
) -> None:
    scene = await rung(open_hotline, network, blind=True)
    await network.pick_up(scene.office())
    with travel(by=LONGEST):
        while not await clock.tick():  # calls that other tests left are due as well
            pass
        await turns.quiet()
    assert scene.office().over
    assert (await scene.row()).phase == "ended"
    await scene.nothing_is_left()
