"""No caller is left in silence: a call that our app doesn't take, or leaves, goes to the fallback by itself."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.voice import scenarios
from tests.voice.asterisk import Asterisk, running
from tests.voice.machine.app import connected
from tests.voice.sipp import Sipp, address

NUMBER = "442079460001"


@pytest.fixture(scope="module")
async def impatient() -> AsyncIterator[Asterisk]:
    """An Asterisk that gives our app two seconds to take a call, and a duty telephone that it rings first."""
    async with running(untaken=2, message_length=3, name="impatient") as started:
        await started.trunk("carrier", address(2))
        yield started


async def test_requests_go_over_the_websocket_of_events_and_events_can_be_filtered(impatient: Asterisk) -> None:
    async with connected(impatient.at) as app:
        assert (await app.ask("GET", "asterisk/ping"))["status_code"] == 200
        unwanted = {"disallowed": [{"type": "ChannelVarset"}, {"type": "ChannelDialplan"}]}
        assert (await app.ask("PUT", "applications/hark/eventFilter", unwanted))["status_code"] == 200
        phone = await Sipp.start(scenarios.caller(stays=0.5), to=impatient.sip, number=NUMBER)
        channel = (await app.until("StasisStart"))["channel"]["id"]
        answered = await app.ask("POST", f"channels/{channel}/answer")
        assert answered["status_code"] == 204
        assert (await app.ask("GET", "channels/nobody"))["status_code"] == 404
        outcome = await phone.done()
        assert outcome.code == 0, outcome.complaints
        await app.until("StasisEnd")
        assert not {"ChannelVarset", "ChannelDialplan"} & {event["type"] for event in app.events}


async def test_an_app_that_hangs_loses_the_call_to_the_fallback(impatient: Asterisk) -> None:
    async with connected(impatient.at) as app:
        phone = await Sipp.start(scenarios.caller(), to=impatient.sip, number=NUMBER)
        started = await app.until("StasisStart")
        assert started["args"][:2] == ["incoming", NUMBER]
        await app.until("StasisEnd", within=4)
        await phone.sound.until_heard(1)
        await phone.hang_up()
        await impatient.until_quiet()


async def test_whoever_takes_a_call_sets_its_deadline_and_may_renew_it(impatient: Asterisk) -> None:
    async with connected(impatient.at) as app:
        phone = await Sipp.start(scenarios.caller(), to=impatient.sip, number=NUMBER)
        channel = (await app.until("StasisStart"))["channel"]["id"]
        deadline = f"channels/{channel}/variable?variable=TIMEOUT(absolute)&value="
        assert (await app.ask("POST", f"{deadline}60"))["status_code"] == 204
        await app.ask("POST", f"channels/{channel}/answer")
        await asyncio.sleep(2.5)
        assert not [event for event in app.events if event["type"] == "StasisEnd"]
        assert (await app.ask("POST", f"{deadline}1"))["status_code"] == 204
        await app.until("StasisEnd", within=3)
        await phone.sound.until_heard(1)
        await phone.hang_up()
        await impatient.until_quiet()


async def test_a_bridged_call_obeys_its_deadline_too(impatient: Asterisk) -> None:
    async with connected(impatient.at) as app:
        phone = await Sipp.start(scenarios.caller(), to=impatient.sip, number=NUMBER)
        channel = (await app.until("StasisStart"))["channel"]["id"]
        await app.ask("POST", f"channels/{channel}/variable?variable=TIMEOUT(absolute)&value=2")
        await app.ask("POST", f"channels/{channel}/answer")
        await app.ask("POST", "bridges/one?type=mixing")
        await app.ask("POST", f"bridges/one/addChannel?channel={channel}")
        await app.until("StasisEnd", within=5)
        await phone.sound.until_heard(1)
        await phone.hang_up()
        await app.ask("DELETE", "bridges/one")
        await impatient.until_quiet()


async def test_a_call_outlives_the_app_that_took_it_only_until_its_deadline(impatient: Asterisk) -> None:
    async with connected(impatient.at) as app:
        phone = await Sipp.start(scenarios.caller(), to=impatient.sip, number=NUMBER)
        channel = (await app.until("StasisStart"))["channel"]["id"]
        await app.ask("POST", f"channels/{channel}/variable?variable=TIMEOUT(absolute)&value=3")
        await app.ask("POST", f"channels/{channel}/answer")
    assert [one["id"] for one in await impatient.channels()] == [channel]
    await phone.sound.until_heard(1)
    await phone.hang_up()
    await impatient.until_quiet()


async def test_the_fallback_rings_whom_it_was_told_and_then_takes_a_message(
    impatient: Asterisk,
) -> None:
    duty = await Sipp.start(scenarios.telephone(stays=1), to=impatient.sip, host=address(3))
    await impatient.push("aor", "duty", contact=f"sip:duty@{address(3)}:{duty.address[1]}")
    await impatient.push("endpoint", "duty", aors="duty", context="operators", disallow="all", allow="ulaw")
    await impatient.ari("POST", "/asterisk/variable", variable=f"FALLBACK_{NUMBER}", value="PJSIP/duty")
    phone = await Sipp.start(scenarios.caller(), to=impatient.sip, number=NUMBER)
    outcome = await phone.done()
    assert (await duty.done()).code == 0
    assert outcome.code == 0, outcome.complaints
    assert 180 in outcome.statuses  # it rang
    busy = await Sipp.start(
        scenarios.telephone_that_says(486, "Busy Here"), to=impatient.sip, host=address(3), port=duty.address[1]
    )
    phone = await Sipp.start(scenarios.caller(), to=impatient.sip, number=NUMBER)
    assert (await busy.done()).code == 0
    await phone.sound.until_heard(1)
    await phone.hang_up()
    await impatient.ari("POST", "/asterisk/variable", variable=f"FALLBACK_{NUMBER}", value="")
    await impatient.until_quiet()


async def test_an_operator_reaches_nothing_outside(impatient: Asterisk) -> None:
    await impatient.push("endpoint", "op-anna", context="operators", disallow="all", allow="ulaw")
    await impatient.push("identify", "op-anna", endpoint="op-anna", match=address(4))
    for number in ("442079460001", "+15005550006", "carrier", "start", "s"):
        refused = scenarios.caller_refused(403 if number[-1].isdigit() else 404)
        phone = await Sipp.start(refused, to=impatient.sip, number=number, host=address(4))
        outcome = await phone.done()
        assert outcome.code == 0, (number, outcome.statuses)
