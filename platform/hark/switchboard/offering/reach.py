"""What can be done with a call depends on what carries it, and nothing else here does: on which telephones it can be
answered, whether somebody may listen in."""

from collections.abc import Iterable

DEVICES = frozenset(("browser", "desk", "mobile", "sip"))
_REACH: dict[str | None, frozenset[str]] = {None: frozenset(("browser",)), "sandbox": frozenset(("browser",))}
"""By carrier. Without one, and from the phone on the screen, the sound comes from the caller's own page."""


_DEAF: set[str | None] = {None, "sandbox"}


def learn(carrier: str, devices: Iterable[str], *, listen: bool = True) -> None:
    """A carrier says which kinds of telephone it can ring, and whether somebody may listen in; one that said nothing
    can do it all."""
    _REACH[carrier] = frozenset(devices) & DEVICES
    (_DEAF.discard if listen else _DEAF.add)(carrier)


def devices(carrier: str | None) -> frozenset[str]:
    """The kinds of telephone on which a call of this carrier can be answered."""
    return _REACH.get(carrier, DEVICES)


def listens(carrier: str | None) -> bool:
    """Whether somebody may listen to a call of this carrier unheard, or whisper to one side alone."""
    return carrier not in _DEAF


def by_page(carrier: str | None) -> bool:
    """Whether the sound of a call comes from the caller's own page, browser to browser."""
    return carrier in (None, "sandbox")
