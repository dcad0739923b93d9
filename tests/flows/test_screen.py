"""What a caller sees is derived from the state alone, so that a reloaded page shows the same."""

from datetime import timedelta
from typing import Any

import pytest

from tenants.flows.engine import NEW, describe, dump_state, load_state
from tenants.flows.engine import events as on
from tenants.flows.engine.commands import Choice, Pointer
from tests.flows.building import BYE, NOON, Call, build, callback, menu, queue, ring, voicemail, words

FACTS = {
    "type": "information",
    "text": words("Know your rights"),
    "seconds": 30,
    "links": [{"label": words("Legal aid"), "url": "https://example.org/aid"}],
    "next": "bye",
}
LANGUAGE = {
    "type": "language",
    "text": words("Choose"),
    "seconds": 8,
    "options": {"1": "en", "2": "zh-Hans"},
    "next": "bye",
}


@pytest.mark.parametrize(
    ("node", "kind", "seconds"),
    [
        ({"type": "greeting", "text": words("Welcome"), "seconds": 5, "next": "bye"}, "say", 5),
        (FACTS, "say", 30),
        (LANGUAGE, "menu", 8),
        (menu("1:talk:bye"), "menu", 10),
        (ring(), "ringing", 60),
        (queue(), "queue", 120),
        (voicemail(), "voicemail", 120),
        (callback(), "callback", 60),
    ],
)
def test_each_node_has_its_screen(node: dict[str, Any], kind: str, seconds: int) -> None:
    call = Call(build({"here": node, "bye": BYE}))
    screen = describe(call.flow, call.state)
    assert (screen.kind, screen.node, screen.visit, screen.seconds) == (kind, "here", 1, seconds)
    assert describe(call.flow, load_state(dump_state(call.state))) == screen
    assert describe(call.flow, call.state, at=NOON + timedelta(seconds=3)).seconds == seconds - 3


def test_the_screen_is_in_the_callers_language_unless_another_is_asked_for() -> None:
    call = Call(build({"menu": menu("1:talk:bye"), "bye": BYE}), language="zh-Hans")
    assert describe(call.flow, call.state).text == "【Choose】"
    assert describe(call.flow, call.state).choices == (Choice("1", "【talk】"),)
    assert describe(call.flow, call.state, "en").text == "Choose"


def test_a_language_menu_shows_every_language_in_itself() -> None:
    call = Call(build({"language": LANGUAGE, "bye": BYE}))
    screen = describe(call.flow, call.state)
    assert screen.text == "Choose\n【Choose】"
    assert screen.choices == (Choice("1", "English"), Choice("2", "简体中文"))


def test_the_queue_shows_position_and_the_way_out() -> None:
    call = Call(build({"wait": queue(out={"key": "5", "label": words("Call me"), "next": "bye"}), "bye": BYE}))
    call.happens(on.PositionChanged, 2)
    screen = describe(call.flow, call.state)
    assert (screen.position, screen.choices) == (2, (Choice("5", "Call me"),))


def test_voicemail_call_back_and_information_show_what_they_need() -> None:
    flow = build(
        {"facts": {**FACTS, "next": "message"}, "message": voicemail(next="later"), "later": callback(), "bye": BYE}
    )
    call = Call(flow)
    assert describe(flow, call.state).links == (Pointer("Legal aid", "https://example.org/aid"),)
    call.waits()
    assert describe(flow, call.state).max_seconds == 90
    call.happens(on.VoicemailSaved)
    assert describe(flow, call.state).ask == ("window", "voicemail_ok")
    call.waits()
    screen = describe(flow, call.state)
    assert (screen.kind, screen.text, screen.outcome, screen.seconds) == ("ended", "Goodbye", "voicemail", None)


def test_talking_and_not_yet_begun_show_no_words_of_the_flow() -> None:
    call = Call(build({"ring": ring(text=words("Ringing")), "bye": BYE}))
    call.happens(on.Answered, "bob")
    screen = describe(call.flow, call.state)
    assert (screen.kind, screen.text, screen.seconds) == ("talking", "", None)
    assert describe(call.flow, NEW).kind == "say"
    call.happens(on.OperatorEnded)
    assert describe(call.flow, call.state).kind == "ended"
