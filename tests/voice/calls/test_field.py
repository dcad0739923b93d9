"""What callers and volunteers of other systems complained of, with real telephones: each must come out well here."""

import asyncio

from hark.switchboard.transferring import asking, together
from infra.database import unit_of_work
from infra.scope import tenant_scope
from tests.phone.conftest import Open, number_for
from tests.switchboard.conftest import RING, Hotline, text
from tests.voice import scenarios
from tests.voice.calls.conftest import Exchange, until_call
from tests.voice.calls.desk import desk_phone, plugged_in
from tests.voice.sipp import Sipp

ORDER = RING | {"strategy": "in_order"}
MENU = {
    "type": "menu", "text": text("Choose"), "seconds": 20, "tries": 2, "timeout": "sorry",
    "options": [
        {"key": "1", "label": text("Somebody"), "value": "somebody", "next": "voicemail"},
        {"key": "2", "label": text("Goodbye"), "value": "goodbye", "next": "thanks"},
    ],
}  # fmt: skip


async def talk(one: Sipp, other: Sipp) -> None:
    """What each says, the other hears."""
    for speaks, hears in ((one, other), (other, one)):
        before = hears.sound.heard
        await speaks.sound.say(1.0)
        assert hears.sound.heard > before + 0.5


async def on_desks(open_hotline: Open, first: dict[str, object], *names: str) -> tuple[Hotline, str]:
    hotline = await open_hotline(first, *names)
    e164 = await number_for(hotline)
    await hotline.on_duty(*names)
    return hotline, e164


async def test_a_key_in_the_sound_and_one_in_the_signalling_both_choose(
    open_hotline: Open, connected: Exchange
) -> None:
    for by_info in (False, True):
        hotline = await open_hotline(MENU, "ann")
        e164 = await number_for(hotline)
        caller = await connected.dial(e164, scenarios.info_keys("1", 3.0) if by_info else "")
        if not by_info:
            await caller.sound.until_heard(0.3)
            await caller.sound.press("1")
        call = await until_call(hotline)
        async with asyncio.timeout(25):
            while (await hotline.row(call.id)).state["node"] != "voicemail":
                await asyncio.sleep(0.05)
        await (caller.done() if by_info else caller.hang_up())
        await until_call(hotline, phase="ended")


async def test_unregistered_then_busy_and_the_next_one_has_the_call(open_hotline: Open, connected: Exchange) -> None:
    hotline, e164 = await on_desks(open_hotline, ORDER, "ann", "ben", "cem")
    await desk_phone(hotline, "ann")
    busy = await plugged_in(
        connected.asterisk, await desk_phone(hotline, "ben"), 5, scenarios.telephone_that_says(486, "Busy Here")
    )
    cem = await plugged_in(connected.asterisk, await desk_phone(hotline, "cem"), 6, scenarios.telephone())
    caller = await connected.dial(e164)
    await until_call(hotline, phase="talking")
    assert (await busy.done()).code == 0
    await talk(caller, cem)
    await caller.hang_up()
    await until_call(hotline, outcome="answered")
    assert (await cem.done()).code == 0


async def test_a_caller_who_hangs_up_stops_the_ring_at_once(open_hotline: Open, connected: Exchange) -> None:
    """yap#159: phantom rings."""
    hotline, e164 = await on_desks(open_hotline, RING, "ann")
    ann = await plugged_in(connected.asterisk, await desk_phone(hotline, "ann"), 5, scenarios.telephone_that_rings())
    caller = await connected.dial(e164)
    await ann.until("INVITE")
    await caller.hang_up()
    assert (await ann.done()).code == 0, "it was called off"
    call = await until_call(hotline, outcome="abandoned")
    assert await hotline.rung(call.id) == []


async def test_a_call_goes_on_with_a_colleague_after_a_word_with_them(open_hotline: Open, connected: Exchange) -> None:
    hotline, e164 = await on_desks(open_hotline, ORDER, "ann", "ben")
    ann = await plugged_in(connected.asterisk, await desk_phone(hotline, "ann"), 5, scenarios.telephone())
    ben = await plugged_in(connected.asterisk, await desk_phone(hotline, "ben"), 6, scenarios.telephone())
    caller = await connected.dial(e164)
    await until_call(hotline, phase="talking")
    await talk(caller, ann)
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            await asking.consult(session, hotline.people["ann"], hotline.people["ben"])
    await ben.until_talking()
    await talk(ann, ben)
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            await together.complete(session, hotline.people["ann"])
    assert (await ann.done()).code == 0, "ann was let go"
    await talk(caller, ben)
    await caller.hang_up()
    call = await until_call(hotline, outcome="answered")
    assert call.state["member"] == str(hotline.people["ben"])
