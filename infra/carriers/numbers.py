"""The numbers side of a carrier: what can be searched, bought, pointed at us and given back, whoever the carrier is.

A carrier that sells numbers offers a `Numbers` here under its name. An account there is a `node`, as in `protocol`.
Nothing in it knows of tenants. Asking may cost money, so a buyer first looks with `held` whether it was done already.
"""

from dataclasses import dataclass
from typing import Literal, Protocol, get_args

Kind = Literal["local", "tollfree", "shared400", "mobile"]
"""`local`: of a place. `tollfree`: free for the caller. `shared400`: China's 400, both sides pay. `mobile`."""
Capability = Literal["voice", "sms", "mms", "fax"]
KINDS: tuple[Kind, ...] = get_args(Kind)
CAPABILITIES: tuple[Capability, ...] = get_args(Capability)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for. `country`: ISO 3166 alpha-2; `area`: a place or the digits behind the country code, ""
    for anywhere; `contains`: digits that should appear; `most`: how many to find."""

    country: str
    kind: Kind = "local"
    area: str = ""
    contains: str = ""
    capabilities: tuple[Capability, ...] = ("voice",)
    most: int = 20


@dataclass(frozen=True, slots=True)
class Found:
    """A number that may be bought. `area` is a place's name, "" where it has none; `monthly` is in minor units of
    `currency` (ISO 4217). `needs`: papers that the country asks for before the number is handed out ("address",
    "identity", "bundle"), which the carrier must have first. `simulated`: no telephone network knows it."""

    e164: str
    country: str
    kind: Kind
    area: str = ""
    capabilities: tuple[Capability, ...] = ("voice",)
    monthly: int = 0
    currency: str = "USD"
    needs: tuple[str, ...] = ()
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A number that this account has. `ref` is the carrier's id for it; `key` is what it was bought under, "" where
    the carrier doesn't keep that; `address` is where its calls go now."""

    e164: str
    ref: str
    key: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """One way for a number's calls to reach us: the carrier's name, the node there, and where a foreign carrier has to
    send them (`https://…`, `sip:…`; "" when only the carrier's own numbers can come this way)."""

    carrier: str
    node: str
    address: str = ""


Refusal = Literal["taken", "papers", "money", "unknown", "unable"]
"""Somebody else has it; papers are missing; the account is empty; there is no such number; it can't do that at all."""


class Refused(Exception):
    """The carrier said no, and will go on saying no. Its own words are kept for the log."""

    def __init__(self, reason: Refusal, words: str = "") -> None:
        super().__init__(f"{reason}: {words}" if words else reason)
        self.reason = reason


class OutOfReach(Exception):
    """The carrier didn't answer, or not sensibly: nobody knows whether it was done. Look with `held`, try later."""


@dataclass(frozen=True, slots=True)
class Offers:
    """What a numbers side is able to do. `kinds` by country; `any_country` when it serves all of them alike."""

    search: bool = False
    buy: bool = False
    point: bool = False
    release: bool = False
    simulated: bool = False
    any_country: bool = False
    countries: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = KINDS


class Numbers(Protocol):
    """A carrier's numbers side. Everything raises OutOfReach when the carrier can't be asked; what `offers` denies
    raises Refused("unable")."""

    offers: Offers

    @property
    def nodes(self) -> tuple[str, ...]:
        """Its accounts or switches as they are set up now; none when nothing is."""

    def way(self, node: str) -> Way:
        """How calls reach us by this node."""

    def leads(self, node: str, way: Way) -> bool:
        """Whether this account's numbers can be sent this way: by itself always, where `offers` says `point`."""

    async def search(self, node: str, wanted: Wanted) -> list[Found]:
        """Numbers that can be bought now; none when there are none."""

    async def held(self, node: str, e164: str) -> Held | None:
        """The number as this account has it, None when it hasn't."""

    async def buy(self, node: str, e164: str, key: str) -> Held:
        """Buy it, leaving `key` at the carrier where that is possible. Raises Refused. Not safe to repeat: ask `held`
        before."""

    async def point(self, node: str, ref: str, way: Way) -> None:
        """Send the number's calls this way from now on; safe to repeat. Raises Refused."""

    async def release(self, node: str, ref: str) -> None:
        """Give it back, which ends what it costs; one that is gone is fine."""


_SIDES: dict[str, Numbers] = {}


def offer_numbers(carrier: str, side: Numbers) -> None:
    """Make a carrier's numbers side known under its name; the last one given counts."""
    _SIDES[carrier] = side


def numbers_side(carrier: str) -> Numbers | None:
    """The numbers side of this carrier, None when it has none: its numbers are looked after by hand."""
    return _SIDES.get(carrier)


def sellers() -> list[tuple[str, str, Numbers]]:
    """Carrier, node and side of every account that numbers can be bought with now."""
    return [(name, node, side) for name, side in _SIDES.items() if side.offers.buy for node in side.nodes]


def ways() -> list[Way]:
    """Every way by which calls from the telephone network can reach us now."""
    return [side.way(node) for side in _SIDES.values() if not side.offers.simulated for node in side.nodes]


def ways_beside(carrier: str, node: str) -> list[Way]:
    """The ways that could stand in for this one, for numbers that are with this carrier: those it can send them by."""
    side = numbers_side(carrier)
    if side is None or not side.offers.point:
        return []
    return [way for way in ways() if (way.carrier, way.node) != (carrier, node) and side.leads(node, way)]
