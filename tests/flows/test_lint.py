"""Lint names every way in which a flow could fail a caller, and says what to do about it."""

from typing import Any

import pytest

from tenants.flows.bench import sample
from tenants.flows.lint import Finding, fit, lint, longest
from tests.flows.building import BYE, build, callback, menu, queue, ring, voicemail, words

GREETING = {"type": "greeting", "text": words("Welcome"), "seconds": 5, "next": "bye"}
HOURS = {"type": "hours", "calendar": "line", "open": "bye", "closed": "bye"}
LANGUAGE = {
    "type": "language",
    "text": words("Choose"),
    "seconds": 8,
    "options": {"1": "en", "2": "zh-Hans"},
    "next": "bye",
}


def found(code: str, nodes: dict[str, Any], **more: Any) -> Finding:
    promise = more.pop("promise", 3600)
    findings = lint(build(nodes, promise=promise), **more)
    (finding,) = [finding for finding in findings if finding.code == code]
    return finding


def test_a_sound_flow_has_no_findings() -> None:
    assert lint(sample(), calendars={"line"}, teams={"all"}) == []


def test_an_exit_to_a_node_that_is_gone_is_named() -> None:
    finding = found("dangling_exit", {"hello": {**GREETING, "next": "gone"}})
    assert (finding.node, finding.where, finding.path) == ("hello", "next", ("hello",))
    assert finding.say() == "“hello”: its way out “next” leads to “gone”, which doesn't exist. Choose another."


@pytest.mark.parametrize(
    ("node", "exit_", "word"),
    [
        ({**GREETING, "next": None}, "next", "leads nowhere"),
        (ring(nobody=None), "nobody", "nobody is on duty"),
        (ring(unanswered=None), "unanswered", "nobody answers"),
        (queue(nobody=None), "nobody", "nobody is on duty"),
        (queue(timeout=None), "timeout", "its time is over"),
        (queue(out={"key": "1", "label": words("Out")}), "out", "leads nowhere"),
        (voicemail(unavailable=None), "unavailable", "no message can be recorded"),
        (callback(declined=None), "declined", "leads nowhere"),
        (menu("1:a:bye", timeout=None), "timeout", "its time is over"),
        ({**HOURS, "closed": None}, "closed", "leads nowhere"),
        ({"type": "branch", "on": "language", "cases": {"en": None}, "default": "bye"}, "case.en", "leads nowhere"),
        ({"type": "branch", "on": "language", "cases": {}}, "default", "leads nowhere"),
    ],
)
def test_an_exit_that_leads_nowhere_is_named(node: dict[str, Any], exit_: str, word: str) -> None:
    finding = found("missing_exit", {"hello": {**GREETING, "next": "here"}, "here": node, "bye": BYE})
    assert (finding.node, finding.where, finding.path) == ("here", exit_, ("hello", "here"))
    assert word in finding.say()
    assert not fit([finding])


def test_a_holiday_exit_may_be_left_out() -> None:
    assert lint(build({"hours": HOURS, "bye": BYE})) == []


def test_a_node_that_nothing_leads_to_is_named() -> None:
    assert found("unreachable", {"bye": BYE, "lost": BYE}).node == "lost"


def test_a_circle_is_named_from_its_beginning_to_itself() -> None:  # yap#1631, glific#4474
    nodes = {"hello": {**GREETING, "next": "a"}, "a": ring(unanswered="b"), "b": ring(unanswered="a"), "bye": BYE}
    finding = found("cycle", nodes)
    assert finding.path == ("a", "b", "a")
    assert "a → b → a" in finding.say()


def test_a_node_that_leads_to_itself_is_a_circle() -> None:
    assert found("cycle", {"ring": ring(unanswered="ring"), "bye": BYE}).path == ("ring", "ring")


def test_the_slowest_way_is_named_with_its_seconds() -> None:
    nodes = {"menu": menu("1:talk:wait"), "wait": queue(timeout="message"), "message": voicemail(), "bye": BYE}
    finding = found("too_long", nodes, promise=259)
    assert finding.path == ("menu", "wait", "message", "bye")
    assert "260 seconds" in finding.say()
    assert "menu → wait → message → bye" in finding.say()
    assert lint(build(nodes, promise=260)) == []


def test_labels_are_quoted_where_there_are_any() -> None:
    nodes = {"wait": {**queue(), "label": words("Waiting room")}, "bye": BYE}
    assert "Waiting room → bye" in found("too_long", nodes, promise=1).say()
    assert "【Waiting room】 → bye" in found("too_long", nodes, promise=1, language="zh-Hans").say()


def test_a_way_that_no_caller_can_take_does_not_count() -> None:
    again = {"type": "hours", "calendar": "line", "open": "slow", "closed": "bye"}
    nodes = {"hours": {**HOURS, "closed": "again"}, "again": again, "slow": queue(seconds=600), "bye": BYE}
    assert longest(build(nodes)).seconds == 0
    finding = found("never", nodes)
    assert (finding.node, finding.severity) == ("slow", "warning")
    other = {**again, "calendar": "other"}
    assert longest(build({**nodes, "again": other})).path == ("hours", "again", "slow", "bye")


def test_a_choice_decides_the_branch_that_looks_at_it() -> None:
    fork = {"type": "branch", "on": "choice.topic", "cases": {"long": "slow"}, "default": "bye"}
    nodes = {"topic": menu("1:short:fork", "2:other:fork"), "fork": fork, "slow": queue(seconds=600), "bye": BYE}
    assert longest(build(nodes)).seconds == 20
    assert longest(build({**nodes, "topic": menu("1:long:fork")})).seconds == 620
    assert found("case_never", nodes).where == "case.long"


def test_a_caller_who_came_with_a_language_is_not_counted_as_asked_for_it() -> None:
    fork = {"type": "branch", "on": "language", "cases": {"en": "bye"}, "default": "language"}
    nodes = {"fork": fork, "language": {**LANGUAGE, "seconds": 20}, "bye": BYE}
    assert longest(build(nodes)).seconds == 0


def test_a_tangle_is_reckoned_from_above() -> None:
    nodes: dict[str, Any] = {}
    for place in range(10):
        digits = [f"{key}:v{key}:m{place + 1}" for key in range(1, 8)]
        nodes[f"m{place}"] = menu(*digits, timeout=f"m{place + 1}", tries=1)
    nodes["m10"] = {"type": "branch", "on": "choice.m0", "cases": {"v1": "b1"}, "default": "b1"}
    for place in range(1, 10):
        branch = {"on": f"choice.m{place}", "cases": {"v1": f"b{place + 1}"}, "default": f"b{place + 1}"}
        nodes[f"b{place}"] = {"type": "branch", **branch}
    nodes["b10"] = BYE
    nodes["bye"] = BYE
    slowest = longest(build(nodes))
    assert (slowest.seconds, slowest.exact) == (100, False)


def test_every_text_in_every_language() -> None:
    english_only = {"en": "Welcome"}
    finding = found("missing_text", {"hello": {**GREETING, "text": english_only}, "bye": BYE})
    assert (finding.node, finding.where) == ("hello", "text")
    assert "zh-Hans" in finding.say()
    option = {"key": "1", "label": {"zh-Hans": "一"}, "value": "a", "next": "bye"}
    assert found("missing_text", {"menu": menu(options=[option]), "bye": BYE}).where == "options.1.label"
    assert lint(build({"ring": ring(), "bye": BYE})) == []


def test_a_call_does_not_end_without_a_word() -> None:
    assert found("silent_end", {"bye": {"type": "hangup", "text": {"en": " "}}}).node == "bye"


@pytest.mark.parametrize("key", ["a", "12", "#", "٣"])
def test_keys_are_those_of_a_phone(key: str) -> None:
    nodes = {"wait": queue(out={"key": key, "label": words("Out"), "next": "bye"}), "bye": BYE}
    assert found("bad_key", nodes).node == "wait"


def test_a_key_is_given_once() -> None:
    assert "key 1" in found("key_twice", {"menu": menu("1:a:bye", "1:b:bye"), "bye": BYE}).say()


def test_a_menu_offers_something() -> None:
    assert found("no_options", {"menu": menu(), "bye": BYE}).node == "menu"


def test_calendars_and_teams_exist_where_their_names_are_known() -> None:
    nodes = {"hours": {**HOURS, "open": "ring"}, "ring": ring(), "bye": BYE}
    assert found("unknown_calendar", nodes, calendars={"night"}).node == "hours"
    assert found("unknown_team", nodes, teams=set()).node == "ring"
    assert lint(build(nodes)) == []


def test_a_language_menu_offers_only_languages_of_the_flow() -> None:
    language = {**LANGUAGE, "options": {"1": "en", "2": "fr"}}
    assert "fr" in found("unknown_language", {"language": language, "bye": BYE}).say()


def test_a_branch_looks_at_a_menu_that_exists() -> None:
    branch = {"type": "branch", "on": "choice.topic", "cases": {}, "default": "bye"}
    assert found("unknown_choice", {"branch": branch, "bye": BYE}).node == "branch"


def test_a_language_menu_of_35_seconds_is_warned_of() -> None:  # cwa-hotline#2
    finding = found("too_slow", {"language": {**LANGUAGE, "seconds": 35}, "bye": BYE})
    assert finding.severity == "warning"
    assert fit([finding])


def test_nobody_on_duty_leading_to_the_same_team_is_warned_of() -> None:
    nodes = {"ring": ring(nobody="wait"), "wait": queue(), "bye": BYE}
    assert found("nobody_again", nodes).severity == "warning"


def test_errors_come_first() -> None:
    nodes = {"language": {**LANGUAGE, "seconds": 35, "next": None}, "bye": BYE}
    assert [finding.severity for finding in lint(build(nodes))] == ["error", "error", "warning"]
