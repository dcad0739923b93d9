"""Which requests are known: a method and a path, the SDK's type of its parameters, and what answers."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from billing.simulated.till import Till
from billing.simulated.wire.shapes import Data

Answer = Callable[..., Awaitable[Data]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A request that is known. `params` is None where it takes none that the SDK types."""

    method: str
    path: str
    pattern: re.Pattern[str]
    params: type | None
    answer: Answer


ENDPOINTS: list[Endpoint] = []


def endpoint(method: str, path: str, params: type | None) -> Callable[[Answer], Answer]:
    """Let `async def answer(till, given, *ids)` answer this request: `given` are the checked parameters, the ids stand
    in the path's places."""

    def register(answer: Answer) -> Answer:
        pattern = re.compile(re.sub(r"\{\w+\}", r"([^/]+)", path))
        ENDPOINTS.append(Endpoint(method, path, pattern, params, answer))
        return answer

    return register


def found(method: str, path: str) -> tuple[Endpoint, tuple[str, ...]] | None:
    """The endpoint for a request and the ids in its path; a fixed word in a place goes before a name for it."""
    fits = [(one, match) for one in ENDPOINTS if one.method == method and (match := one.pattern.fullmatch(path))]
    if not fits:
        return None
    one, match = min(fits, key=lambda pair: len(pair[1].groups()))
    return one, match.groups()


__all__ = ["ENDPOINTS", "Endpoint", "Till", "endpoint", "found"]
