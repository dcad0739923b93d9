"""Booking a call-back by keys: which number, when, and what we may say if somebody else picks up. Pure.

The caller's own number is never read out: somebody else may hold the telephone next to them.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

Step = Literal["which", "number", "check", "when", "machine", "words", "booked", "declined"]
FEWEST_DIGITS, MOST_DIGITS = 3, 15
"""As few as somebody may mean, as many as E.164 allows."""
WINDOWS: dict[str, dict[str, Any]] = {
    "1": {"days": []},
    "2": {"days": [], "from": "08:00", "until": "12:00"},
    "3": {"days": [], "from": "12:00", "until": "18:00"},
    "4": {"days": [], "from": "18:00", "until": "22:00"},
}
"""When a call is safe, by key: any time, mornings, afternoons, evenings."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Where the booking stands. `own`: the caller's number is known. `ask`: what the flow wants to know."""

    own: bool
    ask: tuple[str, ...] = ()
    step: Step = "which"
    typed: str = ""
    turn: int = 0
    window: str = "1"
    machine: bool = False
    discreet: bool = False

    @property
    def key(self) -> str:
        """Differs whenever something else is to be said."""
        return f"{self.step}.{self.turn}"

    @property
    def keys(self) -> str:
        """The keys that do something here."""
        return {
            "which": "12*",
            "number": "0123456789*#",
            "check": "12",
            "when": "1234",
            "machine": "12",
            "words": "12",
        }[self.step]


def begin(ask: tuple[str, ...], *, own: bool) -> Dialogue:
    """The first question; a caller who withholds their number is asked for one at once."""
    return Dialogue(own, ask, "which" if own else "number")


def press(said: Dialogue, key: str) -> Dialogue:
    """The dialogue after a key; a wrong one asks again."""
    if said.step == "number":
        return _typed(said, key)
    after = _AFTER.get((said.step, key))
    return after(said) if after else replace(said, turn=said.turn + 1)


def _typed(said: Dialogue, key: str) -> Dialogue:
    if key == "*":
        return replace(said, typed="", turn=said.turn + 1) if said.typed else _decline(said)
    if key == "#":
        return replace(said, step="check" if len(said.typed) >= FEWEST_DIGITS else "number", turn=said.turn + 1)
    return replace(said, typed=(said.typed + key)[:MOST_DIGITS])


def _type(said: Dialogue) -> Dialogue:
    return replace(said, step="number", typed="", turn=said.turn + 1)


def _decline(said: Dialogue) -> Dialogue:
    return replace(said, step="declined")


_ORDER: tuple[tuple[str, Step], ...] = (("window", "when"), ("voicemail_ok", "machine"), ("wording", "words"))


def _go_on(said: Dialogue, after: str) -> Dialogue:
    """To the next question that the flow wants asked, or to the end."""
    steps: list[Step] = [step for wish, step in _ORDER if wish in said.ask]
    rest = steps[steps.index(after) + 1 :] if after in steps else steps
    return replace(said, step=rest[0] if rest else "booked", turn=said.turn + 1)


_AFTER: dict[tuple[str, str], Callable[[Dialogue], Dialogue]] = {
    ("which", "1"): lambda said: _go_on(said, "number"),
    ("which", "2"): _type,
    ("which", "*"): _decline,
    ("check", "1"): lambda said: _go_on(said, "number"),
    ("check", "2"): _type,
    ("when", "1"): lambda said: _go_on(replace(said, window="1"), "when"),
    ("when", "2"): lambda said: _go_on(replace(said, window="2"), "when"),
    ("when", "3"): lambda said: _go_on(replace(said, window="3"), "when"),
    ("when", "4"): lambda said: _go_on(replace(said, window="4"), "when"),
    ("machine", "1"): lambda said: _go_on(replace(said, machine=True), "machine"),
    ("machine", "2"): lambda said: _go_on(replace(said, machine=False), "machine"),
    ("words", "1"): lambda said: _go_on(replace(said, discreet=False), "words"),
    ("words", "2"): lambda said: _go_on(replace(said, discreet=True), "words"),
}


def dump(said: Dialogue, visit: int) -> dict[str, Any]:
    """The dialogue as a leg's notes keep it, with the visit that it belongs to."""
    return {**asdict(said), "visit": visit}


def load(kept: dict[str, Any]) -> Dialogue:
    """The dialogue that `dump` gave."""
    fields = {key: value for key, value in kept.items() if key != "visit"}
    return Dialogue(**{**fields, "ask": tuple(fields["ask"])})
