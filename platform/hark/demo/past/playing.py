"""Plays one call of the past through the hotline's flow, with the engine that the switchboard uses: what is kept of
it is what the switchboard would have kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import log
from random import Random
from typing import Any
from uuid import UUID

from hark.demo.invented.cast import Hotline
from hark.demo.invented.persona import intent
from hark.demo.past.crew import Crew, Rung
from hark.switchboard.calls import columns
from hark.switchboard.offering.offers import QUEUE_SECONDS_EACH
from tenants.flows.document import Flow
from tenants.flows.engine import NEW, Command, Event, State, dump_event
from tenants.flows.engine import events as on
from tenants.flows.engine.commands import Connect, Enqueue, Ring
from tenants.flows.simulate import Trace, play

LONGEST_TALK = 75


@dataclass(slots=True)
class Played:
    """A call as it went. `row` are the call's columns, `events` what happened with its moment, `offers` who was rung;
    `choice` is what the caller pressed first, `left` a voicemail or a call-back."""

    row: dict[str, Any]
    events: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)
    offers: list[dict[str, Any]] = field(default_factory=list)
    member: UUID | None = None
    choice: str = ""
    left: str = ""


class Past:
    """The world around one call: its caller, and those who were on shift."""

    def __init__(self, hotline: Hotline, flow: Flow, crew: Crew, arrived: on.Arrived, chance: Random) -> None:
        self.hotline, self.flow, self.crew, self.arrived, self.chance = hotline, flow, crew, arrived, chance
        self.seed = chance.getrandbits(64)
        self.rung: list[Rung] = []

    def begin(self, at: datetime) -> Iterable[Event]:
        return (self.arrived,)

    def react(self, state: State, commands: Sequence[Command], at: datetime) -> Iterable[Event]:
        for command in commands:
            if isinstance(command, Ring | Enqueue):
                yield from self._ring(state, command, at)
            elif isinstance(command, Connect):
                ends = on.OperatorEnded if self.chance.random() < 0.6 else on.CallerGone
                yield ends(at=at + self._talk(), visit=command.visit)
        if commands and (meant := intent(self.hotline, self.flow, state, self.seed)) and meant.at >= at:
            if event := meant.event(state):
                yield event
            else:
                left = on.VoicemailSaved if meant.does == "speaks" else on.CallbackBooked
                yield left(at=meant.at + timedelta(seconds=self.chance.uniform(5, 40)), visit=state.visit)

    def _ring(self, state: State, command: Ring | Enqueue, at: datetime) -> Iterable[Event]:
        there = self.crew.there(command.team, at)
        if not there or state.until is None:
            yield on.NoneOnDuty(at=at, visit=command.visit)
            return
        if isinstance(command, Enqueue):
            yield on.PositionChanged(1, at=at, visit=command.visit)
        each = command.seconds_each if isinstance(command, Ring) else QUEUE_SECONDS_EACH
        everyone = command.strategy == "all"
        rung = self.crew.ring(there, command.visit, at, state.until, each, everyone=everyone, chance=self.chance)
        self.rung += rung
        if answering := [one for one in rung if one.answers]:
            first = min(answering, key=lambda one: one.answers or at)
            yield on.Answered(str(first.member), at=first.answers or at, visit=command.visit)

    def _talk(self) -> timedelta:
        if self.chance.random() < 0.07:  # a wrong number, or silence
            return timedelta(seconds=self.chance.uniform(15, 60))
        minutes = self.chance.lognormvariate(log(self.hotline.talk_minutes), 0.6)
        return timedelta(minutes=min(max(minutes, 1.5), LONGEST_TALK))


def played(world: Past, at: datetime, wrap_up: int) -> Played:
    """The call that begins at this moment, to its end. Those whom it rang are busy for as long as it kept them."""
    trace = play(world.flow, world, at=at)
    call = _kept(trace)
    call.row["started_at"] = at
    call.choice = next((value for _, value in trace.state.choices if value not in ("callback", "voicemail")), "")
    call.left = trace.state.saved
    ended = _visits_end(trace)
    talked = call.row.get("answered_at")
    for one in world.rung:
        over = ended.get(one.visit, call.row["ended_at"])
        if one.made_at >= over:
            continue
        offer: dict[str, Any] = {"member_id": one.member, "made_at": one.made_at, "expires_at": one.expires_at}
        if talked is not None and one.answers == talked and trace.state.member == str(one.member):
            call.member, done = one.member, call.row["ended_at"]
            offer |= {"state": "done", "answered_at": talked, "closed_at": done}
            offer["expires_at"] = done + timedelta(seconds=wrap_up)
        elif one.declines and one.declines < over:
            offer |= {"state": "declined", "closed_at": one.declines}
        elif one.expires_at < over:
            offer |= {"state": "expired", "closed_at": one.expires_at}
        else:
            offer |= {"state": "cancelled", "closed_at": over}
        call.offers.append(offer)
        world.crew.busy[one.member] = offer["expires_at"] if offer["state"] == "done" else offer["closed_at"]
    return call


def _kept(trace: Trace) -> Played:
    """What the switchboard writes down, step by step."""
    row: dict[str, Any] = {}
    call, before = Played(row), NEW
    for beat in trace.beats:
        if beat.state == before and not beat.commands:
            continue
        call.events.append((beat.event.at, dump_event(beat.event)))
        row |= columns(beat.state, beat.commands, row.get("answered_at"), beat.event.at)
        before = beat.state
    return call


def _visits_end(trace: Trace) -> dict[int, datetime]:
    """When each visit was over."""
    found: dict[int, datetime] = {}
    visit = 0
    for beat in trace.beats:
        if beat.state.visit != visit or beat.state.phase == "ended":
            found.setdefault(visit, beat.event.at)
            visit = beat.state.visit
    return found
