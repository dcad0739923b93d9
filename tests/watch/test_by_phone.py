"""A line with a number is checked over the network: the watch dials it, its own call arrives, and nobody is rung."""

import secrets
from datetime import timedelta

from sqlmodel import select

from hark.phone import turns
from hark.switchboard.models import Call, Offer
from hark.watch import schedule
from hark.watch.models import LineCheck, LineTrouble
from infra.clock import travel
from infra.database import unit_of_work
from infra.mail.send import Mail
from infra.scope import no_scope
from tenants.directory.models import Number
from tenants.lines.settings import LineSetting
from tests.phone.conftest import Open, network, number_for, open_hotline
from tests.phone.network import PaperNetwork
from tests.switchboard.conftest import RING, Hotline

__all__ = ["network", "open_hotline"]


async def _watched(open_hotline: Open, network: PaperNetwork) -> tuple[Hotline, str]:
    hotline = await open_hotline(RING, "ann")
    given, e164 = await number_for(hotline, network), f"+44207946{secrets.randbelow(10**4):04d}"
    with no_scope():
        async with unit_of_work() as session:
            (
                await session.exec(select(Number).where(Number.e164 == given))
            ).one().e164 = e164  # one that may be dialled
    async with unit_of_work() as session:
        session.add(LineSetting(id=hotline.line.id, check_minutes=15))
    return hotline, e164


async def _look(hotline: Hotline, *, after: int = 0) -> list[LineCheck]:
    with travel(by=timedelta(seconds=after)):
        async with unit_of_work() as session:
            await schedule.look(session, str(hotline.line.id))
        await turns.quiet()
    async with unit_of_work() as session:
        return list(await session.exec(select(LineCheck).order_by(LineCheck.at)))


async def test_the_watchs_own_call_comes_back_over_the_network_and_rings_nobody(
    open_hotline: Open, network: PaperNetwork
) -> None:
    hotline, e164 = await _watched(open_hotline, network)
    await hotline.on_duty("ann")
    await _look(hotline)
    [out] = network.ringing()
    assert (out.to, out.shown) == (f"number:{e164}", e164)
    arrived = await network.dial(e164, caller=e164)
    [check] = await _look(hotline, after=5)
    assert (check.state, check.reached) == ("good", "ring")
    assert arrived.over is not None, "and it is hung up"
    async with unit_of_work() as session:
        assert (await session.exec(select(Offer))).all() == []
        [call] = (await session.exec(select(Call))).all()
    assert (call.simulated, call.caller_id, call.phase) == (True, None, "ended")
    await _look(hotline, after=16 * 60)
    async with unit_of_work() as session:
        assert (await session.exec(select(Call))).all() == [], "nothing of it is left at the next check"


async def test_a_real_caller_at_the_same_moment_is_a_caller(open_hotline: Open, network: PaperNetwork) -> None:
    hotline, e164 = await _watched(open_hotline, network)
    await hotline.on_duty("ann")
    await _look(hotline)
    await network.dial(e164, caller="+447700900123")
    async with unit_of_work() as session:
        [call] = (await session.exec(select(Call))).all()
        assert (await session.exec(select(Offer.state))).all() == ["ringing"]
    assert not call.simulated


async def test_a_number_that_never_rings_is_told_of(open_hotline: Open, network: PaperNetwork) -> None:
    hotline, _ = await _watched(open_hotline, network)
    async with unit_of_work() as session:
        before = len((await session.exec(select(Mail))).all())
    await _look(hotline)
    [check] = await _look(hotline, after=30)
    assert check.state == "running"
    await _look(hotline, after=900 + 61)
    checks = await _look(hotline, after=2 * (900 + 61))
    assert [(each.state, each.reason) for each in checks[:2]] == [("bad", "no_answer")] * 2
    async with unit_of_work() as session:
        assert [row.reason for row in await session.exec(select(LineTrouble))] == ["no_answer"]
        assert len((await session.exec(select(Mail))).all()) == before, "this small hotline has no owner to write to"
