"""The longest time that any caller can spend in a flow, exactly, and who that caller is.

A path counts only if some caller can take it: a calendar that was closed at one node isn't open at the next, a
branch on a menu follows what was chosen there. So the search carries what is settled so far, as long as a later
node still asks for it. A flow so tangled that this grows beyond bounds is reckoned without that knowledge: the
result is then an upper bound (`exact` is false), never too low.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tenants.flows.document import Flow
from tenants.flows.lint.graph import targets
from tenants.flows.nodes import Branch, Hours, Language, Menu, Node

_MOST = 20_000

Settled = Mapping[str, str]
"""What is settled about a caller: "hours.<calendar>", "caller.<fact>", "choice.<menu>", "language", "chosen"."""


class Hop(NamedTuple):
    """Leaving a node by an exit after so many seconds; `settles` is what becomes certain by that."""

    node: str
    exit: str
    target: str | None
    seconds: int
    settles: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Longest:
    """The longest path with its seconds, the facts of a caller who takes it, and which nodes any caller can reach."""

    seconds: int
    hops: tuple[Hop, ...]
    facts: Settled
    reached: frozenset[str]
    exact: bool

    @property
    def path(self) -> tuple[str, ...]:
        """The nodes on the way, the last one included."""
        last = self.hops[-1].target if self.hops else None
        return (*(hop.node for hop in self.hops), *((last,) if last else ()))


class _Tangled(Exception):
    """There is more to remember than is worth it."""


def longest(flow: Flow) -> Longest:
    """The longest path of a flow that doesn't go round; exits that lead nowhere count as ends."""
    try:
        return _Search(flow, exact=True).run()
    except _Tangled:
        return _Search(flow, exact=False).run()


class _Search:
    def __init__(self, flow: Flow, *, exact: bool) -> None:
        self.flow, self.exact = flow, exact
        self.asked: dict[str, frozenset[str]] = {}
        self.best: dict[tuple[str, frozenset[tuple[str, str]]], tuple[int, Hop | None]] = {}

    def run(self) -> Longest:
        start = self.flow.start
        if start not in self.flow.nodes:
            return Longest(0, (), {}, frozenset(), True)
        callers = [self._restricted(caller, start) for caller in self._callers()]
        facts = max(callers, key=lambda caller: self._seconds(start, caller))
        hops, known, node = [], dict(facts), start
        seconds = self._seconds(start, facts)
        settled = facts
        while hop := self.best[node, frozenset(settled.items())][1]:
            hops.append(hop)
            if hop.target is None:
                break
            for name, value in hop.settles:
                known.setdefault(name, value)
            node, settled = hop.target, self._after(hop, settled)
        return Longest(seconds, tuple(hops), known, frozenset(node for node, _ in self.best), self.exact)

    def _callers(self) -> Iterator[Settled]:
        """Those who may arrive: with no language chosen yet, or with any of the flow's."""
        menus = {name: "" for name in self._asked(self.flow.start) if name.startswith("choice.")}
        yield {**menus, "language": self.flow.languages[0], "chosen": ""}
        for language in self.flow.languages:
            yield {**menus, "language": language, "chosen": "yes"}

    def _asked(self, node: str) -> frozenset[str]:
        """What this node or any after it asks about the caller."""
        if node not in self.asked:
            later = (self._asked(target) for target in targets(self.flow, node))
            self.asked[node] = _asks(self.flow.nodes[node]).union(*later)
        return self.asked[node]

    def _restricted(self, settled: Settled, node: str) -> Settled:
        asked = self._asked(node) if self.exact else frozenset[str]()
        return {name: value for name, value in settled.items() if name in asked}

    def _after(self, hop: Hop, settled: Settled) -> Settled:
        return self._restricted({**settled, **dict(hop.settles)}, hop.target) if hop.target else {}

    def _seconds(self, node: str, settled: Settled) -> int:
        key = node, frozenset(settled.items())
        if key not in self.best:
            if self.exact and len(self.best) > _MOST:
                raise _Tangled
            best: tuple[int, Hop | None] = (-1, None)
            for hop in hops(self.flow, node, settled):
                leads = hop.target in self.flow.nodes and hop.target is not None
                rest = self._seconds(hop.target, self._after(hop, settled)) if leads and hop.target else 0
                if hop.seconds + rest > best[0]:
                    best = hop.seconds + rest, hop if leads else hop._replace(target=None)
            self.best[key] = (max(best[0], 0), best[1])
        return self.best[key][0]


def _asks(node: Node) -> frozenset[str]:
    if isinstance(node, Hours):
        return frozenset({f"hours.{node.calendar}"})
    if isinstance(node, Language) or (isinstance(node, Branch) and node.on == "language"):
        return frozenset({"language", "chosen"})
    return frozenset({node.on}) if isinstance(node, Branch) else frozenset()


def hops(flow: Flow, name: str, settled: Settled) -> Iterator[Hop]:
    """Every way in which a caller of whom this is settled can leave a node, each at its latest."""
    node = flow.nodes[name]
    if isinstance(node, Hours):
        yield from _by_hours(name, node, settled)
    elif isinstance(node, Branch):
        yield from _by_branch(name, node, settled)
    elif isinstance(node, Language):
        yield from _by_language(name, node, settled)
    elif isinstance(node, Menu):
        for option in node.options:
            choice = (f"choice.{name}", option.value)
            yield Hop(name, f"option.{option.key}", option.next, node.stay(), (choice,))
        yield Hop(name, "timeout", node.timeout, node.stay())
    else:
        yield from (Hop(name, exit_.name, exit_.target, node.stay()) for exit_ in node.exits())


def _by_hours(name: str, node: Hours, settled: Settled) -> Iterator[Hop]:
    key = f"hours.{node.calendar}"
    ways = {"open": node.open, "closed": node.closed, "holiday": node.holiday or node.closed}
    for value in (settled[key],) if key in settled else ways:
        yield Hop(name, value, ways[value], 0, ((key, value),))


def _by_branch(name: str, node: Branch, settled: Settled) -> Iterator[Hop]:
    if node.on in settled:
        values = [settled[node.on]]
    else:
        values = ["yes", "no"] if node.on.startswith("caller.") else [*node.cases, ""]
    for value in values:
        exit_ = f"case.{value}" if value in node.cases else "default"
        yield Hop(name, exit_, node.cases.get(value, node.default), 0, ((node.on, value),))


def _by_language(name: str, node: Language, settled: Settled) -> Iterator[Hop]:
    if settled.get("chosen") and settled.get("language") in node.options.values():
        yield Hop(name, "next", node.next, 0)
        return
    yield Hop(name, "next", node.next, node.stay())
    for key, language in node.options.items():
        settles = (("language", language), ("chosen", "yes"))
        yield Hop(name, f"option.{key}", node.next, node.stay(), settles)
