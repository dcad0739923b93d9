"""Requests as the SDK writes them: form fields with brackets (`items[0][price]=…`) read into nested values."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from billing.simulated.wire.errors import Refused

_PART = re.compile(r"\[([^\]]*)\]")
MOST_FIELDS = 2000
MOST_DEPTH = 12


def read(encoded: str) -> dict[str, Any]:
    """The nested values of a query or a form's body; what will be a list is a mapping by its places still.

    Raises Refused for more fields than any request of ours has.
    """
    try:
        return nested(parse_qsl(encoded, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise Refused("Too many parameters.") from None


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Fields with brackets in their names as nested values."""
    made: dict[str, Any] = {}
    for name, value in pairs:
        path = [name.partition("[")[0], *_PART.findall(name)]
        if len(path) > MOST_DEPTH:
            raise Refused(f"Invalid parameter name: {name[:80]}")
        _put(made, path, value)
    return made


def _put(into: dict[str, Any], path: list[str], value: str) -> None:
    for step in path[:-1]:
        below = into.setdefault(step or str(len(into)), {})
        if not isinstance(below, dict):
            raise Refused(f"Invalid parameter: {path[0]}", param=path[0])
        into = below
    into[path[-1] or str(len(into))] = value
