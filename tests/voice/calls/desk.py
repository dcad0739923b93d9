"""Volunteers' desk phones: each with an account of its own, signed in at the switch."""

from uuid import uuid4

from sqlalchemy import update
from sqlmodel import col

from hark.switchboard.models import Duty
from infra.database import unit_of_work
from infra.ids import new_id
from infra.scope import tenant_scope
from tenants.devices import service as devices
from tests.switchboard.conftest import Hotline
from tests.voice import scenarios
from tests.voice.asterisk import Asterisk
from tests.voice.sipp import Sipp, address


async def desk_phone(hotline: Hotline, name: str) -> devices.DeskPhone:
    """Let somebody on duty answer on a new desk phone, which hasn't signed in yet."""
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            phone = await devices.add_desk(session, hotline.people[name], new_id(), f"Desk {uuid4().hex[:4]}")
            chosen = {"device": "desk", "device_id": phone.device.id}
            await session.execute(update(Duty).where(col(Duty.id) == hotline.people[name]).values(**chosen))
    return phone


async def plugged_in(asterisk: Asterisk, phone: devices.DeskPhone, place: int, scenario: str) -> Sipp:
    """Sign a desk phone in, and do this when it is called."""
    signing_in = await Sipp.start(
        scenarios.registers(), to=asterisk.sip, host=address(place), account=phone.username, password=phone.password
    )
    assert (await signing_in.done()).code == 0
    return await Sipp.start(scenario, to=asterisk.sip, host=address(place), port=signing_in.address[1])
