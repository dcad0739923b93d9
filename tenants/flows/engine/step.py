"""The flow engine: `step(flow, state, event)` gives the next state and what is to be done. Pure, total, no clock.

- An event that doesn't fit the state, a stale timer, an event of an earlier visit: the same state, no commands.
- Every guided state has exactly one timer; a caller who talks or has ended has none.
- Once answered, the caller is talking and the node remembered. A lost operator sends them back to that ring or
  queue, in front of everyone, with its time afresh; this happens once in a call. After a second loss the node's
  fallback is taken (`unanswered`, `timeout`).
- A ring with nobody free waits. With nobody on duty, at its start or later, ring and queue leave by `nobody`.
- An answer after the ring was left finds another visit, or no ring at all, and connects nobody.
- A voicemail or a booked call-back leads on, and is what the call came to, whatever follows. If the report of it
  arrives late (a phone records until the caller hangs up), it brings its visit and still betters the outcome.
- A voicemail in which nothing was saved within its time leads to `unavailable`: to say "thank you for your
  message" would be a lie.
- A wrong key is a try used; a key nobody offered changes nothing.
- A caller who is refused on arrival is told why, in their language, and meets no node.
- A document that lint refuses (an exit that leads nowhere, a circle) ends the call with the outcome `broken`
  rather than keep a caller.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

from tenants.flows.document import Flow
from tenants.flows.engine import events as on
from tenants.flows.engine.commands import Command, End
from tenants.flows.engine.entering import enter
from tenants.flows.engine.screen import words
from tenants.flows.engine.state import Phase, State
from tenants.flows.engine.walk import Walk
from tenants.flows.nodes import Callback, Greeting, Information, Language, Menu, Node, Queue, Ring, Voicemail

Reaction = Callable[[Walk, Any, Any], None]


def step(flow: Flow, state: State, event: on.Event) -> tuple[State, list[Command]]:
    """The state after the event, and the commands it causes in the order in which to carry them out."""
    node = flow.nodes.get(state.node)
    if state.phase == "ended" or (event.visit is not None and event.visit != state.visit):
        return _late(state, node, event)
    react = _WHERE.get((type(node), type(event))) if state.phase == "guided" else None
    react = react or _WHEN.get((state.phase, type(event)))
    if react is None or (type(event) is on.TimerFired and event.serial != state.serial):
        return state, []
    walk = Walk(flow, state, event.at)
    react(walk, node, event)
    while walk.moving:
        enter(walk)
    changed = walk.commands or walk.position != state.position
    return (walk.state(), walk.commands) if changed else (state, [])


def _late(state: State, node: Node | None, event: on.Event) -> tuple[State, list[Command]]:
    """What comes after its visit is over: only something that was truly saved there still counts."""
    here = event.visit is None or event.visit == state.visit
    saved = _SAVED.get((type(node) if here else None, type(event)))
    if saved is None or state.saved in (saved, "callback") or (event.visit or 0) > state.visit:
        return state, []
    if state.phase != "ended" or state.outcome == "answered":
        return replace(state, saved=saved), []
    end = End(saved, "", state.language, visit=state.visit, node=state.node)
    return replace(state, saved=saved, outcome=saved), [end]


def _arrive(walk: Walk, _: None, event: on.Arrived) -> None:
    languages = walk.flow.languages
    walk.chosen = event.language in languages
    walk.language = event.language if event.language is not None and walk.chosen else languages[0]
    walk.arrived = event
    if event.refusal:
        walk.end("refused", words(walk.flow, dict(event.refusal), walk.language))
    else:
        walk.go(walk.flow.start)


def _on(walk: Walk, node: Greeting | Language | Information, _: object) -> None:
    walk.go(node.next)


def _choose_language(walk: Walk, node: Language, event: on.Key) -> None:
    language = node.options.get(event.key)
    if language:
        walk.language, walk.chosen = language, True
        walk.go(node.next)


def _choose(walk: Walk, node: Menu, event: on.Key) -> None:
    for option in node.options:
        if option.key == event.key:
            walk.choices = (*walk.choices, (walk.node, option.value))
            walk.go(option.next)
            return
    _again(walk, node, event)


def _again(walk: Walk, node: Menu, _: object) -> None:
    walk.tries += 1
    if walk.tries >= node.tries:
        walk.go(node.timeout)
    else:
        walk.say(node)
        walk.wait(node.seconds)


def _answer(walk: Walk, _: object, event: on.Answered) -> None:
    walk.talk(event.member)


def _unanswered(walk: Walk, node: Ring, _: object) -> None:
    walk.go(node.unanswered)


def _nobody(walk: Walk, node: Ring | Queue, _: object) -> None:
    walk.go(node.nobody)


def _announce(walk: Walk, node: Queue, _: object) -> None:
    left = walk.left()
    if left <= 0:
        walk.go(node.timeout)
    else:
        walk.say(node)
        walk.wait(left, node.announce_every)


def _move_up(walk: Walk, _: object, event: on.PositionChanged) -> None:
    walk.position = event.position


def _leave_line(walk: Walk, node: Queue, event: on.Key) -> None:
    if node.out and node.out.key == event.key:
        walk.go(node.out.next)


def _saved(walk: Walk, node: Voicemail, _: object) -> None:
    walk.saved = walk.saved or "voicemail"
    walk.go(node.next, finished=True)


def _no_voicemail(walk: Walk, node: Voicemail, _: object) -> None:
    walk.go(node.unavailable)


def _booked(walk: Walk, node: Callback, _: object) -> None:
    walk.saved = "callback"
    walk.go(node.booked)


def _declined(walk: Walk, node: Callback, _: object) -> None:
    walk.go(node.declined)


def _lose_caller(walk: Walk, _: object, __: object) -> None:
    walk.end("abandoned")


def _finish(walk: Walk, _: object, __: object) -> None:
    walk.end("answered")


def _hand_over(walk: Walk, _: object, event: on.HandedOver) -> None:
    walk.talk(event.member)


def _lose_operator(walk: Walk, node: Ring | Queue, _: object) -> None:
    if not walk.lost:
        walk.lost = walk.front = True
        walk.go(walk.node)
    else:
        walk.go(node.unanswered if isinstance(node, Ring) else node.timeout)


_SAVED: dict[tuple[type | None, type], Literal["voicemail", "callback"]] = {
    (Voicemail, on.VoicemailSaved): "voicemail",
    (Callback, on.CallbackBooked): "callback",
    (None, on.VoicemailSaved): "voicemail",
    (None, on.CallbackBooked): "callback",
}

_WHERE: dict[tuple[type, type], Reaction] = {
    (Greeting, on.PromptDone): _on,
    (Greeting, on.TimerFired): _on,
    (Information, on.PromptDone): _on,
    (Information, on.TimerFired): _on,
    (Language, on.Key): _choose_language,
    (Language, on.TimerFired): _on,
    (Menu, on.Key): _choose,
    (Menu, on.TimerFired): _again,
    (Ring, on.Answered): _answer,
    (Ring, on.NoneOnDuty): _nobody,
    (Ring, on.TimerFired): _unanswered,
    (Queue, on.Answered): _answer,
    (Queue, on.NoneOnDuty): _nobody,
    (Queue, on.PositionChanged): _move_up,
    (Queue, on.Key): _leave_line,
    (Queue, on.TimerFired): _announce,
    (Voicemail, on.VoicemailSaved): _saved,
    (Voicemail, on.VoicemailUnavailable): _no_voicemail,
    (Voicemail, on.TimerFired): _no_voicemail,
    (Callback, on.CallbackBooked): _booked,
    (Callback, on.CallbackDeclined): _declined,
    (Callback, on.TimerFired): _declined,
}
"""What happens at a node, for a caller who is being guided."""

_WHEN: dict[tuple[Phase, type], Reaction] = {
    ("new", on.Arrived): _arrive,
    ("new", on.CallerGone): _lose_caller,
    ("guided", on.CallerGone): _lose_caller,
    ("talking", on.CallerGone): _finish,
    ("talking", on.OperatorEnded): _finish,
    ("talking", on.OperatorLost): _lose_operator,
    ("talking", on.HandedOver): _hand_over,
}
"""What happens in a phase, wherever the caller is."""
