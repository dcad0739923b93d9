"""What callers meet while we are away: whoever is on duty at a desk phone, then words of the hotline's own."""

import asyncio

from sqlalchemy import update
from sqlmodel import col

from hark.switchboard.offering import duty
from infra.database import unit_of_work
from infra.scope import no_scope, tenant_scope
from tenants.devices import service as devices
from tenants.devices.names import desk_account
from tenants.directory.models import Number
from tests.phone.conftest import Open, number_for
from tests.switchboard.conftest import RING, Hotline
from tests.voice import scenarios
from tests.voice.calls.conftest import Exchange
from tests.voice.calls.desk import desk_phone, plugged_in
from tests.voice.calls.test_field import talk


async def goes(hotline: Hotline, name: str, status: duty.Status) -> None:
    """Somebody goes on duty or off, where they answer."""
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            await duty.set_duty(session, hotline.people[name], status)


async def number_on_the_switch(hotline: Hotline) -> str:
    """A number of the hotline's that comes in by a trunk."""
    e164 = await number_for(hotline)
    with no_scope():
        async with unit_of_work() as session:
            await session.execute(update(Number).where(col(Number.e164) == e164).values(carrier="asterisk"))
    return e164


async def until_left(connected: Exchange, variable: str, value: str) -> None:
    """Return once this word is left."""
    async with asyncio.timeout(10):
        while await connected.left(variable) != value:
            await asyncio.sleep(0.05)


async def duty_phone(open_hotline: Open, connected: Exchange) -> tuple[Hotline, devices.DeskPhone, str]:
    """A hotline whose Ann is on duty at a desk phone, which the switch knows; and the hotline's number."""
    hotline = await open_hotline(RING, "ann")
    e164 = await number_on_the_switch(hotline)
    await hotline.on_duty("ann")
    phone = await desk_phone(hotline, "ann")
    await goes(hotline, "ann", "break")
    await goes(hotline, "ann", "on")
    await until_left(connected, f"FALLBACK_{e164.removeprefix('+')}", f"PJSIP/{desk_account(phone.device.id)}")
    return hotline, phone, e164


async def test_while_we_are_away_a_desk_phone_on_duty_is_rung_and_sees_no_number(
    open_hotline: Open, connected: Exchange
) -> None:
    _, phone, e164 = await duty_phone(open_hotline, connected)
    ann = await plugged_in(connected.asterisk, phone, 5, scenarios.telephone())
    await connected.goes_away()
    caller = await connected.dial(e164)
    invite = await ann.until("INVITE")
    assert "442079460123" not in invite, "the caller's number is never shown to a volunteer"
    assert e164.removeprefix("+") in invite
    await caller.until("SIP/2.0 200")
    for one in (caller, ann):
        await one.until_talking()
    await talk(caller, ann)
    await caller.hang_up()
    assert (await ann.done()).code == 0


async def test_while_we_are_away_callers_hear_whose_line_it_is_and_leave_a_message(
    open_hotline: Open, connected: Exchange
) -> None:
    hotline, _, e164 = await duty_phone(open_hotline, connected)
    digits = e164.removeprefix("+")
    await goes(hotline, "ann", "off")
    await until_left(connected, f"FALLBACK_{digits}", "")
    notice = await connected.left(f"NOTICE_{digits}")
    assert notice.startswith(connected.asterisk.at.folder)
    assert await connected.left(f"NOTICE_00{digits}") == notice
    await connected.goes_away()
    caller = await connected.dial(e164)
    await caller.sound.until_heard(0.8)
    await caller.hang_up()
    await connected.asterisk.until_quiet()
