"""How a test plays people on any carrier's network, so that it need not know which one it is."""

from dataclasses import dataclass
from typing import Literal, Protocol

from infra.carriers.protocol import Reason

LEFT_SECONDS = 4
"""How long a message is that a caller leaves."""


@dataclass(frozen=True)
class Seen:
    """A telephone as whoever stands beside it sees it. `said`: all words that were begun in its ear, in order;
    `together`: its end is in a room with others; `tape`: it is asked for a message."""

    state: Literal["rings", "up", "over"]
    said: tuple[str, ...]
    together: bool = False
    tape: bool = False


class Driver(Protocol):
    """One carrier with its network. Telephones go by keys; all that follows has happened when a method returns."""

    name: str

    async def dial(self, number: str) -> str:
        """Somebody dials a number of ours; the key of their telephone."""

    async def settle(self) -> None:
        """Wait for all that follows from what somebody else did."""

    def rung(self) -> list[tuple[str, str]]:
        """Every telephone that we have rung, in order: its key and its number."""

    def seen(self, key: str) -> Seen:
        """One telephone now."""

    async def listen(self, key: str) -> None:
        """Hear out what is being said; nothing else happens meanwhile."""

    async def press(self, key: str, digit: str) -> None:
        """Press one key."""

    async def speak(self, key: str) -> None:
        """Hear out what is said, leave a message of `LEFT_SECONDS`, and end it by key."""

    async def leave_in_silence(self, key: str) -> None:
        """Hear out what is said, and hang up without a word for the message that is asked for."""

    async def pick_up(self, key: str) -> None:
        """Somebody, or something, picks up."""

    async def refuse(self, key: str, reason: Reason) -> None:
        """Nobody does: `busy`, `no_answer`."""

    async def hang_up(self, key: str) -> None:
        """Hang up; whoever is being recorded has said something by then."""
