"""What each kind of node does when a caller comes in: pass them on at once, or speak, set going, and wait."""

from collections.abc import Callable
from typing import Any

from tenants.flows.engine.commands import AskCallback, Enqueue, RecordVoicemail, Ring
from tenants.flows.engine.screen import words
from tenants.flows.engine.walk import Walk
from tenants.flows.nodes import (
    Branch,
    Callback,
    Greeting,
    Hangup,
    Hours,
    Information,
    Language,
    Menu,
    Node,
    Queue,
    Voicemail,
)
from tenants.flows.nodes import Ring as RingNode


def enter(walk: Walk) -> None:
    """Begin the visit to where the walk is heading; a way that leads nowhere, or round and round, ends the call."""
    node = walk.flow.nodes.get(walk.target or "")
    if node is None or walk.target is None or walk.visit > 100 + 3 * len(walk.flow.nodes):
        walk.end("broken")
        return
    walk.enter(walk.target)
    _ENTER[type(node)](walk, node)


def _speak(walk: Walk, node: Greeting | Information | Menu) -> None:
    walk.say(node)
    walk.wait(node.seconds)


def _ask_language(walk: Walk, node: Language) -> None:
    if walk.chosen and walk.language in node.options.values():
        walk.go(node.next)
    else:
        walk.say(node)
        walk.wait(node.seconds)


def _look_at_hours(walk: Walk, node: Hours) -> None:
    found = walk.arrived.calendars.get(node.calendar) if walk.arrived else None
    if found == "open":
        walk.go(node.open)
    else:
        walk.go((found == "holiday" and node.holiday) or node.closed)


def _part(walk: Walk, node: Branch) -> None:
    walk.go(node.cases.get(_fact(node.on, walk), node.default))


def _fact(name: str, walk: Walk) -> str:
    kind, _, key = name.partition(".")
    if kind == "language":
        return walk.language
    if kind == "choice":
        return dict(walk.choices).get(key, "")
    return "yes" if walk.arrived and walk.arrived.caller.get(key) else "no"


def _ring(walk: Walk, node: RingNode) -> None:
    walk.say(node)
    walk.commands.append(
        Ring(
            node.team,
            node.strategy,
            node.seconds,
            node.seconds_each,
            walk.language,
            tuple(value for _, value in walk.choices),
            walk.front,
            visit=walk.visit,
            node=walk.node,
        )
    )
    walk.wait(node.seconds)


def _line_up(walk: Walk, node: Queue) -> None:
    walk.say(node)
    walk.commands.append(
        Enqueue(
            node.team,
            node.strategy,
            node.seconds,
            node.priority,
            walk.language,
            tuple(value for _, value in walk.choices),
            walk.front,
            visit=walk.visit,
            node=walk.node,
        )
    )
    walk.wait(node.seconds, node.announce_every)


def _record(walk: Walk, node: Voicemail) -> None:
    if walk.arrived and not walk.arrived.voicemail:
        walk.go(node.unavailable)
        return
    walk.say(node)
    walk.commands.append(RecordVoicemail(node.max_seconds, visit=walk.visit, node=walk.node))
    walk.wait(node.stay())


def _offer_callback(walk: Walk, node: Callback) -> None:
    if walk.arrived and not walk.arrived.callback:
        walk.go(node.declined)
        return
    walk.say(node)
    walk.commands.append(AskCallback(node.ask, node.seconds, visit=walk.visit, node=walk.node))
    walk.wait(node.seconds)


def _hang_up(walk: Walk, node: Hangup) -> None:
    walk.end(node.outcome, words(walk.flow, node.text, walk.language))


_ENTER: dict[type[Node], Callable[[Walk, Any], None]] = {
    Greeting: _speak,
    Information: _speak,
    Menu: _speak,
    Language: _ask_language,
    Hours: _look_at_hours,
    Branch: _part,
    RingNode: _ring,
    Queue: _line_up,
    Voicemail: _record,
    Callback: _offer_callback,
    Hangup: _hang_up,
}
