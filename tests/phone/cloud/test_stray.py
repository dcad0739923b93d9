"""What lies with a company is brought in once and deleted there; names of legs that are long over end."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from hark.phone.models import Carried
from hark.phone.stray import names
from hark.phone.stray.jobs import look
from hark.phone.stray.lying import SETTLED
from hark.recordings.models import Recording
from hark.switchboard import left
from hark.switchboard.models import Call, Voicemail
from infra import clock
from infra.clock import now
from infra.database import unit_of_work
from infra.ids import new_id
from infra.scope import no_scope, tenant_scope
from tests.carriers.twiml.fake.vendor import FakeVendor
from tests.phone.cloud.conftest import ready
from tests.phone.cloud.test_recording import talking
from tests.phone.conftest import Open
from tests.switchboard.conftest import RING, Hotline

LATER = SETTLED + timedelta(minutes=1)


async def look_there(by: timedelta = LATER) -> None:
    """The hourly look, after so long."""
    with clock.travel(by=by), no_scope():
        async with unit_of_work() as session:
            await look(session, "main")


async def messages(hotline: Hotline) -> list[tuple[int, bytes, str]]:
    """Length, sound and outcome of every message that the hotline has."""
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            found = select(Voicemail, Call).where(Voicemail.call_id == Call.id).order_by(col(Voicemail.seconds))
            rows = (await session.exec(found)).all()
            return [(row.seconds, await left.sound(session, row), str(call.carrier)) for row, call in rows]


async def test_messages_of_the_fallback_document_are_brought_in_once(open_hotline: Open, vendor: FakeVendor) -> None:
    hotline, e164 = await ready(open_hotline, RING)
    for seconds in (5, 6, 7):
        vendor.message(e164, "+447700900123", seconds)
    await look_there(timedelta(minutes=1))
    assert await messages(hotline) == [], "somebody may still be speaking"
    before = dict(vendor.recordings)
    await look_there()
    assert await messages(hotline) == [(seconds, b"RIFF" + bytes(seconds), "twiml") for seconds in (5, 6, 7)]
    assert not vendor.recordings
    vendor.recordings = before  # as when we died before they were deleted
    await look_there()
    assert [seconds for seconds, _, _ in await messages(hotline)] == [5, 6, 7]
    assert not vendor.recordings


async def test_what_isnt_ours_is_left_alone(open_hotline: Open, vendor: FakeVendor) -> None:
    await ready(open_hotline, RING)
    vendor.message("+442079460999", "+447700900123", 5)
    await look_there()
    assert len(vendor.recordings) == 1


async def test_a_message_that_we_were_told_of_in_vain_is_its_calls(open_hotline: Open, vendor: FakeVendor) -> None:
    hotline, e164 = await ready(open_hotline, RING)
    vendor.loses_media = True
    caller = await vendor.dial(e164)
    await caller.speak(7, hang_up=True)
    await look_there()
    assert [seconds for seconds, _, _ in await messages(hotline)] == [7] or len(vendor.recordings) == 1
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            assert len((await session.exec(select(Call.id))).all()) == 1


async def test_a_talk_that_we_were_told_of_in_vain_is_brought_in(open_hotline: Open, vendor: FakeVendor) -> None:
    hotline, caller, _ = await talking(open_hotline, vendor)
    room = caller.room
    assert room
    await caller.hang_up()
    url, hook = await vendor.room_over(room, 12)
    await look_there()
    assert not vendor.recordings
    await vendor.post(url, hook)  # late
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            assert [row.seconds for row in (await session.exec(select(Recording))).all()] == [12]


@pytest.fixture
async def old_names(open_hotline: Open, vendor: FakeVendor) -> tuple[Hotline, str]:
    """A hotline with a recorded call that is over, one that goes on, and an errand that nobody ended."""
    hotline, caller, _ = await talking(open_hotline, vendor)
    await caller.hang_up()
    with no_scope():
        async with unit_of_work() as session:
            e164 = caller.to
            old = now() - names.KEPT - timedelta(minutes=1)
            errand = Carried(
                id=new_id(), carrier="twiml", node="main", ref=f"errand-{hotline.tenant}", tenant=hotline.tenant,
                call=new_id(), errand="verify",
            )  # fmt: skip
            session.add(errand)
            await session.flush()
            await session.execute(update(Carried).where(col(Carried.tenant) == hotline.tenant).values(since=old))
    return hotline, e164


async def test_names_of_legs_that_are_long_over_end(old_names: tuple[Hotline, str], vendor: FakeVendor) -> None:
    hotline, e164 = old_names
    await vendor.dial(e164)

    async def known() -> list[str]:
        with no_scope():
            async with unit_of_work() as session:
                mine = select(Carried.ref).where(Carried.tenant == hotline.tenant).order_by(col(Carried.since))
                return list(await session.exec(mine))

    assert len(await known()) >= 3
    async with unit_of_work() as session:
        await names.sweep(session)
    assert not [ref for ref in await known() if ref.startswith("errand")]
    with no_scope():
        async with unit_of_work() as session:
            old = col(Carried.since) < now() - names.KEPT
            assert not (await session.exec(select(Carried).where(Carried.tenant == hotline.tenant, old))).all()
    assert await known(), "who is there now is still known"
