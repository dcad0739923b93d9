"""On which telephones a call can be answered: that depends on what carries it, and nothing else here does."""

from collections.abc import Iterable

DEVICES = frozenset(("browser", "desk", "mobile"))
_REACH: dict[str | None, frozenset[str]] = {None: frozenset(("browser",)), "sandbox": frozenset(("browser",))}
"""By carrier. Without one, and from the phone on the screen, the sound comes from the caller's own page."""


def learn(carrier: str, devices: Iterable[str]) -> None:
    """A carrier says which kinds of telephone it can ring; one that said nothing can ring them all."""
    _REACH[carrier] = frozenset(devices) & DEVICES


def devices(carrier: str | None) -> frozenset[str]:
    """The kinds of telephone on which a call of this carrier can be answered."""
    return _REACH.get(carrier, DEVICES)


def by_page(carrier: str | None) -> bool:
    """Whether the sound of a call comes from the caller's own page, browser to browser."""
    return carrier in (None, "sandbox")
