"""The proof: whatever the world does, a flow that passes lint ends every call within its promise, and no sooner
could be promised."""

import json
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.flows.document import Flow
from tenants.flows.engine import (
    NEW,
    dump_command,
    dump_event,
    dump_state,
    load_command,
    load_event,
    load_state,
    step,
)
from tenants.flows.engine import commands as do
from tenants.flows.engine import events as on
from tenants.flows.lint import fit, lint, longest
from tenants.flows.simulate import Chance, Slowest, Trace, play
from tests.flows.worlds import CALENDARS, Losing, Worst, flows

seeds = st.integers(0, 2**32)
A_MOMENT = 0.001
PROOF = settings(max_examples=120, deadline=None)

FITS: dict[str, set[type]] = {
    "greeting": {on.PromptDone, on.TimerFired},
    "information": {on.PromptDone, on.TimerFired},
    "language": {on.Key, on.TimerFired},
    "menu": {on.Key, on.TimerFired},
    "ring": {on.Answered, on.NoneOnDuty, on.TimerFired},
    "queue": {on.Answered, on.NoneOnDuty, on.TimerFired, on.Key, on.PositionChanged},
    "voicemail": {on.VoicemailSaved, on.VoicemailUnavailable, on.TimerFired},
    "callback": {on.CallbackBooked, on.CallbackDeclined, on.TimerFired},
    "talking": {on.OperatorEnded, on.OperatorLost, on.HandedOver},
    "new": {on.Arrived},
}


def promised(flow: Flow, less: int = 0) -> Flow:
    """The flow with the shortest promise that it can keep, or one shorter by so many seconds."""
    return flow.model_copy(update={"promise_seconds": max(1, longest(flow).seconds) - less})


def worlds(flow: Flow, seed: int) -> list[Trace]:
    return [
        *(play(flow, Worst(flow, Random(seed + turn))) for turn in range(6)),
        *(play(flow, Losing(flow, Random(seed + turn))) for turn in range(3)),
        *(play(flow, Chance(flow, Random(seed + turn), on_duty=turn / 2)) for turn in range(3)),
    ]


@PROOF
@given(flows(), seeds)
def test_a_flow_that_passes_lint_ends_every_call_within_its_promise(flow: Flow, seed: int) -> None:
    flow = promised(flow)
    assert fit(lint(flow, calendars=CALENDARS, teams={"all"}))
    for trace in worlds(flow, seed):
        assert trace.state.phase in ("ended", "talking")
        assert trace.waited <= flow.promise_seconds + A_MOMENT
        assert trace.after_loss <= flow.promise_seconds + A_MOMENT
        assert trace.outcome != "broken"


@PROOF
@given(flows())
def test_the_slowest_way_that_lint_names_is_one_that_a_caller_can_take(flow: Flow) -> None:
    slowest = longest(flow)
    assert slowest.exact
    trace = play(flow, Slowest(flow, slowest))
    assert trace.waited == slowest.seconds
    assert [node for node in slowest.path if node in trace.path] == list(trace.path)
    assert trace.state.phase == "ended"


@PROOF
@given(flows())
def test_lint_refuses_a_promise_that_is_one_second_too_short(flow: Flow) -> None:
    if longest(flow).seconds > 1:
        (finding,) = [each for each in lint(promised(flow, less=1)) if each.severity == "error"]
        assert (finding.code, finding.path) == ("too_long", longest(flow).path)
        assert finding.params["seconds"] == longest(flow).seconds


@PROOF
@given(flows(sound=False), seeds)
def test_even_a_flow_that_lint_refuses_ends_every_call(flow: Flow, seed: int) -> None:
    for trace in worlds(flow, seed):
        assert trace.state.phase in ("ended", "talking")


@PROOF
@given(flows(sound=False), seeds)
def test_every_state_has_one_timer_or_is_talking_or_over(flow: Flow, seed: int) -> None:
    for trace in worlds(flow, seed):
        serial = 0
        for beat in trace.beats:
            assert (beat.state.due is not None) == (beat.state.phase == "guided")
            for timer in beat.commands:
                if isinstance(timer, do.StartTimer):
                    assert timer.serial == serial + 1
                    serial = timer.serial
            if beat.state.phase == "guided":
                assert beat.state.serial == serial


@PROOF
@given(flows(), seeds)
def test_people_are_rung_exactly_while_a_caller_waits_for_them(flow: Flow, seed: int) -> None:
    for trace in worlds(flow, seed):
        rung: set[int] = set()
        for beat in trace.beats:
            for command in beat.commands:
                if isinstance(command, do.Ring | do.Enqueue):
                    rung.add(command.visit)
                elif isinstance(command, do.StopRinging | do.Dequeue):
                    rung.remove(command.visit)
            waiting = beat.state.phase == "guided" and flow.nodes[beat.state.node].type in ("ring", "queue")
            assert rung == ({beat.state.visit} if waiting else set())


@PROOF
@given(flows(), seeds)
def test_only_a_fitting_event_of_this_visit_changes_anything(flow: Flow, seed: int) -> None:
    world = Worst(flow, Random(seed))
    for beat in play(flow, world).beats:
        state = beat.state
        fitting = FITS[flow.nodes[state.node].type if state.phase == "guided" else "talking"]
        for _ in range(8):
            event = world.event(state, beat.event.at)
            after, commands = step(flow, state, event)
            if after is state:
                assert commands == []
            elif event.visit is not None and event.visit < state.visit:
                assert isinstance(event, on.VoicemailSaved | on.CallbackBooked)
                assert after.saved != state.saved
            elif state.phase == "ended":
                assert isinstance(event, on.VoicemailSaved | on.CallbackBooked)
                assert after.outcome != state.outcome
            else:
                assert type(event) in fitting | {on.CallerGone}
                assert event.visit in (None, state.visit)


@PROOF
@given(flows(), seeds)
def test_the_same_events_give_the_same_call_also_through_storage(flow: Flow, seed: int) -> None:
    for trace in worlds(flow, seed)[:4]:
        state = NEW
        for beat in trace.beats:
            stored = json.loads(json.dumps(dump_state(state), sort_keys=True))
            event = load_event(json.loads(json.dumps(dump_event(beat.event))))
            assert event == beat.event
            state, commands = step(flow, load_state(stored), event)
            assert (state, commands) == (beat.state, beat.commands)
            assert [load_command(json.loads(json.dumps(dump_command(each)))) for each in commands] == commands


@PROOF
@given(flows(), seeds)
def test_an_outcome_is_never_better_than_what_happened(flow: Flow, seed: int) -> None:
    for trace in worlds(flow, seed):
        happened = {type(beat.event) for beat in trace.beats}
        needs = {"answered": on.Answered, "voicemail": on.VoicemailSaved, "callback": on.CallbackBooked}
        if trace.outcome in needs:
            assert needs[trace.outcome] in happened
        if trace.outcome == "abandoned":
            assert on.CallerGone in happened
