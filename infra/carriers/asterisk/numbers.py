"""The numbers side of our own Asterisks: they sell nothing, but calls can be sent to them. Known as it is imported."""

import ipaddress

from infra.carriers.numbers import Found, Held, Offers, Refused, Wanted, Way, offer_numbers
from infra.services.voice.found import asterisks
from infra.services.voice.instance import Coordinates
from infra.settings import settings

CARRIER = "asterisk"


class AsteriskNumbers:
    """A second way in for numbers that are with somebody else. Numbers of one's own trunk are pointed by whoever
    brings them."""

    offers = Offers()

    @property
    def nodes(self) -> tuple[str, ...]:
        """Those that a telephone company could reach: they have a name, or an address that is everybody's."""
        return tuple(each.name for each in _all() if _seen(each.sip))

    def way(self, node: str) -> Way:
        """By SIP, to where the Asterisk of this name is. One that is away at the moment is nowhere."""
        return Way(CARRIER, node, next((f"sip:{each.sip}" for each in _all() if each.name == node), ""))

    def leads(self, _node: str, _way: Way) -> bool:
        """They can't be told by us where to send calls."""
        return False

    async def search(self, _node: str, _wanted: Wanted) -> list[Found]:
        """There is nothing to sell."""
        return []

    async def held(self, _node: str, _e164: str) -> Held | None:
        """What comes by a trunk is with the trunk's company."""
        return None

    async def buy(self, _node: str, _e164: str, _key: str) -> Held:
        """There is nothing to sell."""
        raise Refused("unable")

    async def point(self, _node: str, _ref: str, _way: Way) -> None:
        """As `leads` says."""
        raise Refused("unable")

    async def release(self, _node: str, _ref: str) -> None:
        """There is nothing to give back."""


def _all() -> list[Coordinates]:
    return asterisks(settings().data_dir, settings().asterisk)


def _seen(sip: str) -> bool:
    host = sip.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return host not in ("", "localhost")


offer_numbers(CARRIER, AsteriskNumbers())
