"""Simulated numbers: a fresh install can search, claim and give back numbers that no telephone network knows.

They lie in +999, a country code that the ITU has left unassigned: `+999`, one digit for the kind, two for the area,
five that tell them apart. They cost nothing. Nothing is kept here: whoever holds one is in the directory alone.
"""

import hashlib

from infra.carriers.numbers import (
    Capability,
    Found,
    Held,
    Kind,
    Offers,
    Refused,
    Wanted,
    Way,
    offer_numbers,
)

NAME = "sandbox"
NODE = "here"
AREAS = (
    "Harbour", "Old town", "North hills", "Riverside", "Station", "South fields", "University", "Island",
    "West gate", "Garden quarter",
)  # fmt: skip
"""Invented places, so that nobody takes one for a real exchange; each has ten area codes."""
FIRST: dict[Kind, str] = {"local": "2", "shared400": "4", "mobile": "7", "tollfree": "8"}
CAPABILITIES: dict[Kind, tuple[Capability, ...]] = {
    "local": ("voice",),
    "shared400": ("voice",),
    "tollfree": ("voice",),
    "mobile": ("voice", "sms"),
}
MOST = 50


def kind_of(e164: str) -> Kind:
    """The kind that a simulated number's fourth digit says; those of earlier installs that say none are local."""
    return next((kind for kind, digit in FIRST.items() if e164[4:5] == digit), "local")


def area_of(e164: str) -> str:
    """The invented place of a simulated number, "" for kinds that belong to no place."""
    return AREAS[int(e164[5:6])] if kind_of(e164) == "local" else ""


def is_simulated(e164: str) -> bool:
    """Whether this is a whole simulated number."""
    return len(e164) == 12 and e164.startswith("+999") and e164[1:].isdigit()


class SandboxNumbers:
    """The numbers side of the simulated network; all of it is always there and free."""

    offers = Offers(search=True, buy=True, point=True, release=True, simulated=True, any_country=True)

    @property
    def nodes(self) -> tuple[str, ...]:
        """The one simulated exchange."""
        return (NODE,)

    def way(self, node: str) -> Way:
        """Simulated calls are put through inside the install."""
        return Way(NAME, node)

    def leads(self, _node: str, way: Way) -> bool:
        """Simulated calls never leave the install."""
        return way.carrier == NAME

    async def search(self, _node: str, wanted: Wanted) -> list[Found]:
        """As many as were asked for, the same ones for the same question."""
        if not set(wanted.capabilities) <= set(CAPABILITIES[wanted.kind]):
            return []
        listed: dict[str, None] = {}
        for place in range(4 * min(wanted.most, MOST)):
            if (number := _numbered(wanted, place)) and len(listed) < min(wanted.most, MOST):
                listed[number] = None
        return [_found(each, wanted) for each in listed]

    async def held(self, _node: str, e164: str) -> Held | None:
        """Every simulated number is at hand, bought by nobody in particular."""
        return Held(e164, e164) if is_simulated(e164) else None

    async def buy(self, _node: str, e164: str, key: str) -> Held:
        """Nothing is paid. Raises Refused for what isn't simulated."""
        if not is_simulated(e164):
            raise Refused("unknown")
        return Held(e164, e164, key)

    async def point(self, _node: str, ref: str, _way: Way) -> None:
        """Calls are always put through by the directory. Raises Refused for what isn't simulated."""
        if not is_simulated(ref):
            raise Refused("unknown")

    async def release(self, _node: str, _ref: str) -> None:
        """There is nothing to give back."""


def _numbered(wanted: Wanted, place: int) -> str | None:
    """The number at this place of the answer; None where none fits."""
    areas = [n for n, name in enumerate(AREAS) if wanted.area.casefold() in name.casefold()]
    if wanted.area.isdigit():
        areas = [int(wanted.area[:1])]
    if not areas:
        return None
    seed = f"{wanted.country} {wanted.kind} {wanted.area} {wanted.contains} {place}"
    mixed = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8])
    rest = f"{areas[mixed % len(areas)]}{mixed // 10 % 10**6:06d}"
    digits = "".join(filter(str.isdigit, wanted.contains))[:5]
    if digits:
        rest = rest[: len(rest) - len(digits)] + digits
    return f"+999{FIRST[wanted.kind]}{rest}"


def _found(e164: str, wanted: Wanted) -> Found:
    return Found(
        e164, wanted.country, wanted.kind, area_of(e164), CAPABILITIES[wanted.kind], currency="USD", simulated=True
    )


offer_numbers(NAME, SandboxNumbers())
