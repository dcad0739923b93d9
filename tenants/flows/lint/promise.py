"""The promise: how long the slowest caller takes to get somewhere, and whether that is within what was said."""

from collections.abc import Iterator

from tenants.flows.document import Flow
from tenants.flows.findings import Finding
from tenants.flows.lint.graph import named, ways_from_start
from tenants.flows.lint.paths import longest
from tenants.problems import _


def check_promise(flow: Flow, language: str) -> Iterator[Finding]:
    """Only for a flow that doesn't go round."""
    slowest = longest(flow)
    if slowest.seconds > flow.promise_seconds:
        message = _(
            "The slowest way takes %(seconds)s seconds, but the flow promises %(promise)s: %(path)s. "
            "Shorten a step or promise less."
        )
        path = named(flow, slowest.path, language)
        params = {"seconds": slowest.seconds, "promise": flow.promise_seconds, "path": path}
        yield Finding("too_long", message, params, "promise_seconds", slowest.path[-1], slowest.path)
    for node in ways_from_start(flow):
        if node not in slowest.reached:
            message = _("“%(node)s”: no caller can ever come here; what leads to it contradicts itself.")
            yield Finding("never", message, {"node": flow.name(node, language)}, "", node, severity="warning")
