"""Robots are asked for a key; people who press it, or who were here before, are led straight in."""

from datetime import timedelta

from sqlmodel import select

from hark.phone import turns
from hark.switchboard import clock as deadlines
from hark.switchboard.models import Call
from infra.clock import travel
from infra.database import unit_of_work
from infra.scope import tenant_scope
from tenants.lines.settings import LineSetting
from tests.phone.conftest import Open, number_for
from tests.phone.network import PaperNetwork
from tests.switchboard.conftest import RING, Hotline

ASKED = "To be put through, please press any key on your telephone."


async def guarded(open_hotline: Open, network: PaperNetwork) -> tuple[Hotline, str]:
    hotline = await open_hotline(RING, "ann")
    e164 = await number_for(hotline, network)
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            session.add(LineSetting(id=hotline.line.id, ask_key=True))
    return hotline, e164


async def test_any_key_opens_the_flow(open_hotline: Open, network: PaperNetwork) -> None:
    hotline, e164 = await guarded(open_hotline, network)
    caller = await network.dial(e164)
    assert caller.said[0] == ASKED
    await network.press(caller, "7")
    assert caller.said[-1] == "Leave a message"
    assert hotline


async def test_who_presses_none_is_asked_again_and_let_go(open_hotline: Open, network: PaperNetwork) -> None:
    hotline, e164 = await guarded(open_hotline, network)
    caller = await network.dial(e164)
    for _ in range(3):
        assert caller.said[-2] == ASKED
        await network.hears(caller)
        with travel(by=timedelta(seconds=7)):
            await deadlines.tick()
        await turns.quiet()
    assert caller.over
    assert "We heard no key" in " ".join(caller.said)
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            assert (await session.exec(select(Call))).one().outcome == "no_key"
    again = await network.dial(e164)
    assert again.said[0] == "Leave a message", "whoever calls again comes straight through"
