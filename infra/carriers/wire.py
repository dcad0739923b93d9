"""Commands as JSON and back, as a leg's row keeps the last one."""

from typing import Any

from pydantic import TypeAdapter

from infra.carriers.protocol import Command, GiveBack, HangUp, Join, Play, PutThrough, Record, Ring

_KINDS: dict[str, TypeAdapter[Any]] = {
    kind.__name__: TypeAdapter(kind) for kind in (Play, Record, Ring, Join, HangUp, GiveBack, PutThrough)
}


def dump(command: Command) -> dict[str, Any]:
    """The command as what JSON can hold, its kind under `type`."""
    kind = type(command).__name__
    return {"type": kind, **_KINDS[kind].dump_python(command, mode="json")}


def load(body: dict[str, Any]) -> Command | None:
    """The command that `dump` gave; None for an empty document: nothing was ordered yet."""
    if not body:
        return None
    rest = {key: value for key, value in body.items() if key != "type"}
    command: Command = _KINDS[body["type"]].validate_python(rest)
    return command
