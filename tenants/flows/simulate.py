"""Plays calls through a flow in simulated time: the world answers commands with events, the trace tells what came.

A world is anything with `arrive` and `react`. Three are here: a script, chance, and the slowest caller that lint
found. Nothing reads a clock; chance comes from the generator given in, so a seed replays its calls exactly.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from random import Random
from typing import Protocol

from tenants.flows.document import Flow
from tenants.flows.engine import NEW, Command, Event, State, step
from tenants.flows.engine import events as on
from tenants.flows.engine.commands import AskCallback, Connect, Enqueue, RecordVoicemail, Ring, Say, StartTimer
from tenants.flows.lint import Longest
from tenants.flows.nodes import Hours, Menu, Node, Queue

START = datetime(2026, 1, 1, tzinfo=UTC)
_MOST_STEPS = 100_000


class World(Protocol):
    """Everybody but the engine: the caller, the operators, the lines between them."""

    def begin(self, at: datetime) -> Iterable[Event]:
        """The caller's arrival at this moment, and whatever else is already certain to come."""

    def react(self, state: State, commands: Sequence[Command], at: datetime) -> Iterable[Event]:
        """What will happen because of these commands, each event with its own `at`, now or later."""


@dataclass(frozen=True, slots=True)
class Beat:
    """One event, and what it made of the call."""

    event: Event
    state: State
    commands: list[Command]


@dataclass(frozen=True, slots=True)
class Trace:
    """A call as it went. Seconds of waiting leave talking out; `after_loss` are those since an operator was lost."""

    state: State
    steps: int
    waited: float
    after_loss: float
    talked: float
    beats: tuple[Beat, ...] = ()

    @property
    def outcome(self) -> str:
        """How the call ended; "" for one that is still talking."""
        return self.state.outcome

    @property
    def path(self) -> tuple[str, ...]:
        """The nodes at which the caller was, in order; nodes that pass on at once leave no trace."""
        nodes = [beat.state.node for beat in self.beats]
        return tuple(node for place, node in enumerate(nodes) if place == 0 or nodes[place - 1] != node)


class Stuck(RuntimeError):
    """A world kept a call going beyond all measure."""


def play(flow: Flow, world: World, *, at: datetime = START, keep: bool = True) -> Trace:
    """One call from arrival until it has ended, or until nothing more would happen to somebody who is talking.

    What a world lets happen at the same instant as a timer comes before it. `keep=False` leaves the beats out,
    for playing a great many.
    """
    state, beats, steps = NEW, list[Beat](), 0
    waited = {False: 0.0, True: 0.0}
    talked, then = 0.0, at
    coming: list[tuple[datetime, bool, int, Event]] = []
    order = 0
    for event in world.begin(at):
        order += 1
        heappush(coming, (event.at, False, order, event))
    while coming and state.phase != "ended":
        when, _timer, _order, event = heappop(coming)
        if state.phase == "guided":
            waited[state.lost] += (when - then).total_seconds()
        elif state.phase == "talking":
            talked += (when - then).total_seconds()
        then = when
        state, commands = step(flow, state, event)
        steps += 1
        if steps > _MOST_STEPS:
            raise Stuck(f"{steps} events and no end at {state.node}")
        if keep:
            beats.append(Beat(event, state, commands))
        for command in commands:
            if type(command) is StartTimer:
                order += 1
                fired = on.TimerFired(command.serial, at=command.due)
                heappush(coming, (command.due, True, order, fired))
        for event in world.react(state, commands, when):
            order += 1
            heappush(coming, (max(event.at, when), False, order, event))
    return Trace(state, steps, waited[False], waited[True], talked, tuple(beats))


def outcomes(flow: Flow, world: World, calls: int) -> Counter[str]:
    """How many of so many calls ended how."""
    return Counter(play(flow, world, keep=False).outcome for _ in range(calls))


class Script:
    """A world in which everything is known beforehand: each event comes at its own `at`."""

    def __init__(self, *events: Event) -> None:
        self.events = events

    def begin(self, at: datetime) -> Iterable[Event]:
        return self.events

    def react(self, state: State, commands: Sequence[Command], at: datetime) -> Iterable[Event]:
        return ()


class Chance:
    """A world as a hotline may meet it on a busy night: who is there, who answers and who gives up is chance."""

    def __init__(
        self, flow: Flow, chance: Random, *, on_duty: float = 0.7, answers: float = 0.6, gives_up: float = 0.1
    ) -> None:
        """Probabilities: that anybody is on duty, that a waiting call is answered, that a caller leaves a node."""
        self.chance, self.on_duty, self.answers, self.gives_up = chance, on_duty, answers, gives_up
        self.calendars = sorted({node.calendar for node in flow.nodes.values() if isinstance(node, Hours)})
        self.languages = (None, *flow.languages)

    def begin(self, at: datetime) -> Iterable[Event]:
        chance = self.chance.random
        openings: tuple[on.Opening, ...] = ("open", "open", "closed", "holiday")
        yield on.Arrived(
            {name: self.chance.choice(openings) for name in self.calendars},
            {"known": chance() < 0.3, "blocked": chance() < 0.02, "frequent": chance() < 0.1},
            self.chance.choice(self.languages),
            voicemail=chance() < 0.9,
            callback=chance() < 0.9,
            at=at,
        )

    def react(self, state: State, commands: Sequence[Command], at: datetime) -> Iterable[Event]:
        for command in commands:
            kind = type(command)
            if kind is Say or kind is StartTimer:
                continue
            yield from self._carry_out(command, at)
        if state.phase == "guided" and commands:
            yield from self._caller(state, commands, at)

    def _caller(self, state: State, commands: Sequence[Command], at: datetime) -> Iterable[Event]:
        chance, within = self.chance, (state.due - at if state.due else timedelta())
        if chance.random() < self.gives_up:
            yield on.CallerGone(at=at + within * chance.random(), visit=state.visit)
        for command in commands:
            if type(command) is Say:
                if not command.choices:
                    yield on.PromptDone(at=at + within * chance.random(), visit=command.visit)
                elif chance.random() < 0.7:
                    key = chance.choice(command.choices).key if chance.random() < 0.9 else "#"
                    yield on.Key(key, at=at + within * chance.random(), visit=command.visit)

    def _carry_out(self, command: Command, at: datetime) -> Iterable[Event]:
        chance = self.chance

        def later(seconds: float) -> datetime:
            return at + timedelta(seconds=seconds * chance.random())

        visit = command.visit
        if isinstance(command, Ring | Enqueue):
            if chance.random() > self.on_duty:
                yield on.NoneOnDuty(at=at, visit=visit)
            elif chance.random() < self.answers:
                yield on.Answered(f"member-{chance.randrange(8)}", at=later(command.seconds), visit=visit)
            if isinstance(command, Enqueue):
                yield on.PositionChanged(chance.randrange(1, 5), at=later(command.seconds), visit=visit)
        elif isinstance(command, Connect):
            ends = on.OperatorLost if chance.random() < 0.05 else on.OperatorEnded
            yield ends(at=later(1800), visit=visit)
        elif isinstance(command, RecordVoicemail):
            saved = on.VoicemailSaved if chance.random() < 0.7 else on.VoicemailUnavailable
            yield saved(at=later(command.max_seconds), visit=visit)
        elif isinstance(command, AskCallback):
            answer = on.CallbackBooked if chance.random() < 0.7 else on.CallbackDeclined
            yield answer(at=later(command.seconds), visit=visit)


_OPENINGS: dict[str, on.Opening] = {"open": "open", "closed": "closed", "holiday": "holiday"}
_AT_LAST: dict[tuple[str, str], type[on.NoneOnDuty | on.CallbackBooked | on.VoicemailSaved]] = {
    ("ring", "nobody"): on.NoneOnDuty,
    ("queue", "nobody"): on.NoneOnDuty,
    ("callback", "booked"): on.CallbackBooked,
    ("voicemail", "next"): on.VoicemailSaved,
}


class Slowest:
    """The caller that lint warns of: goes the longest path, and leaves each node at the last moment."""

    def __init__(self, flow: Flow, longest: Longest) -> None:
        self.flow, self.facts = flow, longest.facts
        self.exits = {hop.node: hop.exit for hop in longest.hops}

    def begin(self, at: datetime) -> Iterable[Event]:
        calendars = {
            name.removeprefix("hours."): _OPENINGS[value]
            for name, value in self.facts.items()
            if name.startswith("hours.")
        }
        caller = {
            name.removeprefix("caller."): value == "yes"
            for name, value in self.facts.items()
            if name.startswith("caller.")
        }
        language = self.facts.get("language") if self.facts.get("chosen") else None
        return (on.Arrived(calendars, caller, language, at=at),)

    def react(self, state: State, commands: Sequence[Command], at: datetime) -> Iterable[Event]:
        if state.phase != "guided" or not commands or state.until is None:
            return
        node, way = self.flow.nodes[state.node], self.exits.get(state.node, "")
        if key := self._key(node, way, state.tries):
            yield on.Key(key, at=state.until, visit=state.visit)
        elif event := _AT_LAST.get((node.type, way)):
            yield event(at=state.until, visit=state.visit)

    def _key(self, node: Node, way: str, tries: int) -> str:
        if isinstance(node, Queue) and way == "out" and node.out:
            return node.out.key
        early = isinstance(node, Menu) and tries < node.tries - 1
        return way.removeprefix("option.") if way.startswith("option.") and not early else ""
