"""Random flows and a world that does its worst: late, early, double, stale and senseless events."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, get_args

from hypothesis import strategies as st

from tenants.flows.document import Flow
from tenants.flows.engine import Command, Event, State
from tenants.flows.engine import events as on
from tests.flows.building import BYE, build, words

CALENDARS = ("line",)
OPENINGS: tuple[on.Opening, ...] = ("open", "closed", "holiday")
KINDS: tuple[type[Any], ...] = get_args(Event)
FACTS = ("known", "blocked", "frequent")
seconds = st.integers(1, 40)


@st.composite
def flows(draw: st.DrawFn, *, sound: bool = True) -> Flow:
    """A flow of up to nine nodes besides its ends; a sound one has nothing that lint refuses."""
    names = [f"n{place}" for place in range(draw(st.integers(1, 9)))]
    ends = ["bye", "end"]
    nodes: dict[str, dict[str, Any]] = {"bye": BYE, "end": {**BYE, "outcome": "referred"}}
    menus: dict[str, list[str]] = {}
    for place, name in enumerate(names):
        later: Any = st.sampled_from([*names[place + 1 : place + 4], *ends])
        targets = later if sound else st.sampled_from([*names, *ends, "gone", None])
        nodes[name] = node = draw(_node(targets, menus))
        if node["type"] == "menu":
            menus[name] = [option["value"] for option in node["options"]]
    reached = _reached(nodes, names[0]) if sound else set(nodes)
    for node in nodes.values():
        if node["type"] == "branch" and node["on"].removeprefix("choice.") in set(menus) - reached:
            node["on"] = "language"
    return build({name: nodes[name] for name in [*names, *ends] if name in reached}, promise=7200)


def _reached(nodes: dict[str, dict[str, Any]], start: str) -> set[str]:
    edge = [start]
    for name in edge:
        inner = [nodes[name], *nodes[name].get("options", []), nodes[name].get("cases", {}), nodes[name].get("out", {})]
        for part in inner:
            found = part.values() if isinstance(part, dict) else ()
            edge += [value for value in found if isinstance(value, str) and value in nodes and value not in edge]
    return set(edge)


@st.composite
def _node(draw: st.DrawFn, to: st.SearchStrategy[str], menus: dict[str, list[str]]) -> dict[str, Any]:
    text = words("Words")
    keys = draw(st.lists(st.sampled_from("123456789"), min_size=1, max_size=3, unique=True))
    chosen = [f"choice.{menu}" for menu in menus]
    asks = draw(st.sampled_from(["language", *(f"caller.{fact}" for fact in FACTS), *chosen * 3]))
    values = {"language": ["en", "zh-Hans"]}.get(asks, menus.get(asks.removeprefix("choice."), ["yes", "no"]))
    out = {"key": keys[0], "label": text, "next": draw(to)} if draw(st.booleans()) else None
    options = [{"key": key, "label": text, "value": f"v{key}", "next": draw(to)} for key in keys]
    cases = {value: draw(to) for value in draw(st.lists(st.sampled_from(values), unique=True))}
    every = draw(st.none() | st.integers(5, 20))
    makers: dict[str, dict[str, Any]] = {
        "greeting": {"text": text, "seconds": draw(seconds), "next": draw(to)},
        "language": {"text": text, "seconds": draw(seconds), "options": {"1": "en", "2": "zh-Hans"}, "next": draw(to)},
        "hours": {
            "calendar": draw(st.sampled_from(CALENDARS)),
            "open": draw(to),
            "closed": draw(to),
            "holiday": draw(st.none() | to),
        },
        "menu": {
            "text": text,
            "seconds": draw(seconds),
            "tries": draw(st.integers(1, 3)),
            "options": options,
            "timeout": draw(to),
        },
        "ring": {"team": "all", "seconds": draw(seconds), "unanswered": draw(to), "nobody": draw(to)},
        "queue": {
            "team": "all",
            "text": text,
            "seconds": draw(seconds),
            "announce_every": every,
            "timeout": draw(to),
            "nobody": draw(to),
            **({"out": out} if out else {}),
        },
        "voicemail": {
            "text": text,
            "max_seconds": draw(st.integers(5, 40)),
            "next": draw(to),
            "unavailable": draw(to),
        },
        "callback": {"text": text, "seconds": draw(seconds), "booked": draw(to), "declined": draw(to)},
        "information": {"text": text, "seconds": draw(seconds), "next": draw(to)},
        "branch": {"on": asks, "cases": cases, "default": draw(to)},
    }
    kind = draw(st.sampled_from([*makers, *["hours", "branch"] * 4]))
    return {"type": kind, **makers[kind]}


class Worst:
    """Sends up to `budget` events of any kind at any time, some twice, some for another visit."""

    def __init__(self, flow: Flow, chance: Random, budget: int = 40) -> None:
        self.flow, self.chance, self.budget = flow, chance, budget
        self.sent: list[Event] = []

    def begin(self, at: datetime) -> Iterable[Event]:
        chance = self.chance
        yield on.Arrived(
            {name: chance.choice(OPENINGS) for name in CALENDARS if chance.random() < 0.9},
            {fact: chance.random() < 0.5 for fact in FACTS},
            chance.choice((None, "en", "zh-Hans", "fr")),
            voicemail=chance.random() < 0.8,
            callback=chance.random() < 0.8,
            at=at,
        )

    def react(self, state: State, commands: Sequence[Command], at: datetime) -> Iterable[Event]:
        for _ in range(self.chance.choice((0, 0, 1, 1, 2, 3))):
            if self.budget > 0 and state.phase != "ended":
                self.budget -= 1
                again = self.sent and self.chance.random() < 0.2
                event = self.chance.choice(self.sent) if again else self.event(state, at)
                self.sent.append(event)
                yield event

    def event(self, state: State, at: datetime) -> Event:
        """Any event, sooner or later, for this visit or for another; the caller stays more often than not."""
        chance = self.chance
        visit = chance.choice((None, None, state.visit, state.visit, state.visit - 1, state.visit + 1))
        within = state.due - at if state.due and chance.random() < 0.8 else timedelta(seconds=60)
        when = at + within * chance.choice((0, 0.5, 1, chance.random()))
        kind = chance.choice([kind for kind in KINDS if kind is not on.CallerGone or chance.random() < 0.3])
        fields: tuple[Any, ...] = ()
        if kind is on.Key:
            fields = (chance.choice("123456789#"),)
        elif kind is on.TimerFired:
            fields = (chance.randint(0, state.serial + 1),)
        elif kind in (on.Answered, on.HandedOver):
            fields = (chance.choice(("bob", "carol")),)
        elif kind is on.PositionChanged:
            fields = (chance.randint(1, 9),)
        event: Event = kind(*fields, at=when, visit=visit)
        return event


class Losing(Worst):
    """Everybody answers at the last moment, and every operator is lost again."""

    def __init__(self, flow: Flow, chance: Random) -> None:
        super().__init__(flow, chance, budget=0)

    def react(self, state: State, commands: Sequence[Command], at: datetime) -> Iterable[Event]:
        if state.phase == "talking":
            yield on.OperatorLost(at=at + timedelta(seconds=5), visit=state.visit)
        elif state.until and self.flow.nodes[state.node].type in ("ring", "queue"):
            yield on.Answered("bob", at=state.until, visit=state.visit)
