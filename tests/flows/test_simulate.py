"""Simulated calls are exact, repeatable, and fast enough to play a great many."""

from datetime import timedelta
from random import Random

import pytest

from tenants.flows.bench import bench, bench_calls, sample
from tenants.flows.engine import events as on
from tenants.flows.simulate import START, Chance, Script, outcomes, play


def test_a_script_plays_as_written() -> None:
    world = Script(
        on.Arrived({"line": "open"}, language="en", at=START),
        on.PromptDone(at=START + timedelta(seconds=2)),
        on.Key("1", at=START + timedelta(seconds=5)),
        on.Answered("bob", at=START + timedelta(seconds=20)),
        on.OperatorLost(at=START + timedelta(seconds=100)),
        on.Answered("carol", at=START + timedelta(seconds=107)),
        on.OperatorEnded(at=START + timedelta(seconds=200)),
    )
    trace = play(sample(), world)
    assert trace.path == ("welcome", "menu", "ring")
    assert (trace.outcome, trace.waited, trace.after_loss, trace.talked) == ("answered", 20, 7, 173)
    assert trace.steps == len(trace.beats)
    assert play(sample(), world) == trace


def test_a_seed_replays_its_calls() -> None:
    flow = sample()
    first, second, other = (outcomes(flow, Chance(flow, Random(seed)), 300) for seed in (1, 1, 2))
    assert first == second != other
    assert set(first) == {"answered", "voicemail", "callback", "message", "abandoned"}
    assert first.total() == 300


def test_nobody_ever_on_duty_means_nobody_ever_answered() -> None:  # yap#107
    flow = sample()
    assert "answered" not in outcomes(flow, Chance(flow, Random(1), on_duty=0), 300)


@pytest.mark.parametrize(("measure", "least"), [(bench, 20_000), (bench_calls, 2_000)])
def test_the_engine_is_fast_enough_to_simulate_a_million_calls(measure: object, least: int) -> None:
    """A tenth of what one quiet core does, so that a busy machine passes and a slip of an order doesn't."""
    assert callable(measure)
    assert measure(0.2) > least
