"""What a caller hears and sees at a node, derived from flow and state alone: a reloaded page shows the same."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tenants.flows.document import Flow
from tenants.flows.engine.commands import Choice, Pointer
from tenants.flows.engine.state import State
from tenants.flows.nodes import Branch, Callback, Hangup, Hours, Information, Language, Menu, Node, Queue, Voicemail
from tenants.texts import Text, language_name, say

Kind = Literal["say", "menu", "queue", "ringing", "voicemail", "callback", "talking", "ended"]

_KINDS: dict[str, Kind] = {
    "language": "menu",
    "menu": "menu",
    "ring": "ringing",
    "queue": "queue",
    "voicemail": "voicemail",
    "callback": "callback",
}


@dataclass(frozen=True, slots=True)
class Screen:
    """What the caller has in front of them.

    `until` is when this gives up and `seconds` how long that is from the moment asked about (from the node's
    beginning where none was given); None while talking and afterwards. `visit` comes back with what the caller
    does here. `max_seconds` is a voicemail's own length, `ask` what a call-back wants to know.
    """

    kind: Kind
    node: str
    visit: int
    text: str
    language: str
    choices: tuple[Choice, ...] = ()
    links: tuple[Pointer, ...] = ()
    seconds: float | None = None
    until: datetime | None = None
    position: int | None = None
    max_seconds: int | None = None
    ask: tuple[str, ...] = ()
    outcome: str | None = None


def describe(flow: Flow, state: State, language: str | None = None, at: datetime | None = None) -> Screen:
    """The caller's screen for this state, in their language unless another is asked for."""
    language = language or state.language or flow.languages[0]
    node = flow.nodes.get(state.node)
    if node is None or state.phase == "talking":
        kind: Kind = "say" if state.phase == "new" else "talking" if state.phase == "talking" else "ended"
        refusal = dict(state.arrived.refusal) if state.arrived and state.phase == "ended" else {}
        return Screen(
            kind, state.node, state.visit, words(flow, refusal, language), language, outcome=state.outcome or None
        )
    if state.phase == "ended":
        text = words(flow, node.text, language) if isinstance(node, Hangup) else ""
        return Screen("ended", state.node, state.visit, text, language, outcome=state.outcome)
    return Screen(
        _KINDS.get(node.type, "say"),
        state.node,
        state.visit,
        wording(flow, node, language),
        language,
        choices_of(flow, node, language),
        links_of(flow, node, language),
        seconds=_left(state, node, at),
        until=state.until,
        position=state.position,
        max_seconds=node.max_seconds if isinstance(node, Voicemail) else None,
        ask=node.ask if isinstance(node, Callback) else (),
    )


def _left(state: State, node: Node, at: datetime | None) -> float:
    if at is None or state.until is None:
        return node.seconds if isinstance(node, Menu) else node.stay()
    return max(0.0, (state.until - at).total_seconds())


def words(flow: Flow, text: Text, language: str) -> str:
    """The text in the caller's language, else in the flow's first."""
    return say(text, language, flow.languages[0])


def wording(flow: Flow, node: Node, language: str) -> str:
    """What is said or shown here; "" where a node says nothing. A language menu speaks all its languages."""
    if isinstance(node, Language):
        return "\n".join(text for _, text in in_each_language(flow, node))
    return "" if isinstance(node, Hours | Branch) else words(flow, node.text, language)


def in_each_language(flow: Flow, node: Language) -> list[tuple[str, str]]:
    """The languages on offer, each once, with the wording in it; a wording that is used twice is said once."""
    said: dict[str, str] = {}
    for language in node.options.values():
        text = words(flow, node.text, language)
        if text and text not in said.values():
            said[language] = text
    return list(said.items())


def choices_of(flow: Flow, node: Node, language: str) -> tuple[Choice, ...]:
    """The keys that do something here."""
    if isinstance(node, Menu):
        return tuple(Choice(option.key, words(flow, option.label, language)) for option in node.options)
    if isinstance(node, Queue) and node.out:
        return (Choice(node.out.key, words(flow, node.out.label, language)),)
    if isinstance(node, Language):
        return tuple(Choice(key, language_name(option)) for key, option in node.options.items())
    return ()


def links_of(flow: Flow, node: Node, language: str) -> tuple[Pointer, ...]:
    """The addresses that an information node points to."""
    if not isinstance(node, Information):
        return ()
    return tuple(Pointer(words(flow, link.label, language), link.url) for link in node.links)
