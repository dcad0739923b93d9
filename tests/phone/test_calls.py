"""A telephone call from the first ring to the last word: who was rung, what was said, who was joined with whom."""

from uuid import UUID

from sqlmodel import col, select

from hark.phone import rows, service, turns
from hark.phone.models import Carried, Leg
from hark.switchboard import left
from hark.switchboard.models import Call, Voicemail
from hark.switchboard.offering import answering
from infra.carriers.protocol import GiveBack, Join, Play, Record, Resync
from infra.database import unit_of_work
from infra.scope import no_scope, tenant_scope
from tests.phone.conftest import Open, answers_on, number_for
from tests.phone.network import PaperLeg, PaperNetwork
from tests.switchboard.conftest import QUEUE, RING, Hotline, text


async def the_call(hotline: Hotline) -> Call:
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            return (await session.exec(select(Call))).one()


async def ready(open_hotline: Open, first: dict[str, object], kind: str, **people: str) -> tuple[Hotline, str]:
    """A hotline with this first node, whose people answer on this kind of device, on duty in this order."""
    hotline = await open_hotline(first, *people)
    e164 = await number_for(hotline)
    await hotline.on_duty(*people)
    if kind != "browser":
        for name, address in people.items():
            await answers_on(hotline, name, kind, address)
    return hotline, e164


async def test_a_mobile_gets_the_caller_only_after_its_key(open_hotline: Open, network: PaperNetwork) -> None:
    """yap#321: a volunteer's own voicemail swallowing the caller."""
    hotline, e164 = await ready(open_hotline, RING, "mobile", ann="+447400123451")
    caller = await network.dial(e164)
    assert caller.said == ["Ringing"]
    assert isinstance(caller.now, Play)
    assert caller.now.then == "ringback"
    [leg] = network.ringing()
    assert (leg.to, leg.shown) == ("number:+447400123451", e164)
    await network.pick_up(leg)
    assert leg.said == ["A call from your hotline. To take it, press 1."]
    assert (await hotline.row((await the_call(hotline)).id)).phase == "waiting"
    await network.press(leg, "1")
    call = await the_call(hotline)
    assert call.phase == "talking"
    assert leg.room == caller.room == str(call.id)


async def test_a_voicemail_that_picks_up_never_gets_the_caller(open_hotline: Open, network: PaperNetwork) -> None:
    hotline, e164 = await ready(open_hotline, RING, "mobile", ann="+447400123451")
    caller = await network.dial(e164)
    [leg] = network.ringing()
    await network.pick_up(leg)
    await network.hear_out(leg)
    assert len(leg.said) == 3
    assert leg.over == "no_answer"
    assert caller.room is None
    assert await hotline.rung((await the_call(hotline)).id, "declined") == ["ann"]


async def test_a_desk_phone_accepts_by_answering_and_ends_by_hanging_up(
    open_hotline: Open, network: PaperNetwork
) -> None:
    hotline, e164 = await ready(open_hotline, RING, "desk", ann="")
    caller = await network.dial(e164)
    [leg] = network.ringing("^member:")
    await network.pick_up(leg)
    assert leg.room == caller.room == str((await the_call(hotline)).id)
    await network.hang_up(leg)
    call = await the_call(hotline)
    assert (call.phase, call.outcome) == ("ended", "answered")
    assert caller.over == "gone"


async def test_all_are_rung_at_once_and_the_losers_stop(open_hotline: Open, network: PaperNetwork) -> None:
    _, e164 = await ready(open_hotline, RING, "mobile", ann="+447400123451", ben="+447400123452")
    await network.dial(e164)
    ann, ben = network.ringing("451$") + network.ringing("452$")
    await network.pick_up(ann)
    await network.pick_up(ben)
    await network.press(ben, "1")
    assert ann.over
    assert ben.room
    await network.press(ann, "1")
    assert not ann.room


async def test_one_bad_number_doesnt_break_everyones_ring(open_hotline: Open, network: PaperNetwork) -> None:
    """yap#702."""
    _, e164 = await ready(
        open_hotline, RING | {"strategy": "in_order"}, "mobile", ann="+447400123451", ben="+447400123452"
    )
    caller = await network.dial(e164)
    [ann] = network.ringing()
    await network.hang_up(ann, "invalid")
    [ben] = network.ringing("452$")
    await network.pick_up(ben)
    await network.press(ben, "1")
    assert ben.room == caller.room


async def test_a_caller_who_hangs_up_stops_every_ring(open_hotline: Open, network: PaperNetwork) -> None:
    """yap#159: phantom rings after the caller hung up."""
    hotline, e164 = await ready(open_hotline, RING, "mobile", ann="+447400123451", ben="+447400123452")
    caller = await network.dial(e164)
    assert len(network.ringing()) == 2
    await network.hang_up(caller)
    assert not network.ringing()
    assert (await the_call(hotline)).outcome == "abandoned"
    await nothing_is_left(hotline)


async def nothing_is_left(hotline: Hotline) -> None:
    """No leg of the hotline lives, and nobody is reserved."""
    with no_scope():
        async with unit_of_work() as session:
            assert not (await session.exec(select(Carried).where(Carried.tenant == hotline.tenant))).all()
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            assert not (await session.exec(select(Leg).where(Leg.state != "over"))).all()


async def test_nobody_on_duty_leads_to_a_voicemail_that_is_kept(open_hotline: Open, network: PaperNetwork) -> None:
    hotline = await open_hotline(RING, "ann")
    e164 = await number_for(hotline)
    caller = await network.dial(e164)
    assert isinstance(caller.now, Record)
    assert caller.now.max_seconds == 60
    await network.speak(caller, 7, b"RIFF" + b"\0" * 1_500_000)
    assert caller.said[-1] == "Thank you"
    assert caller.over
    assert not network.recordings
    call = await the_call(hotline)
    assert call.outcome == "voicemail"
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            row = (await session.exec(select(Voicemail))).one()
            assert (row.status, row.seconds, row.media_type) == ("new", 7, "audio/wav")
            assert len(await left.sound(session, row)) == 1_500_004
    await nothing_is_left(hotline)


async def test_every_message_that_a_flow_asks_for_is_kept(open_hotline: Open, network: PaperNetwork) -> None:
    first = {"type": "voicemail", "text": text("Who are you"), "max_seconds": 60}
    hotline = await open_hotline(first | {"next": "voicemail", "unavailable": "voicemail"})
    caller = await network.dial(await number_for(hotline))
    await network.speak(caller, 3, b"RIFF first")
    assert isinstance(caller.now, Record)
    await network.speak(caller, 4, b"RIFF second")
    assert caller.over
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            rows = (await session.exec(select(Voicemail).order_by(col(Voicemail.visit)))).all()
            assert [row.seconds for row in rows] == [3, 4]
            assert [await left.sound(session, row) for row in rows] == [b"RIFF first", b"RIFF second"]
    await nothing_is_left(hotline)


async def test_a_caller_who_hangs_up_while_recording_has_left_a_voicemail(
    open_hotline: Open, network: PaperNetwork
) -> None:
    hotline = await open_hotline(RING, "ann")
    caller = await network.dial(await number_for(hotline))
    await network.hang_up(caller)
    assert (await the_call(hotline)).outcome == "abandoned"
    await network.speak(caller, 3)
    assert (await the_call(hotline)).outcome == "voicemail"
    await nothing_is_left(hotline)


async def test_browser_is_rung_after_accepting_and_again_after_a_reload(
    open_hotline: Open, network: PaperNetwork, monkeypatch: object
) -> None:
    hotline, e164 = await ready(open_hotline, RING, "browser", ann="")
    caller = await network.dial(e164)
    assert not network.ringing()
    call = await the_call(hotline)
    tabs = {call.id: "TabOne"}

    async def tab(of: UUID, _member: UUID) -> str | None:
        return tabs.get(of)

    monkeypatch.setattr(rows, "carrying_tab", tab)  # type: ignore[attr-defined]  # pytest's
    async with unit_of_work() as session:
        await answering.accept(session, hotline.people["ann"], await hotline.offer_of(call.id, "ann"))
    await turns.quiet()
    [first] = network.ringing(f"member:o{hotline.people['ann'].hex}-tabone")
    await network.pick_up(first)
    assert first.room == caller.room == str(call.id)
    tabs[call.id] = "TabTwo"
    await service.changed(hotline.tenant, call.id)
    await turns.quiet()
    [second] = network.ringing("-tabtwo")
    assert first.over
    assert (await hotline.row(call.id)).phase == "talking"
    await network.pick_up(second)
    assert second.room == caller.room


async def test_a_browser_whose_connection_broke_is_rung_again_when_its_tab_says_hello(
    open_hotline: Open, network: PaperNetwork, monkeypatch: object
) -> None:
    hotline, e164 = await ready(open_hotline, RING, "browser", ann="")
    caller = await network.dial(e164)
    call = await the_call(hotline)
    tabs = {call.id: "TabOne1"}

    async def tab(of: UUID, _member: UUID) -> str | None:
        return tabs.get(of)

    monkeypatch.setattr(rows, "carrying_tab", tab)  # type: ignore[attr-defined]  # pytest's
    async with unit_of_work() as session:
        await answering.accept(session, hotline.people["ann"], await hotline.offer_of(call.id, "ann"))
    await turns.quiet()
    [first] = network.ringing()
    await network.pick_up(first)
    await network.hang_up(first, "lost")
    assert not network.ringing()
    tabs[call.id] = "TabOne2"
    await service.changed(hotline.tenant, call.id)
    await turns.quiet()
    [second] = network.ringing()
    await network.pick_up(second)
    assert second.room == caller.room
    await network.hang_up(caller)
    assert second.over


async def test_a_queue_says_where_one_stands_and_plays_music(open_hotline: Open, network: PaperNetwork) -> None:
    hotline, e164 = await ready(open_hotline, QUEUE, "mobile", ann="+447400123451")
    first = await network.dial(e164)
    second = await network.dial(e164, "+447700900124")
    assert "You are number 2 in line." in second.said or "You are next." in second.said
    assert isinstance(second.now, Play)
    assert second.now.then == "music"
    await network.hang_up(first)
    assert hotline


async def test_a_call_that_cant_begin_goes_back_to_its_carrier(
    open_hotline: Open, network: PaperNetwork, monkeypatch: object
) -> None:
    """A database that is down must not be silence."""

    async def broken(*_: object) -> None:
        raise OSError("no database")

    monkeypatch.setattr(service, "arrive", broken)  # type: ignore[attr-defined]  # pytest's
    caller = await network.dial("+442000000000")
    assert isinstance(caller.now, GiveBack)


async def test_after_a_break_the_living_go_on_and_the_dead_are_buried(
    open_hotline: Open, network: PaperNetwork
) -> None:
    hotline, e164 = await ready(open_hotline, RING, "desk", ann="", ben="")
    caller = await network.dial(e164)
    ann, ben = network.ringing()
    network.legs["stranger"] = PaperLeg("stranger", up=True)
    before = len(network.sent)
    await service.hear(
        "paper", network.node, [Resync(network.node, {caller.ref: True, ann.ref: False, "stranger": True})]
    )
    await turns.quiet()
    assert network.legs["stranger"].over
    assert any(isinstance(command, Play) for command in network.sent[before:])
    assert await hotline.rung((await the_call(hotline)).id, "declined") == ["ben"]
    await network.pick_up(ann)
    assert isinstance(caller.now, Join)
    assert ben
