"""How fast the engine steps: random calls through a flow with every kind of wait, played once and stepped again."""

from random import Random
from time import process_time

from tenants.flows.document import Flow, parse
from tenants.flows.engine import NEW, step
from tenants.flows.simulate import Chance, play

_WORDS = {"en": "A few plain words.", "zh-Hans": "几句平实的话。"}


def sample() -> Flow:
    """A flow as a real line has it, fit to publish."""
    return parse(
        {
            "start": "language",
            "languages": ["en", "zh-Hans"],
            "promise_seconds": 600,
            "nodes": {
                "language": {
                    "type": "language",
                    "text": _WORDS,
                    "seconds": 8,
                    "options": {"1": "en", "2": "zh-Hans"},
                    "next": "hours",
                },
                "hours": {"type": "hours", "calendar": "line", "open": "welcome", "closed": "message"},
                "welcome": {"type": "greeting", "text": _WORDS, "seconds": 6, "next": "menu"},
                "menu": {
                    "type": "menu",
                    "text": _WORDS,
                    "seconds": 10,
                    "tries": 3,
                    "options": [
                        {"key": "1", "label": _WORDS, "value": "talk", "next": "ring"},
                        {"key": "2", "label": _WORDS, "value": "learn", "next": "facts"},
                    ],
                    "timeout": "ring",
                },
                "facts": {"type": "information", "text": _WORDS, "seconds": 40, "next": "bye"},
                "ring": {
                    "type": "ring",
                    "team": "all",
                    "seconds": 45,
                    "text": _WORDS,
                    "unanswered": "queue",
                    "nobody": "message",
                },
                "queue": {
                    "type": "queue",
                    "team": "all",
                    "seconds": 120,
                    "announce_every": 20,
                    "text": _WORDS,
                    "out": {"key": "5", "label": _WORDS, "next": "callback"},
                    "timeout": "callback",
                    "nobody": "message",
                },
                "callback": {
                    "type": "callback",
                    "text": _WORDS,
                    "seconds": 90,
                    "booked": "bye",
                    "declined": "message",
                },
                "message": {
                    "type": "voicemail",
                    "text": _WORDS,
                    "max_seconds": 120,
                    "next": "bye",
                    "unavailable": "bye",
                },
                "bye": {"type": "hangup", "text": _WORDS},
            },
        }
    )


def bench(seconds: float = 1.0, seed: int = 1) -> float:
    """Engine steps per second of one core, measured over about so many seconds of its time."""
    flow = sample()
    world = Chance(flow, Random(seed))  # noqa: S311 - simulated calls keep no secret
    traces = [play(flow, world) for _ in range(500)]
    scripts = [[beat.event for beat in trace.beats] for trace in traces]
    steps, begun = 0, process_time()
    while process_time() - begun < seconds:
        for script in scripts:
            state = NEW
            for event in script:
                state, _ = step(flow, state, event)
            steps += len(script)
    return steps / (process_time() - begun)


def bench_calls(seconds: float = 1.0, seed: int = 1) -> float:
    """Whole simulated calls per second of one core, the world's part included."""
    flow = sample()
    world = Chance(flow, Random(seed))  # noqa: S311 - simulated calls keep no secret
    calls, begun = 0, process_time()
    while process_time() - begun < seconds:
        for _ in range(100):
            play(flow, world, keep=False)
        calls += 100
    return calls / (process_time() - begun)
