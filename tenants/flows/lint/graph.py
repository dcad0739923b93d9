"""The shape of a flow: every exit leads to a node, every node can be reached, nothing goes round."""

from collections.abc import Iterator

from tenants.flows.document import Flow
from tenants.flows.findings import Finding
from tenants.flows.nodes import Exit
from tenants.problems import _

ARROW = " → "

_DANGLING = _("“%(node)s”: its way out “%(exit)s” leads to “%(target)s”, which doesn't exist. Choose another.")
_MISSING = {
    "": _("“%(node)s”: its way out “%(exit)s” leads nowhere. Say what happens then."),
    "nobody": _("“%(node)s”: say where callers go when nobody is on duty (“nobody”)."),
    "unanswered": _("“%(node)s”: say where callers go when nobody answers (“unanswered”)."),
    "unavailable": _("“%(node)s”: say what happens when no message can be recorded (“unavailable”)."),
    "timeout": _("“%(node)s”: say where callers go when its time is over (“timeout”)."),
}


def named(flow: Flow, path: tuple[str, ...], language: str) -> str:
    """A path as people read it."""
    return ARROW.join(flow.name(node, language) for node in path)


def check_graph(flow: Flow, language: str) -> Iterator[Finding]:
    """Errors of shape; where there is any, some caller would be left without an end."""
    ways = ways_from_start(flow)
    if flow.start not in flow.nodes:
        message = _("The flow starts at “%(node)s”, which doesn't exist. Choose where callers begin.")
        yield Finding("start_missing", message, {"node": flow.start}, "start", flow.start)
        return
    for node, content in flow.nodes.items():
        for exit_ in content.exits():
            yield from _check_exit(flow, node, exit_, language, ways.get(node, (node,)))
        if node not in ways:
            message = _("“%(node)s” can't be reached: nothing leads to it. Connect it or remove it.")
            yield Finding("unreachable", message, {"node": flow.name(node, language)}, "", node)
    for circle in circles(flow):
        message = _("A caller could go round without end: %(path)s. Lead one of these somewhere else.")
        yield Finding("cycle", message, {"path": named(flow, circle, language)}, "", circle[0], circle)


def _check_exit(flow: Flow, node: str, exit_: Exit, language: str, way: tuple[str, ...]) -> Iterator[Finding]:
    params = {"node": flow.name(node, language), "exit": exit_.name, "target": exit_.target or ""}
    if exit_.target is None and exit_.required:
        message = _MISSING.get(exit_.name, _MISSING[""])
        yield Finding("missing_exit", message, params, exit_.name, node, way)
    elif exit_.target is not None and exit_.target not in flow.nodes:
        yield Finding("dangling_exit", _DANGLING, params, exit_.name, node, way)


def targets(flow: Flow, node: str) -> list[str]:
    """The nodes that a node leads to, each once."""
    found = [exit_.target for exit_ in flow.nodes[node].exits() if exit_.target in flow.nodes]
    return list(dict.fromkeys(target for target in found if target is not None))


def ways_from_start(flow: Flow) -> dict[str, tuple[str, ...]]:
    """The shortest way to each node that can be reached."""
    ways: dict[str, tuple[str, ...]] = {flow.start: (flow.start,)} if flow.start in flow.nodes else {}
    edge = list(ways)
    for node in edge:
        for target in targets(flow, node):
            if target not in ways:
                ways[target] = (*ways[node], target)
                edge.append(target)
    return ways


def circles(flow: Flow) -> list[tuple[str, ...]]:
    """Each way that comes back to where it was, as a → b → a; empty for a flow that always ends."""
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in flow.nodes:
        trail: dict[str, Iterator[str]] = {}
        if start not in done:
            trail[start] = iter(targets(flow, start))
        while trail:
            node = next(reversed(trail))
            target = next(trail[node], None)
            if target is None:
                trail.popitem()
                done.add(node)
            elif target in trail:
                nodes = list(trail)
                found.append((*nodes[nodes.index(target) :], target))
            elif target not in done:
                trail[target] = iter(targets(flow, target))
    return found
