"""A flow document is read strictly, and what is wrong with it is said so that its author can mend it."""

import json
from typing import Any

import pytest

from tenants.flows.bench import sample
from tenants.flows.document import dump, parse
from tenants.flows.findings import BadFlow
from tests.flows.building import words

TYPES = "greeting, language, hours, menu, ring, queue, voicemail, callback, information, branch, hangup"


def complaints(document: Any) -> list[str]:
    with pytest.raises(BadFlow) as caught:
        parse(document)
    assert str(caught.value) == "\n".join(finding.say() for finding in caught.value.findings)
    return [finding.say() for finding in caught.value.findings]


def with_node(node: dict[str, Any]) -> dict[str, Any]:
    return {"start": "a", "languages": ["en"], "promise_seconds": 60, "nodes": {"a": node}}


def test_a_document_survives_being_stored() -> None:
    flow = sample()
    assert parse(dump(flow)) == flow
    assert parse(json.dumps(dump(flow))) == flow


def test_what_is_left_at_its_default_is_not_stored() -> None:
    stored = dump(parse(with_node({"type": "hangup", "text": words("Bye")})))
    assert stored["nodes"]["a"] == {"type": "hangup", "text": words("Bye")}
    assert stored["version"] == 1


def test_a_drawing_keeps_its_places_and_labels() -> None:
    node = {"type": "hangup", "text": words("Bye"), "position": [10, 20.5], "label": words("The end")}
    flow = parse(with_node(node))
    assert parse(dump(flow)) == flow
    assert (flow.name("a"), flow.name("a", "zh-Hans"), flow.name("b")) == ("The end", "【The end】", "b")


@pytest.mark.parametrize(
    ("node", "complaint"),
    [
        ({"text": {}}, f"Node “a”: “type” is missing. Use one of: {TYPES}."),
        ({"type": "loop"}, f"Node “a”: there is no kind of node called “loop”. Use one of: {TYPES}."),
        ({"type": "greeting", "text": {}}, "Node “a”: “seconds” is missing. Add it."),
        ({"type": "greeting", "text": {}, "seconds": 61}, "Node “a”: “seconds” is 61. Make it 60 or less."),
        ({"type": "greeting", "text": {}, "seconds": 0}, "Node “a”: “seconds” is 0. Make it 1 or more."),
        ({"type": "greeting", "text": {}, "seconds": "soon"}, "Node “a”: “seconds” is “soon”. Use a whole number."),
        ({"type": "hangup", "text": {}, "next": "b"}, "Node “a”: “next” means nothing here. Remove it."),
        ({"type": "hangup", "text": {"en": 3}}, "Node “a”: “text.en” isn't a text. Write it in quotes."),
        (
            {"type": "ring", "team": "x", "seconds": 9, "strategy": "loudest"},
            "Node “a”: “strategy” is “loudest”. Use one of: "
            "all, in_order, longest_idle, fewest_today, skill or known_first.",
        ),
        (
            {"type": "branch", "on": "weather"},
            "Node “a”: “on” is “weather”. Use language, choice.<menu>, caller.known, caller.blocked or "
            "caller.frequent.",
        ),
    ],
)
def test_what_is_wrong_is_said_with_node_field_and_remedy(node: dict[str, Any], complaint: str) -> None:
    assert complaints(with_node(node)) == [complaint]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "https://a b"])
def test_a_link_can_only_be_an_address_that_helps(url: str) -> None:
    link = {"label": words("Help"), "url": url}
    (complaint,) = complaints(with_node({"type": "information", "text": {}, "seconds": 5, "links": [link]}))
    assert "links.0.url" in complaint
    for good in ("https://example.org", "tel:+999123", "sms:+999123", "mailto:help@example.org"):
        parse(with_node({"type": "information", "text": {}, "seconds": 5, "links": [{**link, "url": good}]}))


def test_what_is_not_a_flow_at_all_is_refused_in_plain_words() -> None:
    assert complaints("{") == ["This isn't JSON, so nothing of it can be read."]
    assert len(complaints({})) == 4
    assert complaints([])
    assert complaints({**with_node({"type": "hangup", "text": {}}), "start": "A b"}) == [
        "The flow: “start” is “A b”. Use small letters, digits, hyphens and underscores."
    ]


def test_every_complaint_can_be_said_in_another_language() -> None:
    with pytest.raises(BadFlow) as caught:
        parse(with_node({"type": "hangup"}))
    chinese = {
        "Node “%(node)s”": "节点“%(node)s”",
        "%(place)s: “%(field)s” is missing. Add it.": "%(place)s缺少“%(field)s”。",
    }
    assert caught.value.findings[0].say(lambda message: chinese.get(message, message)) == "节点“a”缺少“text”。"
