"""Everything before a person: greeting, language, hours, menu, information, branch, the end."""

import pytest

from tenants.flows.engine import NEW, step
from tenants.flows.engine import commands as do
from tenants.flows.engine import events as on
from tests.flows.building import BYE, NOON, Call, build, menu, words

GREETING = {"type": "greeting", "text": words("Welcome"), "seconds": 5, "next": "bye"}
LANGUAGE = {
    "type": "language",
    "text": {"en": "For English press 1", "zh-Hans": "中文请按二"},
    "seconds": 8,
    "options": {"1": "en", "2": "zh-Hans"},
    "next": "bye",
}


@pytest.mark.parametrize("heard", [True, False])
def test_a_greeting_leads_on_when_it_was_heard_and_at_the_latest_after_its_seconds(heard: bool) -> None:
    call = Call(build({"hello": GREETING, "bye": BYE}))
    assert call.told(do.Say).text == "Welcome"
    assert call.changes_nothing(on.Key, "1")
    if heard:
        call.happens(on.PromptDone, after=2)
    else:
        call.waits()
        assert call.at == 5
    assert call.told(do.End).text == "Goodbye"


def test_a_language_menu_speaks_each_language_and_the_choice_holds() -> None:
    call = Call(build({"language": LANGUAGE, "bye": BYE}))
    said = call.all_told(do.Say)
    assert [(prompt.language, prompt.text) for prompt in said] == [
        ("en", "For English press 1"),
        ("zh-Hans", "中文请按二"),
    ]
    assert said[0].choices == (do.Choice("1", "English"), do.Choice("2", "简体中文"))
    assert call.changes_nothing(on.Key, "9")
    call.presses("2")
    assert call.told(do.End).text == "【Goodbye】"


def test_a_caller_who_chooses_no_language_gets_the_flows_first() -> None:
    call = Call(build({"language": LANGUAGE, "bye": BYE}))
    call.waits()
    assert call.told(do.End).language == "en"


def test_nobody_is_asked_for_a_language_they_chose_already() -> None:  # cwa-hotline#2
    call = Call(build({"language": LANGUAGE, "bye": BYE}), language="zh-Hans")
    assert call.told(do.End).text == "【Goodbye】"


def test_a_language_the_flow_does_not_speak_falls_back_to_its_first() -> None:
    assert Call(build({"language": LANGUAGE, "bye": BYE}), language="fr").state.language == "en"


@pytest.mark.parametrize(("standing", "node"), [("open", "yes"), ("closed", "no"), ("holiday", "feast"), (None, "no")])
def test_hours_part_open_closed_and_holiday(standing: on.Opening | None, node: str) -> None:
    hours = {"type": "hours", "calendar": "line", "open": "yes", "closed": "no", "holiday": "feast"}
    flow = build({"hours": hours, "yes": BYE, "no": BYE, "feast": BYE})
    assert Call(flow, calendars={"line": standing} if standing else {}).state.node == node


def test_a_holiday_without_an_exit_of_its_own_is_closed() -> None:
    hours = {"type": "hours", "calendar": "line", "open": "yes", "closed": "no"}
    flow = build({"hours": hours, "yes": BYE, "no": BYE})
    assert Call(flow, calendars={"line": "holiday"}).state.node == "no"


def test_a_menu_says_it_again_after_a_wrong_key_or_none_until_the_tries_are_used() -> None:
    call = Call(build({"menu": menu("1:talk:bye", tries=3, timeout="other"), "bye": BYE, "other": BYE}))
    call.presses("7")
    assert call.told(do.Say).choices == (do.Choice("1", "talk"),)
    call.waits()
    assert call.told(do.Say)
    call.waits()
    assert call.state.node == "other"
    assert call.at == 20


def test_a_stale_timer_changes_nothing() -> None:
    call = Call(build({"menu": menu("1:talk:bye"), "bye": BYE}))
    first = call.state.serial
    call.presses("7")
    assert call.changes_nothing(on.TimerFired, first, after=10)
    assert call.changes_nothing(on.TimerFired, first + 99)


def test_a_branch_follows_an_earlier_choice() -> None:
    branch = {"type": "branch", "on": "choice.topic", "cases": {"wages": "money"}, "default": "bye"}
    flow = build(
        {"topic": menu("1:wages:fork", "2:safety:fork", timeout="fork"), "fork": branch, "money": BYE, "bye": BYE}
    )
    for key, node in (("1", "money"), ("2", "bye")):
        call = Call(flow)
        call.presses(key)
        assert call.state.node == node
    silent = Call(flow)
    silent.waits()
    silent.waits()
    assert silent.state.node == "bye"


@pytest.mark.parametrize("fact", ["known", "blocked", "frequent"])
def test_a_branch_knows_who_calls(fact: str) -> None:
    branch = {"type": "branch", "on": f"caller.{fact}", "cases": {"yes": "plan"}, "default": "bye"}
    flow = build({"fork": branch, "plan": BYE, "bye": BYE})
    assert Call(flow, caller={fact: True}).state.node == "plan"
    assert Call(flow, caller={fact: False}).state.node == "bye"
    assert Call(flow).state.node == "bye"


def test_a_branch_on_language_sends_each_to_their_own() -> None:
    branch = {"type": "branch", "on": "language", "cases": {"zh-Hans": "chinese"}, "default": "bye"}
    flow = build({"fork": branch, "chinese": BYE, "bye": BYE})
    assert Call(flow, language="zh-Hans").state.node == "chinese"
    assert Call(flow).state.node == "bye"


def test_information_carries_its_links() -> None:
    facts = {
        "type": "information",
        "text": words("Know your rights"),
        "seconds": 30,
        "links": [{"label": words("Legal aid"), "url": "https://example.org/aid"}],
        "next": "bye",
    }
    call = Call(build({"facts": facts, "bye": BYE}))
    assert call.told(do.Say).links == (do.Pointer("Legal aid", "https://example.org/aid"),)


def test_a_draft_that_leads_nowhere_or_in_a_circle_ends_the_call_all_the_same() -> None:  # yap#1631, glific#3580
    hours = {"type": "hours", "calendar": "line", "open": "other", "closed": "other"}
    circle = build({"hours": hours, "other": {**hours, "open": "hours", "closed": "hours"}})
    nowhere = build({"hello": {**GREETING, "next": "gone"}})
    empty = build({"hello": {**GREETING, "next": None}}, start="elsewhere")
    assert Call(circle).state.outcome == "broken"
    assert Call(empty).state.outcome == "broken"
    call = Call(nowhere)
    call.waits()
    assert call.told(do.End).outcome == "broken"


def test_a_caller_who_leaves_before_arriving_leaves_quietly() -> None:
    state, commands = step(build({"bye": BYE}), NEW, on.CallerGone(at=NOON))
    assert (state.phase, state.outcome) == ("ended", "abandoned")
    assert [type(command) for command in commands] == [do.End]


def test_a_call_arrives_once() -> None:
    call = Call(build({"hello": GREETING, "bye": BYE}))
    assert call.changes_nothing(on.Arrived, visit=None)
