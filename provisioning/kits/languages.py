"""Fits a kit's flow to the languages a hotline speaks: a question with one answer needn't be asked."""

from collections.abc import Mapping, Sequence
from typing import Any

from tenants.flows.document import Flow, dump, parse


def spoken_in(flow: Flow, languages: Sequence[str]) -> Flow:
    """The flow with these languages, the first being the one that holds until another is chosen.

    Its language menus offer just these, in this order; with a single language they are gone. Wordings in other
    languages stay in the document, so that a language added later is already there.
    """
    document = {**dump(flow), "languages": list(languages)}
    nodes: dict[str, dict[str, Any]] = document["nodes"]
    for name in [name for name, node in nodes.items() if node["type"] == "language"]:
        options = {str(key): language for key, language in enumerate(languages, 1)}
        if len(options) > 1:
            nodes[name]["options"] = options
            continue
        following = nodes.pop(name).get("next", "")
        document = _led_past(document, name, following)
        nodes = document["nodes"]
    return parse(document)


def _led_past(document: Mapping[str, Any], node: str, following: str) -> dict[str, Any]:
    """The document with every way to `node` leading to `following`; ways are found where a flow has them."""
    ways = {"start", "next", "timeout", "nobody", "unanswered", "unavailable", "open", "closed", "holiday"}
    ways |= {"booked", "declined", "default"}

    def led(key: str, value: Any) -> Any:
        if isinstance(value, dict):
            inside = "default" if key == "cases" else ""
            return {name: led(inside or name, part) for name, part in value.items()}
        if isinstance(value, list):
            return [led("", part) for part in value]
        return following if key in ways and value == node else value

    return {key: led(key, value) for key, value in document.items()}
