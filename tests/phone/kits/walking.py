"""A caller who walks one way through a real hotline's flow by telephone, on a clock that stands still between steps."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from sqlmodel import col, select

from hark.phone import turns
from hark.phone.models import Leg
from hark.switchboard import clock
from hark.switchboard.models import Call, Timer
from infra.carriers.protocol import Play, Prompt, Record
from infra.database import unit_of_work
from infra.scope import no_scope, tenant_scope
from tenants.flows.document import Flow
from tenants.flows.nodes import Callback, Node, Voicemail
from tenants.prompts.heard import heard
from tenants.prompts.service import said
from tests.phone.network import PaperLeg, PaperNetwork

NOTHING = "nothing"
THINKING = 5
"""Seconds that a caller takes over each question of a call-back."""
TYPED = "07700900456"
_callers = count(100000)


@dataclass
class Standing:
    """A clock that is moved by hand."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Said:
    """What was said at a node: how many seconds it took, and how many there were."""

    name: str
    node: Node
    takes: float
    lasts: float


@dataclass
class Way:
    """One call: what was done at each choice, and all that was said until it ended."""

    done: list[tuple[str, str]] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    nodes: list[str] = field(default_factory=list)
    seconds: float = 0
    rung_after: float | None = None
    outcome: str = ""


@dataclass
class Caller:
    """Walks. `chosen` says what to do at a node where there are several things to do, named in order."""

    tenant: UUID
    flow: Flow
    number: str
    network: PaperNetwork
    clock: Standing
    chosen: Callable[[str, list[str]], str]

    async def walk(self) -> Way:
        """Call, and go on until the call is over."""
        self.way, self.began = Way(), self.clock.at
        leg = await self.network.dial(self.number, f"+447700{next(_callers)}")
        for _ in range(60):
            if leg.over:
                break
            await self._step(leg)
        assert leg.over, (self.way.nodes, leg.now)
        row = await self._row(leg.ref)
        assert row.phase == "ended", self.way.nodes
        last = self._heard(row)
        assert last, "the call ends without a word"
        assert leg.said[-len(last) :] == last
        self.way.outcome, self.way.seconds = row.outcome or "", (self.clock.at - self.began).total_seconds()
        spoken = [prompt for one in leg.told if isinstance(one, Play | Record) for prompt in one.prompts]
        assert all(prompt.url for prompt in spoken), "a text without its sound"
        return self.way

    def _heard(self, row: Call) -> list[str]:
        """All that a telephone says where this call is, in its language."""
        node = self.flow.nodes[row.state["node"]]
        return [piece.text for piece in heard(self.flow, node, row.state["language"])]

    async def _step(self, leg: PaperLeg) -> None:
        row = await self._row(leg.ref)
        name = row.state["node"]
        self.way.nodes.append(name)
        node, doing = self.flow.nodes[name], leg.now
        assert isinstance(doing, Play | Record), (name, doing)
        words = self._heard(row)
        assert [prompt.text for prompt in doing.prompts][: len(words)] == words
        takes = await self._takes(doing.prompts)
        lasts = (await self._due(row.id, "step") - self.clock.at).total_seconds()
        if isinstance(node, Callback):
            await self._book(leg, node, lasts)
            return
        if isinstance(node, Voicemail):
            lasts -= node.max_seconds
        self.way.said.append(Said(name, node, takes, lasts))
        self._rings(doing)
        if isinstance(doing, Record):
            act = self._choose(name, ["speaks", "is silent"])
            await self._wait(takes + 20)
            await self.network.speak(leg, 20 if act == "speaks" else 0)
        elif doing.then == "report":
            await self._wait(takes)
            await self.network.hears(leg)
            assert leg.now is not doing, f"{name}: heard, and nothing follows"
        else:
            act = self._choose(name, [*doing.keys, NOTHING])
            await self._wait(takes)
            if act == NOTHING:
                await self._until_told(leg, doing)
            else:
                await self.network.press(leg, act)

    def _rings(self, doing: Play | Record) -> None:
        if self.way.rung_after is None and isinstance(doing, Play) and doing.then in ("ringback", "music"):
            self.way.rung_after = (self.clock.at - self.began).total_seconds()

    def _choose(self, node: str, acts: list[str]) -> str:
        act = acts[0] if len(acts) == 1 else self.chosen(node, acts)
        if len(acts) > 1:
            self.way.done.append((node, act))
        return act

    async def _book(self, leg: PaperLeg, node: Callback, lasts: float) -> None:
        """Hear each question out, think, and answer; all of it must fit into the step's time."""
        name, began = self.way.nodes[-1], self.clock.at
        act = self._choose(name, ["this number", "another number", "no call", NOTHING])
        for keys in _answers(act, node):
            assert isinstance(leg.now, Play)
            await self._wait(await self._takes(leg.now.prompts) + THINKING + len(keys))
            await self.network.press(leg, keys)
        if act == NOTHING:
            assert isinstance(leg.now, Play)
            await self._until_told(leg, leg.now)
        else:
            self.way.said.append(Said(name, node, (self.clock.at - began).total_seconds(), lasts))

    async def _until_told(self, leg: PaperLeg, doing: Play) -> None:
        """Do nothing until something else is said; in a queue that may be the same words once more."""
        while leg.now is doing and not leg.over:
            await self._fire(await self._next_due())

    async def _wait(self, seconds: float) -> None:
        until = self.clock.at + timedelta(seconds=seconds)
        while (timer := await self._next_due()) is not None and timer.due_at <= until:
            await self._fire(timer)
        self.clock.at = until

    async def _fire(self, timer: Timer | None) -> None:
        assert timer is not None, "nothing will ever happen"
        self.clock.at = max(self.clock.at, timer.due_at)
        await clock.fire(timer)
        await turns.quiet()

    async def _next_due(self) -> Timer | None:
        mine = select(Timer).where(Timer.tenant == self.tenant).order_by(col(Timer.due_at)).limit(1)
        with no_scope():
            async with unit_of_work() as session:
                return (await session.exec(mine)).first()

    async def _due(self, call: UUID, kind: str) -> datetime:
        found = select(Timer.due_at).where(Timer.tenant == self.tenant, Timer.subject == call, Timer.kind == kind)
        with no_scope():
            async with unit_of_work() as session:
                return (await session.exec(found)).one()

    async def _row(self, ref: str) -> Call:
        with tenant_scope(self.tenant):
            async with unit_of_work() as session:
                found = select(Call).join(Leg, col(Leg.call_id) == col(Call.id)).where(Leg.ref == ref)
                return (await session.exec(found)).one()

    async def _takes(self, prompts: tuple[Prompt, ...]) -> float:
        with tenant_scope(self.tenant):
            return sum([(await said(prompt.text, prompt.language)).seconds for prompt in prompts])


def _answers(act: str, node: Callback) -> Iterator[str]:
    """The keys that answer a call-back's questions, in turn."""
    questions = sum(wish in node.ask for wish in ("window", "voicemail_ok", "wording"))
    if act == "no call":
        yield "*"
    elif act == "this number":
        yield from ("1", *("2" * questions))
    elif act == "another number":
        yield from ("2", f"{TYPED}#", "1", *("1" * questions))
