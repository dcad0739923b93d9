"""The addresses that a vendor calls us at."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from infra.settings import TwimlAccount, settings


def voice(path: str) -> str:
    """An address below /voice, as the world reaches it."""
    return f"{settings().base_url.rstrip('/')}/voice/{path}"


def incoming(account: TwimlAccount, tries: int = 0) -> str:
    """Where a number of this account asks what to do with a call; `tries`: how often it was put off."""
    return voice(f"{account.vendor}/{account.name}/incoming") + (f"?tries={tries}" if tries else "")


def status(account: TwimlAccount) -> str:
    """Where a number of this account tells how its calls go."""
    return voice(f"{account.vendor}/{account.name}/status")


SILENCE = "silence"
"""A document in which nothing is heard, below /voice."""


def sound(name: str) -> str:
    """One of our own sounds."""
    return voice(f"sounds/{name}.wav")


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses of one leg. `turn` is the page that they stand on: what comes from an older one is late."""

    account: TwimlAccount
    ref: str
    turn: int = 0

    def to(self, what: str, **more: str) -> str:
        """Where this leg says `what`."""
        query = urlencode({"turn": str(self.turn), **more} if self.turn else more)
        path = f"{self.account.vendor}/{self.account.name}/leg/{quote(self.ref, safe='')}/{what}"
        return voice(path) + (f"?{query}" if query else "")
