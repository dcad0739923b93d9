"""What each node says and asks: texts in every language, keys that a phone has, names that exist."""

from collections.abc import Collection, Iterable, Iterator

from tenants.flows.document import Flow
from tenants.flows.findings import Finding
from tenants.flows.nodes import (
    Branch,
    Hangup,
    Hours,
    Language,
    Menu,
    Node,
    Queue,
    Ring,
)
from tenants.problems import _
from tenants.texts import missing, say

_LONGEST_LANGUAGE_MENU = 20
_SLOW = _("“%(node)s” keeps callers for %(seconds)s seconds before anything happens. 20 are plenty.")
_NO_SUCH = {
    "calendar": _("“%(node)s”: there is no calendar called “%(name)s”. Choose one of yours."),
    "team": _("“%(node)s”: there is no team called “%(name)s”. Choose one of yours."),
    "language": _("“%(node)s” offers “%(name)s”, which isn't a language of this flow."),
    "choice": _("“%(node)s” looks at the choice in “%(name)s”, which isn't a menu of this flow."),
}


def check_nodes(
    flow: Flow, language: str, calendars: Collection[str] | None, teams: Collection[str] | None
) -> Iterator[Finding]:
    """Findings that each node has by itself."""
    for name, node in flow.nodes.items():
        params = {"node": flow.name(name, language)}
        yield from _texts(flow, name, node, params)
        yield from _keys(name, node, params)
        yield from _pace(name, node, params)
        if isinstance(node, Hours) and calendars is not None and node.calendar not in calendars:
            yield _no_such("calendar", name, node.calendar, params)
        if isinstance(node, Ring | Queue):
            if teams is not None and node.team not in teams:
                yield _no_such("team", name, node.team, params)
            yield from _in_vain(flow, name, node, params)
        if isinstance(node, Language):
            unknown = sorted(set(node.options.values()) - set(flow.languages))
            yield from (_no_such("language", name, option, params) for option in unknown)
        if isinstance(node, Branch):
            yield from _branch(flow, name, node, params)


def _no_such(kind: str, node: str, name: str, params: dict[str, str]) -> Finding:
    return Finding(f"unknown_{kind}", _NO_SUCH[kind], {**params, "name": name}, kind, node)


def _texts(flow: Flow, name: str, node: Node, params: dict[str, str]) -> Iterator[Finding]:
    if isinstance(node, Hangup) and not say(node.text, flow.languages[0]):
        message = _("“%(node)s” ends the call without a word. Tell callers that it ends, and what else there is.")
        yield Finding("silent_end", message, params, "text", name)
        return
    for field, text in node.texts():
        if gaps := missing(text, flow.languages):
            message = _("“%(node)s”: “%(field)s” isn't written in %(languages)s yet.")
            yield Finding(
                "missing_text", message, {**params, "field": field, "languages": ", ".join(gaps)}, field, name
            )


def _keys(name: str, node: Node, params: dict[str, str]) -> Iterator[Finding]:
    if isinstance(node, Menu | Language) and not node.options:
        message = _("“%(node)s” offers nothing to choose from. Add at least one choice.")
        yield Finding("no_options", message, params, "options", name)
    keys: Iterable[str] = ()
    if isinstance(node, Menu):
        keys = [option.key for option in node.options]
    elif isinstance(node, Language):
        keys = list(node.options)
    elif isinstance(node, Queue) and node.out:
        keys = [node.out.key]
    seen: set[str] = set()
    for key in keys:
        if key not in tuple("0123456789"):
            message = _("“%(node)s”: “%(key)s” isn't a key of a phone. Use one digit, 0 to 9.")
            yield Finding("bad_key", message, {**params, "key": key}, "key", name)
        elif key in seen:
            message = _("“%(node)s”: the key %(key)s is given twice, so the second could never be chosen.")
            yield Finding("key_twice", message, {**params, "key": key}, "key", name)
        seen.add(key)


def _pace(name: str, node: Node, params: dict[str, str]) -> Iterator[Finding]:
    """A warning of what takes too much time; what takes more than it has is for `tenants.prompts.pacing`."""
    if isinstance(node, Language) and node.seconds > _LONGEST_LANGUAGE_MENU:
        yield Finding("too_slow", _SLOW, {**params, "seconds": node.seconds}, "seconds", name, severity="warning")


def _in_vain(flow: Flow, name: str, node: Ring | Queue, params: dict[str, str]) -> Iterator[Finding]:
    after = flow.nodes.get(node.nobody or "")
    if isinstance(after, Ring | Queue) and after.team == node.team:
        message = _("“%(node)s”: with nobody on duty it leads to the same team again. Lead it somewhere else.")
        yield Finding("nobody_again", message, params, "nobody", name, severity="warning")
    if isinstance(node, Ring) and node.seconds_each > node.seconds:
        message = _("“%(node)s” rings for %(seconds)s seconds in all, less than the %(each)s for each person.")
        numbers = {"seconds": node.seconds, "each": node.seconds_each}
        yield Finding("each_too_long", message, {**params, **numbers}, "seconds_each", name, severity="warning")


def _branch(flow: Flow, name: str, node: Branch, params: dict[str, str]) -> Iterator[Finding]:
    kind, _dot, key = node.on.partition(".")
    possible = {"yes", "no"} if kind == "caller" else set(flow.languages)
    if kind == "choice":
        menu = flow.nodes.get(key)
        if not isinstance(menu, Menu):
            yield _no_such("choice", name, key, params)
            return
        possible = {option.value for option in menu.options}
    for value in node.cases:
        if value not in possible:
            message = _("“%(node)s”: the case “%(value)s” can never be. It can be: %(possible)s.")
            more = {"value": value, "possible": ", ".join(sorted(possible))}
            yield Finding("case_never", message, {**params, **more}, f"case.{value}", name, severity="warning")
