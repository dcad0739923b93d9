"""The flow's picture and its outline: what stands in each box, what is written on each way."""

from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import pairwise

from hark.desk.flow.layout import BOX, HEIGHT, Point, layout
from infra.web import gettext, language
from tenants.flows.document import Flow
from tenants.flows.lint import Finding, longest
from tenants.flows.nodes import Language, Menu, Node, Queue
from tenants.problems import _
from tenants.texts import language_name, say

KINDS: dict[str, tuple[str, str]] = {
    "greeting": (_("Says something"), "message-square"),
    "language": (_("Asks for the language"), "languages"),
    "hours": (_("Looks at the opening hours"), "clock"),
    "menu": (_("Offers choices"), "list"),
    "ring": (_("Rings the team"), "bell-ring"),
    "queue": (_("Holds a place in line"), "hourglass"),
    "voicemail": (_("Records a message"), "voicemail"),
    "callback": (_("Offers to call back"), "phone-outgoing"),
    "information": (_("Tells something"), "info"),
    "branch": (_("Parts callers"), "split"),
    "hangup": (_("Ends the call"), "phone-off"),
}
EXITS = {
    "next": "",
    "open": _("open"),
    "closed": _("closed"),
    "holiday": _("holiday"),
    "timeout": _("no answer"),
    "unanswered": _("nobody answers"),
    "nobody": _("nobody on duty"),
    "unavailable": _("no message"),
    "booked": _("booked"),
    "declined": _("rather not"),
    "default": _("otherwise"),
}
LINE, WIDE = 19, 1.75
"""Letters in a line of a box, and how many letters a Chinese character is as wide as."""
LONGEST_LABEL = 24


@dataclass(slots=True)
class Box:
    """A node in the picture and the outline. `said` is what callers hear; `ways` are its exits in words."""

    id: str
    icon: str
    kind: str
    name: str
    lines: list[str]
    x: float
    y: float
    seconds: int
    said: str
    worst: bool
    end: bool
    ways: list[tuple[str, str, str]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Way:
    """A curve between two boxes, and its words."""

    path: str
    label: str
    at: Point
    worst: bool


@dataclass(slots=True)
class Drawing:
    """The whole picture; `seconds` is the longest that any caller takes to an end, None where there is none."""

    width: int
    height: int
    boxes: list[Box]
    ways: list[Way]
    seconds: int | None


def draw(flow: Flow, findings: Collection[Finding]) -> Drawing:
    """The picture of a flow, with what lint found marked where it is."""
    round_and_round = any(finding.code == "cycle" for finding in findings)
    slowest = None if round_and_round else longest(flow)
    path = slowest.path if slowest else ()
    worst = set(pairwise(path))
    placed = layout(flow)
    boxes = []
    for key in placed.order:
        node = flow.nodes[key]
        word, icon = KINDS[node.type]
        name = flow.name(key, language())
        boxes.append(
            Box(
                key,
                icon,
                gettext(word),
                name,
                wrapped(name),
                placed.nodes[key][0] - BOX / 2,
                placed.nodes[key][1],
                node.stay(),
                _heard(node, flow),
                key in path,
                not list(node.exits()),
                _exits(flow, node),
                [finding.say(gettext) for finding in findings if finding.node == key],
            )
        )
    ways = []
    for (start, target), points in placed.ways.items():
        label = _label([words for words, to, _ in _exits(flow, flow.nodes[start]) if to == target])
        spread = sorted(to for begin, to in placed.ways if begin == start)
        at = _along(points, 0.36 + 0.16 * (spread.index(target) % 3))
        ways.append(Way(_curve(points), label, at, (start, target) in worst))
    return Drawing(round(placed.width), round(placed.height), boxes, ways, slowest.seconds if slowest else None)


def _exits(flow: Flow, node: Node) -> list[tuple[str, str, str]]:
    """Each exit: its words, where it leads, and what that is called."""
    return [
        (exit_words(node, each.name, flow), each.target, flow.name(each.target, language()))
        for each in node.exits()
        if each.target is not None
    ]


def exit_words(node: Node, name: str, flow: Flow) -> str:
    """What people call a way out."""
    kind, _, which = name.partition(".")
    if kind == "option" and isinstance(node, Menu):
        label = next(option.label for option in node.options if option.key == which)
        return f"{which} {say(label, language(), flow.languages[0])}"
    if kind == "option" and isinstance(node, Language):
        return f"{which} {language_name(node.options[which])}"
    if kind == "out" and isinstance(node, Queue) and node.out:
        return f"{node.out.key} {say(node.out.label, language(), flow.languages[0])}"
    if kind == "case":
        return {"yes": gettext("yes"), "no": gettext("no")}.get(which, which)
    return gettext(EXITS[kind]) if EXITS.get(kind) else ""


def _label(words: list[str]) -> str:
    said = [word for word in words if word]
    if len(said) > 2:
        return gettext("%(count)s choices", count=len(said))
    whole = " / ".join(said)
    return whole if len(whole) <= LONGEST_LABEL else whole[: LONGEST_LABEL - 1] + "…"


def _heard(node: Node, flow: Flow) -> str:
    return next((say(text, language(), flow.languages[0]) for name, text in node.texts() if name == "text"), "")


def wrapped(words: str) -> list[str]:
    """At most two lines that fit into a box."""
    lines = [""]
    for piece in _pieces(words):
        if lines[-1] and _width(lines[-1] + piece.rstrip()) > LINE:
            lines.append("")
        lines[-1] += piece
    lines = [line.strip() for line in lines if line.strip()]
    return lines if len(lines) <= 2 else [lines[0], lines[1] + "…"]


def _width(words: str) -> float:
    return sum(WIDE if letter >= "⺀" else 1 for letter in words)


def _pieces(words: str) -> list[str]:
    pieces = [""]
    for letter in words:
        if letter >= "⺀" or pieces[-1].endswith(" ") or (pieces[-1] and pieces[-1][-1] >= "⺀"):
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _curve(points: list[Point]) -> str:
    (x, y), *rest = points
    path = f"M{x:.0f} {y:.0f}"
    for to_x, to_y in rest:
        if to_x == x:
            path += f"V{to_y:.0f}"
        else:
            middle = (y + to_y) / 2
            path += f"C{x:.0f} {middle:.0f} {to_x:.0f} {middle:.0f} {to_x:.0f} {to_y:.0f}"
        x, y = to_x, to_y
    return path


def _along(points: list[Point], part: float) -> Point:
    (x, y), (to_x, to_y) = points[:2]
    bend = part * part * (3 - 2 * part)
    return round(x + (to_x - x) * bend), round(y + (to_y - y) * part)


__all__ = ["BOX", "HEIGHT", "Box", "Drawing", "Way", "draw", "wrapped"]
