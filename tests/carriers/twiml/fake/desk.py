"""What stands in for the telephone's shell: it keeps the command of each leg, and what it was told."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from infra.carriers.protocol import Arrived, Command, Over, Play, Prompt, Recorded, Signal, Unwell, Voice, Well


@dataclass
class Desk:
    """`first` is what a new caller gets, `then` what follows a signal of that type on that leg."""

    voice: Voice | None = None
    orders: dict[str, Command] = field(default_factory=dict)
    told: list[Signal] = field(default_factory=list)
    kept: dict[str, bytes] = field(default_factory=dict)
    first: Command | None = None
    then: dict[type, Command] = field(default_factory=dict)
    broken: int = 0
    health: list[Signal] = field(default_factory=list)

    async def hear(self, node: str, signals: Sequence[Signal]) -> None:
        """Note what is told and go on as `then` says."""
        for signal in signals:
            if isinstance(signal, Well | Unwell):
                self.health.append(signal)
                continue
            if self.broken:
                self.broken -= 1
                raise OSError("no database")
            self.told.append(signal)
            ref = getattr(signal, "ref", "")
            if isinstance(signal, Recorded) and signal.seconds and self.voice:
                self.kept[signal.id] = await self.voice.fetch(node, signal.name)
                await self.voice.forget(node, signal.name)
            if isinstance(signal, Over):
                self.orders.pop(ref, None)
            elif isinstance(signal, Arrived) and self.first and ref not in self.orders:
                await self.order(node, self.first, ref)
            elif follows := self.then.get(type(signal)):
                await self.order(node, follows, ref)

    async def doing(self, _node: str, ref: str) -> Command | None:
        """What the leg was told last."""
        return self.orders.get(ref)

    async def order(self, node: str, command: Command, ref: str = "") -> None:
        """Tell a leg what to do, as the shell does: written down first."""
        command = type(command)(**{**_fields(command), "ref": ref or command.ref})
        self.orders[command.ref] = command
        assert self.voice is not None
        await self.voice.carry_out(node, command)

    def heard(self, kind: type) -> list[Signal]:
        """What was told, of that type."""
        return [signal for signal in self.told if isinstance(signal, kind)]


def _fields(command: Command) -> dict[str, object]:
    return {name: getattr(command, name) for name in command.__dataclass_fields__}


def say(text: str, *, id: str = "", then: str = "report", keys: str = "", language: str = "en") -> Play:
    """A command that says one thing."""
    return Play("", id or text, (Prompt(text, language),), then, keys)  # type: ignore[arg-type]  # a test's own words
