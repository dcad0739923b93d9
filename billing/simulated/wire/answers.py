"""Answers as Stripe writes them: indented JSON, in which named ids are replaced by the objects that they name."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from billing.simulated.wire.errors import Refused
from billing.simulated.wire.shapes import Data

MOST_DEPTH = 4
Look = Callable[[str], Awaitable[Data | None]]


def as_text(body: Any) -> str:
    """The text of an answer or an event; the same for the same content."""
    return json.dumps(body, indent=2, ensure_ascii=False)


async def expanded(data: Data, paths: list[str], look: Look) -> Data:
    """The answer with these paths (`latest_charge.balance_transaction`, `data.customer`) filled in; what was given is
    left as it was. `look` finds an object by its id. Raises Refused for a path that leads nowhere."""
    for path in paths:
        steps = path.split(".")
        if len(steps) > MOST_DEPTH + (steps[0] == "data"):
            raise Refused(f"You cannot expand more than {MOST_DEPTH} levels of a property", param="expand")
        data = await _filled(data, steps, path, look)
    return data


async def _filled(data: Any, steps: list[str], path: str, look: Look) -> Any:
    if isinstance(data, list):
        return [await _filled(one, steps, path, look) for one in data]
    if data is None:
        return None
    first, rest = steps[0], steps[1:]
    if not isinstance(data, dict) or first not in data:
        raise Refused(f"This property cannot be expanded ({path}).", param="expand")
    value = data[first]
    if isinstance(value, str):
        value = await look(value) or value
    elif isinstance(value, list):
        value = [await look(one) or one if isinstance(one, str) else one for one in value]
    if rest:
        value = await _filled(value, rest, path, look)
    return data | {first: value}
