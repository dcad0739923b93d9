"""A talk is recorded only where the line says so, after the caller was told, and what was recorded is sealed."""

from sqlmodel import select

from hark.recordings.models import Recording
from hark.recordings.service import sound
from infra.carriers.protocol import Can, Join, Play, Recorded
from infra.database import unit_of_work
from infra.scope import tenant_scope
from tenants.lines.settings import LineSetting
from tests.phone.conftest import Open, answers_on, number_for
from tests.phone.network import PaperNetwork
from tests.switchboard.conftest import RING, Hotline


async def kept(hotline: Hotline) -> list[Recording]:
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            return list((await session.exec(select(Recording))).all())


async def test_nothing_is_recorded_before_the_caller_was_told(open_hotline: Open, network: PaperNetwork) -> None:
    network.can = Can(desk=True, records=True)
    hotline = await open_hotline(RING, "ann")
    e164 = await number_for(hotline, network)
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            session.add(LineSetting(id=hotline.line.id, record=True, consent={"en": "We record this."}))
    await hotline.on_duty("ann")
    await answers_on(hotline, "ann", "desk")
    caller = await network.dial(e164)
    [ann] = network.ringing()
    await network.pick_up(ann)
    assert caller.said[-1] == "We record this."
    assert isinstance(ann.now, Play)
    await network.hears(caller)
    assert caller.room == ann.room is not None
    assert isinstance(caller.now, Join)
    assert caller.now.record
    network.recordings["room"] = b"RIFF talk"
    await network.hang_up(caller)
    await network._tell(Recorded(caller.ref, "talk", "room", 12))
    [row] = await kept(hotline)
    assert row.seconds == 12
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            assert await sound(session, row) == b"RIFF talk"
    assert not network.recordings


async def test_without_the_lines_word_nothing_is_recorded(open_hotline: Open, network: PaperNetwork) -> None:
    network.can = Can(desk=True, records=True)
    hotline = await open_hotline(RING, "ann")
    e164 = await number_for(hotline, network)
    await hotline.on_duty("ann")
    await answers_on(hotline, "ann", "desk")
    caller = await network.dial(e164)
    [ann] = network.ringing()
    await network.pick_up(ann)
    assert isinstance(caller.now, Join)
    assert not caller.now.record
