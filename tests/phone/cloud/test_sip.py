"""Answering at a SIP address of one's own, over a telephone company: proved first, rung, no trap for callers."""

import pytest
from sqlmodel import col, select

from hark.phone.models import Leg
from hark.phone.outgoing import calling as outgoing
from hark.switchboard.models import Offer
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
MOBILE = "+447400123459"


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
    hotline, e164 = await ready(open_hotline, RING, "sip", ann=ANN)
    caller = await vendor.dial(e164)
    [ann] = vendor.ringing()
    await vendor.pick_up(ann)
    for _ in range(4):
        if ann.living:
            await ann.wait()
    assert not ann.living
    assert not ann.rooms
    assert caller.living
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            assert (await session.exec(select(Offer.state))).all() == ["declined"]


@pytest.mark.parametrize("kind", ["sip", "mobile"])
async def test_a_telephone_is_verified_by_a_code_typed_there(open_hotline: Open, vendor: FakeVendor, kind: str) -> None:
    hotline, _ = await ready(open_hotline, RING, ann="+447400123451")
    ann = hotline.people["ann"]
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            if kind == "sip":
                row = await devices.add_address(session, ann, "201@PBX.example.org", "GB", "At the office")
            else:
                row = await devices.add_mobile(session, ann, MOBILE, "GB")
            code = await devices.ask_code(session, ann, row.id)
            await outgoing.verify(session, row)
        await vendor.settle()
        [telephone] = vendor.ringing()
        assert telephone.to == {"sip": ANN, "mobile": MOBILE}[kind]
        await vendor.pick_up(telephone)
        await telephone.wait()
        assert len(telephone.said) == 2, "who says nothing is asked again"
        await telephone.press(f"{code}#")
        assert telephone.said[-1] == "Thank you. From now on, calls can be put through to this telephone."
        async with unit_of_work() as session:
            kept = (await session.exec(select(Device).where(col(Device.id) == row.id))).one()
            assert kept.verified_at is not None


async def test_without_an_entrance_an_account_is_nobodys_telephone(open_hotline: Open, vendor: FakeVendor) -> None:
    """No request is made for what the company can't reach, and it is the next one's turn."""
    hotline, e164 = await ready(open_hotline, RING, "desk", ann="")
    caller = await vendor.dial(e164)
    assert caller.living
    assert not [call for call in vendor.calls.values() if call.to.startswith("sip:")]
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            [leg] = (await session.exec(select(Leg).where(Leg.role == "operator"))).all()
            assert (leg.state, leg.reason) == ("over", "unregistered")
