"""Where a flow's nodes and ways stand in its picture: layers from the top by the longest way there. Pure.

After Sugiyama, Tagawa and Toda (1981): layers, then an order in each that crosses few ways, then places. A way that
skips layers is led through them by bends, so that it runs around nodes instead of through them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from tenants.flows.document import Flow
from tenants.flows.lint.graph import circles, targets, ways_from_start

BOX, HEIGHT = 196, 64
BEND = 28
GAP_X, GAP_Y = 22, 76
SWEEPS = 12
Point = tuple[float, float]


@dataclass(slots=True)
class _Item:
    """A node, or a bend of a way that passes through its layer."""

    node: str = ""
    x: float = 0
    above: list["_Item"] = field(default_factory=list)
    below: list["_Item"] = field(default_factory=list)

    @property
    def half(self) -> float:
        return (BOX if self.node else BEND) / 2


@dataclass(frozen=True, slots=True)
class Layout:
    """The picture's size, each node's middle top, the points of each way, and the nodes as one would read them."""

    width: float
    height: float
    nodes: dict[str, Point]
    ways: dict[tuple[str, str], list[Point]]
    order: list[str]


def layers(flow: Flow) -> dict[str, int]:
    """Each node's layer: how many steps its longest way from the start has. What nothing leads to comes last."""
    ways = ways_from_start(flow)
    if circles(flow):
        depth = {node: len(way) - 1 for node, way in ways.items()}  # a draft that goes round has no longest way
    else:
        depth = dict.fromkeys(ways, 0)
        for node in _sorted(flow, ways):
            for target in targets(flow, node):
                depth[target] = max(depth[target], depth[node] + 1)
    lost = max(depth.values(), default=-1) + 1
    return {node: depth.get(node, lost) for node in flow.nodes}


def _sorted(flow: Flow, reached: Iterable[str]) -> list[str]:
    """Nodes before all that they lead to."""
    done: list[str] = []
    seen: set[str] = set()

    def visit(node: str) -> None:
        if node not in seen:
            seen.add(node)
            for target in targets(flow, node):
                visit(target)
            done.append(node)

    for node in reached:
        visit(node)
    return done[::-1]


def layout(flow: Flow) -> Layout:
    """The picture of a flow."""
    depth = layers(flow)
    rows: list[list[_Item]] = [[] for _ in range(max(depth.values()) + 1)]
    items = {node: _Item(node) for node in flow.nodes}
    for node in sorted(flow.nodes, key=lambda node: depth[node]):
        rows[depth[node]].append(items[node])
    ways = {
        (node, target): _lead(items[node], items[target], rows, depth[node], depth[target])
        for node in flow.nodes
        for target in targets(flow, node)
        if depth[target] > depth[node]
    }
    _arrange(rows)
    _place(rows)
    left = min(item.x - item.half for row in rows for item in row)
    right = max(item.x + item.half for row in rows for item in row)
    level = {id(item): place for place, row in enumerate(rows) for item in row}

    def top(item: _Item) -> Point:
        return item.x - left, level[id(item)] * (HEIGHT + GAP_Y)

    points = {way: _points([top(item) for item in through]) for way, through in ways.items()}
    height = len(rows) * (HEIGHT + GAP_Y) - GAP_Y
    order = [item.node for row in rows for item in row if item.node]
    return Layout(right - left, height, {node: top(item) for node, item in items.items()}, points, order)


def _lead(start: _Item, end: _Item, rows: list[list[_Item]], first: int, last: int) -> list[_Item]:
    through = [start, *(_Item() for _ in range(first + 1, last)), end]
    for place, bend in enumerate(through[1:-1], first + 1):
        rows[place].append(bend)
    for above, below in pairwise(through):
        above.below.append(below)
        below.above.append(above)
    return through


def _points(tops: list[Point]) -> list[Point]:
    """From the bottom of the first node, past both ends of each bend's layer, to the top of the last node."""
    (x, y), *bends, last = tops
    passed = [point for bx, by in bends for point in ((bx, by), (bx, by + HEIGHT))]
    return [(x, y + HEIGHT), *passed, last]


def _arrange(rows: list[list[_Item]]) -> None:
    """Order each layer by the middle of what it hangs on, downwards and upwards in turn."""
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for row in rows[1:] if down else rows[-2::-1]:
            other = {id(item): place for each in rows for place, item in enumerate(each)}

            def middle(item: _Item, other: dict[int, int] = other, down: bool = down) -> float:
                tied = item.above if down else item.below
                return sum(other[id(one)] for one in tied) / len(tied) if tied else other[id(item)]

            row.sort(key=middle)


def _place(rows: list[list[_Item]]) -> None:
    """Put each item near the middle of its neighbours, and no two closer than they may stand."""
    for row in rows:
        x = 0.0
        for item in row:
            item.x = x + item.half
            x += 2 * item.half + GAP_X
        for item in row:
            item.x -= x / 2
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = [_wanted(item, sweep == SWEEPS - 1) for item in row]
            _settle(row, wanted)


def _wanted(item: _Item, both: bool) -> float:
    tied = [*item.above, *item.below] if both or not item.above else item.above
    return sum(one.x for one in tied) / len(tied) if tied else item.x


def _settle(row: list[_Item], wanted: list[float]) -> None:
    """As near to what is wanted as the distances allow: pushed from both sides, and the middle taken."""
    right, left = list(wanted), list(wanted)
    for n in range(1, len(row)):
        right[n] = max(right[n], right[n - 1] + row[n - 1].half + row[n].half + GAP_X)
    for n in range(len(row) - 2, -1, -1):
        left[n] = min(left[n], left[n + 1] - row[n + 1].half - row[n].half - GAP_X)
    for item, one, other in zip(row, right, left, strict=True):
        item.x = (one + other) / 2
