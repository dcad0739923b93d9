"""Answering at a SIP address of one's own, over a telephone company: proved first, rung, no trap for callers."""

from datetime import timedelta

from sqlmodel import col, select

from hark.phone import outgoing
from hark.phone.models import Leg
from infra.clock import now
from infra.database import unit_of_work
from infra.scope import tenant_scope
from tenants.devices import service as devices
from tenants.devices.models import Device
from tests.carriers.twiml.fake.vendor import FakeVendor
from tests.phone.cloud.conftest import ready
from tests.phone.conftest import Open
from tests.phone.test_calls import nothing_is_left, the_call
from tests.switchboard.conftest import RING

ANN = "sip:201@pbx.example.org"


async def test_a_call_is_answered_at_a_sip_address_with_the_key(open_hotline: Open, vendor: FakeVendor) -> None:
    hotline, e164 = await ready(open_hotline, RING, "sip", ann=ANN)
    caller = await vendor.dial(e164)
    [ann] = vendor.ringing()
    assert (ann.to, ann.caller) == (ANN, e164)
    await vendor.pick_up(ann)
    assert ann.said == ["A call from your hotline. To take it, press 1."]
    assert caller.room is None
    await ann.press("1")
    assert caller.room == ann.room == str((await the_call(hotline)).id)
    await caller.hang_up()
    assert not ann.living
    await nothing_is_left(hotline)


async def test_an_address_where_nobody_presses_gets_no_caller(open_hotline: Open, vendor: FakeVendor) -> None:
    """yap#321: what picks up there may be a voicemail."""
    _, e164 = await ready(open_hotline, RING, "sip", ann=ANN)
    caller = await vendor.dial(e164)
    [ann] = vendor.ringing()
    await vendor.pick_up(ann)
    for _ in range(4):
        if ann.living:
            await ann.wait()
    assert not ann.living
    assert not ann.rooms
    await caller.wait()
    assert caller.said[-1] == "Leave a message"


async def test_an_address_is_verified_by_a_code_typed_there(open_hotline: Open, vendor: FakeVendor) -> None:
    hotline, _ = await ready(open_hotline, RING, ann="+447400123451")
    ann = hotline.people["ann"]
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            row = await devices.add_address(session, ann, "201@PBX.example.org", "GB", "At the office")
            code = await devices.ask_code(session, ann, row.id)
            await outgoing.verify(session, row)
        await vendor.settle()
        [telephone] = vendor.ringing()
        assert telephone.to == ANN
        await vendor.pick_up(telephone)
        await telephone.press(f"{code}#")
        assert telephone.said[-1] == "Thank you. From now on, calls can be put through to this telephone."
        async with unit_of_work() as session:
            kept = (await session.exec(select(Device).where(col(Device.id) == row.id))).one()
            assert kept.verified_at is not None
            assert now() - kept.verified_at < timedelta(minutes=1)


async def test_without_an_entrance_an_account_is_nobodys_telephone(open_hotline: Open, vendor: FakeVendor) -> None:
    """No request is made for what the company can't reach, and the caller goes on."""
    hotline, e164 = await ready(open_hotline, RING, "desk", ann="")
    caller = await vendor.dial(e164)
    await vendor.settle()
    await caller.wait()
    assert not [call for call in vendor.calls.values() if call.to.startswith("sip:")]
    assert caller.said[-1] == "Leave a message"
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            [leg] = (await session.exec(select(Leg).where(Leg.role == "operator"))).all()
            assert (leg.state, leg.reason) == ("over", "unregistered")
