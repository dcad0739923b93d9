"""A step that is over before a telephone has said its words is named on the flow's page, with both times."""

import re
from typing import Any

import pytest
from sqlmodel import select

from infra.database import unit_of_work
from infra.speech.converting import converted
from infra.speech.speaking import spoken_all
from infra.speech.wav import read
from provisioning.kits.catalogue import kits
from tenants.flows.document import Flow, parse
from tenants.flows.models import FlowRow
from tenants.prompts.pacing import findings, limit, reading, too_long
from tenants.prompts.service import keep, said, seconds_of
from tenants.prompts.warming import pieces
from tenants.texts import speech_seconds
from tests.conftest import Browser
from tests.desk.house import House, open_house
from tests.flows.building import queue, ring, voicemail
from tests.speech.sounds import file, tone


def words(english: str) -> dict[str, str]:
    return {"en": english}


BYE = {"type": "hangup", "text": words("Goodbye")}
LONG = "You have reached a line for people who look after others. " * 3
GREETING = {"type": "greeting", "text": words(LONG), "seconds": 5, "next": "bye"}
MENU = {
    "type": "menu", "text": words("What is it about?"), "seconds": 12, "timeout": "bye",
    "options": [
        {"key": "1", "label": words("Work"), "value": "work", "next": "bye"},
        {"key": "2", "label": words("Home"), "value": "home", "next": "bye"},
    ],
}  # fmt: skip


@pytest.fixture
async def house(ground: None) -> House:
    return await open_house("rainbow")


def a_flow(node: dict[str, Any]) -> Flow:
    nodes = {"here": node, "bye": BYE}
    return parse({"start": "here", "languages": ["en"], "promise_seconds": 3600, "nodes": nodes})


def warned(node: dict[str, Any], **seconds: float) -> list[str]:
    """What is said about a node, if each of its texts that is named takes as long as is said."""
    flow = a_flow(node)
    known = {piece: seconds[piece.text] for piece in pieces(flow) if piece.text in seconds}
    return [finding.say() for finding in too_long(flow, known)]


def test_a_text_that_takes_longer_than_its_step_is_named_with_both_times() -> None:
    assert warned(GREETING) == ["“here”: said on the telephone this takes 12 seconds, and the step lasts 5."]
    assert warned({**GREETING, "seconds": 13}) == []
    assert warned(ring(text=words(LONG), seconds=10)) != []


def test_what_was_spoken_counts_instead_of_the_estimate() -> None:
    node = {**GREETING, "text": words("Hello")}
    assert warned(node) == []
    assert warned(node, Hello=8.2) == ["“here”: said on the telephone this takes 9 seconds, and the step lasts 5."]


def test_a_menu_is_timed_with_its_choices_and_keys_and_leaves_time_to_choose() -> None:
    known = {"What is it about?": 2.0, "Work": 1.0, "Home": 1.0, "Press 1.": 1.0, "Press 2.": 1.0}
    assert warned({**MENU, "seconds": 9}, **known) == []
    assert warned({**MENU, "seconds": 8}, **known) == [
        "“here”: said on the telephone this takes 6 of the 8 seconds that the step lasts. Leave callers some to choose."
    ]
    assert warned({**MENU, "seconds": 5}, **known) == [
        "“here”: said on the telephone this takes 6 seconds, and the step lasts 5."
    ]


def test_an_announcement_is_over_before_the_next_begins() -> None:
    node = queue(text=words("In line"), announce_every=10)
    assert warned(node, **{"In line": 7.5}) == []
    assert "every 10 it begins again" in warned(node, **{"In line": 8.5})[0]
    node = queue(text=words("In line"), announce_every=50)
    assert "the last time it is cut off at 20" in warned(node, **{"In line": 18.5})[0]


def test_a_voicemails_words_leave_its_message_the_time_that_it_has() -> None:
    node = voicemail(text=words("Speak"))
    assert warned(node, Speak=25.0) == []
    assert "the end of a long message can be lost" in warned(node, Speak=25.5)[0]


def test_last_words_take_as_long_as_they_do() -> None:
    assert limit(a_flow(GREETING).nodes["bye"]) is None


@pytest.mark.parametrize("kind", kits())
def test_no_kit_is_warned_of(kind: str) -> None:
    assert [finding.say() for finding in too_long(kits()[kind].flow, {})] == []


async def test_the_estimate_is_off_by_a_fifth_of_a_second_on_average() -> None:
    every = list({piece for kit in kits().values() for piece in pieces(kit.flow)})
    made = await spoken_all(every)
    known = {piece: read(one[0]).seconds for piece, one in zip(every, made, strict=True) if one}
    wrong = sorted(abs(speech_seconds(piece.text) - seconds) for piece, seconds in known.items())
    steps = [(kit.flow, node) for kit in kits().values() for node in kit.flow.nodes.values()]
    by_step = sorted(abs(reading(flow, node, {}) - reading(flow, node, known)) for flow, node in steps)
    for what, found in (("texts", wrong), ("steps", by_step)):
        average, most = sum(found) / len(found), found[int(0.95 * len(found))]
        print(
            f"{len(found)} {what}: {average:.2f} s off on average, 95 % within {most:.2f} s, at most {found[-1]:.2f} s"
        )
    assert sum(wrong) / len(wrong) < 0.25
    assert wrong[int(0.95 * len(wrong))] < 0.6
    assert sum(by_step) / len(by_step) < 0.5


async def test_the_page_says_it_of_a_draft_and_of_what_was_recorded(house: House, browser: Browser) -> None:
    admin = await browser(house.accounts["admin"])
    assert "said on the telephone" not in (await admin.get(f"{house.at}/flow")).text
    at = f"{house.at}/flow/steps/welcome"
    mark = re.search(r'name="mark" value="([^"]+)"', (await admin.get(at)).text)[1]
    await admin.post(at, data={"mark": mark, "text:en": LONG})
    for page in (f"{house.at}/flow", at):
        assert "said on the telephone this takes 12 seconds, and the step lasts 6." in (await admin.get(page)).text
    assert (await admin.post(f"{house.at}/flow/publication")).status_code == 303, "a warning keeps nobody waiting"
    wav = await converted(file(tone(3), "webm", "libopus"))
    with house.scope():
        async with unit_of_work() as session:
            place = ((await session.exec(select(FlowRow.id))).one(), "welcome", "text")
            await keep(session, LONG, "en", wav, place=place, member=house.people["admin"].id)
    assert "said on the telephone" not in (await admin.get(f"{house.at}/flow")).text


async def test_what_was_spoken_and_what_was_recorded_is_known_and_nothing_of_another_hotline(house: House) -> None:
    spoken, unspoken = ("Something that was said once.", "en"), ("Something that nobody ever said.", "en")
    with house.scope():
        audio = await said(*spoken)
        async with unit_of_work() as session:
            assert await seconds_of(session, [spoken, unspoken]) == {spoken: audio.seconds}
    other = await open_house("blank")
    with other.scope():
        async with unit_of_work() as session:
            assert await seconds_of(session, [spoken, unspoken]) == {}
            assert [finding.node for finding in await findings(session, a_flow(GREETING))] == ["here"]
