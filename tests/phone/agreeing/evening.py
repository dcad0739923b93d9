"""One call on one carrier, played by a list of moves, and what was decided in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

from sqlmodel import col, select

from hark.phone import turns
from hark.phone.models import Leg
from hark.switchboard import clock
from hark.switchboard.models import Call, CallEvent, Offer, Timer
from infra.database import unit_of_work
from infra.scope import no_scope
from tests.phone.agreeing.driver import Driver, Seen
from tests.switchboard.conftest import Hotline

Move = tuple[str, Any] | tuple[str, Any, str]
Now = tuple[str, Seen, dict[str, Seen]]


@dataclass
class Hands:
    """A clock that is moved by hand; only a microsecond passes by itself at each look, so that no two moments are one
    and the same, however long a carrier takes over its work."""

    at: datetime

    def __call__(self) -> datetime:
        self.at += timedelta(microseconds=1)
        return self.at


@dataclass
class Decisions:
    """What must not depend on the carrier. `moments`: after each move its name, the call's phase, the caller's
    telephone, and each volunteer's latest. People and telephones go by name. Not compared: the order of telephones
    that are rung at once, which over a network is nobody's to decide, and why the one who was rung didn't answer."""

    events: list[dict[str, Any]] = field(default_factory=list)
    offers: list[tuple[str, str]] = field(default_factory=list)
    dialled: list[str] = field(default_factory=list)
    said: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    moments: list[tuple[str, str, Seen, dict[str, Seen]]] = field(default_factory=list)
    phase: str = ""
    outcome: str | None = None


class Evening:
    """A hotline with its number, its volunteers' mobiles by name, and one caller."""

    def __init__(self, driver: Driver, hotline: Hotline, number: str, mobiles: dict[str, str], hands: Hands) -> None:
        self.driver, self.hotline, self.number, self.hands = driver, hotline, number, hands
        self.names = {mobile: name for name, mobile in mobiles.items()}
        self.people = list(mobiles)
        self.decided = Decisions()

    async def play(self, choices: list[int]) -> Decisions:
        """Let somebody call, make a move for each choice, see the call to its end, and say what was decided."""
        self.caller = await self.driver.dial(self.number)
        await self._look("dialled")
        for choice in choices:
            possible = list(self._possible())
            what, *on = possible[choice % len(possible)]
            who = self._whose(on[0])
            await self._move(what, *on)
            await self._look(" ".join((who, what, *map(str, on[1:]))))
        if self.driver.seen(self.caller).state != "over":
            await self.driver.hang_up(self.caller)
            await self._look("the end")
        await self._conclude()
        return self.decided

    def _possible(self) -> Iterator[Move]:
        """What people may do next; what leads on comes up more often."""
        yield from [("pass", seconds) for seconds in (3, 10, 21, 61)]
        caller = self.driver.seen(self.caller)
        if caller.state == "up":
            yield "leave", self.caller
            yield from [("listen", self.caller)] * 2
            if caller.tape:
                yield from [("speak", self.caller)] * 4
            elif not caller.together:
                yield from [("press", self.caller, key) for key in "1127"]
        for name in self.people:
            key = self._latest(name)
            seen = self.driver.seen(key) if key else None
            if key and seen and seen.state == "rings":
                yield from [("pick_up", key)] * 4
                yield from [("busy", key), ("no_answer", key)]
            elif key and seen and seen.state == "up":
                yield "leave", key
                if not seen.together:
                    yield from [("listen", key), *[("press", key, "1")] * 4]

    def _whose(self, key: Any) -> str:
        return {self.caller: "caller", **{key: self.names[number] for key, number in self.driver.rung()}}.get(
            key, str(key)
        )

    async def _move(self, what: str, *on: Any) -> None:
        match what:
            case "pass":
                await self._pass(*on)
            case "busy" | "no_answer":
                await self.driver.refuse(*on, what)
            case "leave":
                await self.driver.hang_up(*on)
            case _:
                await getattr(self.driver, what)(*on)

    async def _look(self, move: str) -> None:
        await self._pass(0)
        self.decided.moments.append((move, *await self._now()))

    def _latest(self, name: str) -> str | None:
        mine = [key for key, number in self.driver.rung() if self.names[number] == name]
        return mine[-1] if mine else None

    async def _pass(self, seconds: int) -> None:
        """Time passes; what is due in this hotline is done at its moment."""
        until = self.hands.at + timedelta(seconds=seconds)
        while (timer := await self._due()) is not None and timer.due_at <= until:
            self.hands.at = max(self.hands.at, timer.due_at)
            await clock.fire(timer)
            await turns.quiet()
        self.hands.at = max(self.hands.at, until)
        await self.driver.settle()

    async def _due(self) -> Timer | None:
        mine = select(Timer).where(Timer.tenant == self.hotline.tenant).order_by(col(Timer.due_at)).limit(1)
        with no_scope():
            async with unit_of_work() as session:
                return (await session.exec(mine)).first()

    async def _now(self) -> Now:
        async with unit_of_work() as session:
            phase = (await session.exec(select(Call.phase))).one()
        phones = {name: self.driver.seen(key) for name in self.people if (key := self._latest(name))}
        return phase, self.driver.seen(self.caller), phones

    async def _conclude(self) -> None:
        names = {str(key): name for name, key in self.hotline.people.items()}
        async with unit_of_work() as session:
            call = (await session.exec(select(Call))).one()
            events = await session.exec(select(CallEvent.event).order_by(col(CallEvent.id)))
            offers = await session.exec(select(Offer).order_by(col(Offer.id)))
            legs = await session.exec(select(Leg).where(Leg.state != "over"))
            self.decided.events = [_named(event, names) for event in events]
            self.decided.offers = [(names[str(offer.member_id)], offer.state) for offer in offers]
            self.decided.phase, self.decided.outcome = call.phase, call.outcome
            assert not list(legs), f"a telephone that {self.driver.name} never puts down"
        rung = sorted(self.driver.rung(), key=lambda one: self.names[one[1]])  # several at once have no order
        self.decided.dialled = [self.names[number] for _, number in rung]
        self.decided.said = [("caller", self.driver.seen(self.caller).said)]
        self.decided.said += [(self.names[number], self.driver.seen(key).said) for key, number in rung]


def _named(event: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """An event without its moment, and with a name for whom it is about."""
    return {key: names.get(str(value), value) for key, value in event.items() if key != "at"}


def differences(one: Decisions, other: Decisions) -> Iterator[str]:
    """Where two carriers disagree, the earliest first."""
    for place, (this, that) in enumerate(zip_longest(one.moments, other.moments)):
        if this != that:
            yield f"{[move for move, *_ in one.moments[: place + 1]]}: {this} is not {that}"
            break
    for name in ("events", "offers", "dialled", "said", "phase", "outcome"):
        this, that = getattr(one, name), getattr(other, name)
        if this != that:
            yield f"{name}: {this} is not {that}"
