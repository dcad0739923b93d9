"""Timing: the median of many short runs, since the machine is noisy."""

from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter


async def seconds_of(act: Callable[[], Awaitable[object]], times: int = 300, warm: int = 30) -> float:
    """The median seconds of one `act`, after some that don't count."""
    for _ in range(warm):
        await act()
    took = []
    for _ in range(times):
        begun = perf_counter()
        await act()
        took.append(perf_counter() - begun)
    return median(took)


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
