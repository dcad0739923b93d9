"""A caller who can't be led through the flow this time is told so in their language, and nobody is rung for them."""

from tenants.flows.engine import NEW, describe, dump_event, dump_state, load_event, load_state, step
from tenants.flows.engine import events as on
from tenants.flows.engine.commands import End
from tests.flows.building import BYE, NOON, build, ring

FLOW = build({"ring": ring(), "bye": BYE})
REFUSAL = {"en": "Call again at noon", "zh-Hans": "中午再打来"}


def test_the_call_ends_at_once_with_the_words_and_meets_no_node() -> None:
    state, commands = step(FLOW, NEW, on.Arrived(at=NOON, language="zh-Hans", refusal=REFUSAL))
    assert (state.phase, state.outcome, state.node) == ("ended", "refused", "")
    assert [(type(command), command.text) for command in commands] == [(End, "中午再打来")]


def test_a_reloaded_page_shows_the_words_again() -> None:
    event = load_event(dump_event(on.Arrived(at=NOON, refusal=REFUSAL)))
    state, _ = step(FLOW, NEW, event)
    shown = describe(FLOW, load_state(dump_state(state)))
    assert (shown.kind, shown.text, shown.outcome) == ("ended", "Call again at noon", "refused")


def test_whatever_else_happens_a_refused_call_stays_over() -> None:
    state, _ = step(FLOW, NEW, on.Arrived(at=NOON, refusal=REFUSAL))
    for event in (on.CallerGone(at=NOON), on.Answered("ann", at=NOON), on.NoneOnDuty(at=NOON), on.Key("1", at=NOON)):
        assert step(FLOW, state, event) == (state, [])


def test_everybody_else_begins_at_the_start() -> None:
    state, _ = step(FLOW, NEW, on.Arrived(at=NOON))
    assert state.node == "ring"
