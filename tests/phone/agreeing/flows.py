"""Small random flows that may be published, in which everything that is said differs."""

from typing import Any

from hypothesis import strategies as st

from tenants.flows.document import dump
from tenants.flows.lint import fit, lint
from tests.flows.building import build, menu, queue, ring, voicemail, words

TEAM = "main"
KINDS = ("greeting", "menu", "ring", "queue", "voicemail")


@st.composite
def flows(draw: st.DrawFn) -> dict[str, Any]:
    """The document of a flow of up to four steps and two ends; at most one takes a message, as a call keeps one."""
    kinds = draw(st.lists(st.sampled_from((*KINDS, "ring", "queue")), min_size=1, max_size=4))
    kinds = [kind for at, kind in enumerate(kinds) if kind != "voicemail" or "voicemail" not in kinds[:at]]
    nodes: dict[str, dict[str, Any]] = {}
    for place, kind in enumerate(kinds):
        later = [f"n{at}" for at in range(place + 1, len(kinds))]
        to = st.sampled_from([*later, "bye", "end"]) if not later else st.sampled_from([later[0], *later, "bye"])
        nodes[f"n{place}"] = _node(draw, kind, f"Step {place}, {kind}", to)
    nodes["bye"] = {"type": "hangup", "text": words("Goodbye")}
    nodes["end"] = {"type": "hangup", "text": words("This is the end"), "outcome": "referred"}
    flow = build(_reached(nodes), promise=7200)
    assert fit(lint(flow, calendars=(), teams={TEAM}))
    return dump(flow)


def _node(draw: st.DrawFn, kind: str, said: str, to: st.SearchStrategy[str]) -> dict[str, Any]:
    text, strategy = words(said), draw(st.sampled_from(("all", "in_order", "longest_idle")))
    match kind:
        case "greeting":
            return {"type": kind, "text": text, "seconds": 20, "next": draw(to)}
        case "menu":
            choices = (f"1:one:{draw(to)}", f"2:two:{draw(to)}")
            return menu(*choices, text=text, seconds=15, timeout=draw(to), tries=draw(st.integers(1, 2)))
        case "ring":
            each = {"strategy": strategy, "seconds_each": 20, "seconds": draw(st.sampled_from((30, 60)))}
            return ring(team=TEAM, text=text, unanswered=draw(to), nobody=draw(to), **each)
        case "queue":
            every = draw(st.sampled_from((None, 20)))
            held = {"strategy": strategy, "seconds": 90, "announce_every": every}
            return queue(team=TEAM, text=text, timeout=draw(to), nobody=draw(to), **held)
    return voicemail(text=text, max_seconds=60, next=draw(to), unavailable=draw(to))


def _reached(nodes: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    edge = ["n0"]
    for name in edge:
        for part in (nodes[name], *nodes[name].get("options", ())):
            found = [value for value in part.values() if isinstance(value, str) and value in nodes]
            edge += [value for value in found if value not in edge]
    return {name: node for name, node in nodes.items() if name in edge}
