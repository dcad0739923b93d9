"""A talk is recorded at the company only after the caller was told, brought in once, sealed, and deleted there."""

from sqlmodel import select

from hark.recordings.models import Recording
from hark.recordings.service import sound
from infra.database import unit_of_work
from infra.scope import tenant_scope
from tenants.lines.settings import LineSetting
from tests.carriers.twiml.fake.following import FakeCall
from tests.carriers.twiml.fake.vendor import FakeVendor
from tests.phone.cloud.conftest import ready
from tests.phone.conftest import Open
from tests.switchboard.conftest import RING, Hotline

TOLD = "We record this."


async def talking(open_hotline: Open, vendor: FakeVendor, *, record: bool = True) -> tuple[Hotline, FakeCall, FakeCall]:
    """A caller and ann talk on a line that records, or doesn't."""
    hotline, e164 = await ready(open_hotline, RING, ann="+447400123451")
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            session.add(LineSetting(id=hotline.line.id, record=record, consent={"en": TOLD}))
    caller = await vendor.dial(e164)
    [ann] = vendor.ringing()
    await vendor.pick_up(ann)
    await ann.press("1")
    for _ in range(3):
        for leg in (caller, ann):
            if leg.room is None:
                await leg.wait()
    assert caller.room == ann.room is not None
    return hotline, caller, ann


async def kept(hotline: Hotline) -> list[tuple[int, bytes]]:
    """The length and sound of every recording that the hotline has."""
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            rows = (await session.exec(select(Recording).order_by(Recording.seconds))).all()  # type: ignore[arg-type]  # a column
            return [(row.seconds, await sound(session, row)) for row in rows]


async def test_a_talk_is_recorded_sealed_and_deleted_there(open_hotline: Open, vendor: FakeVendor) -> None:
    hotline, caller, ann = await talking(open_hotline, vendor)
    assert TOLD in caller.said
    assert TOLD not in ann.said
    room = caller.room
    assert room
    await caller.hang_up()
    assert not ann.living
    url, hook = await vendor.room_over(room, 12)
    for _ in range(2):  # late, and doubled
        assert (await vendor.post(url, hook)).status_code == 204
        await vendor.settle()
    assert await kept(hotline) == [(12, b"RIFF" + hook["RecordingSid"].encode())]
    assert not vendor.recordings


async def test_a_talk_that_the_volunteer_ends_is_kept_as_well(open_hotline: Open, vendor: FakeVendor) -> None:
    """The caller's leg hears the last words and is gone before the recording comes."""
    hotline, caller, ann = await talking(open_hotline, vendor)
    room = caller.room
    assert room
    await ann.hang_up()
    for _ in range(5):
        if caller.living:
            await caller.wait()
    assert not caller.living
    await vendor.post(*await vendor.room_over(room, 7))
    assert [seconds for seconds, _ in await kept(hotline)] == [7]
    assert not vendor.recordings


async def test_everybodys_page_has_the_room_recorded_for_the_caller(open_hotline: Open, vendor: FakeVendor) -> None:
    """Whoever comes first sets the room up."""
    _, caller, ann = await talking(open_hotline, vendor)
    assert caller.conference is not None
    assert ann.conference is not None
    told = {leg.conference.attrib["recordingStatusCallback"] for leg in (caller, ann) if leg.conference is not None}
    assert len(told) == 1
    assert caller.sid in told.pop() or vendor.dialect == "telnyx"


async def test_two_recordings_of_one_call_are_two(open_hotline: Open, vendor: FakeVendor) -> None:
    """The room was empty in between."""
    hotline, caller, ann = await talking(open_hotline, vendor)
    room, set_up = caller.room, vendor.rooms.copy()
    assert room
    await caller.hang_up()
    first = await vendor.room_over(room, 3)
    vendor.rooms = set_up
    second = await vendor.room_over(room, 4)
    for url, hook in (first, second, first, second):
        await vendor.post(url, hook)
    assert [seconds for seconds, _ in await kept(hotline)] == [3, 4]
    assert not vendor.recordings
    assert not ann.living


async def test_a_recording_that_failed_is_none(open_hotline: Open, vendor: FakeVendor) -> None:
    hotline, caller, _ = await talking(open_hotline, vendor)
    room = caller.room
    assert room
    await caller.hang_up()
    url, hook = await vendor.room_over(room, 0)
    await vendor.post(url, hook | {"RecordingStatus": "absent"})
    assert await kept(hotline) == []


async def test_without_the_lines_word_no_page_asks_for_a_recording(open_hotline: Open, vendor: FakeVendor) -> None:
    _, caller, ann = await talking(open_hotline, vendor, record=False)
    for leg in (caller, ann):
        assert leg.conference is not None
        assert "record" not in leg.conference.attrib
    assert TOLD not in caller.said
