"""A flow as it is stored and edited, and its reading with words for whoever has to mend it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from tenants.documents import Part
from tenants.flows.findings import BadFlow, Finding
from tenants.flows.nodes import Node, NodeId
from tenants.problems import _
from tenants.texts import say


class Flow(Part):
    """Nodes by their ids, where a caller starts, and within how many seconds every caller has got somewhere.

    A call takes `languages[0]` until another is chosen.
    """

    version: Literal[1] = 1
    start: NodeId
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    promise_seconds: Annotated[int, Field(ge=1, le=7200)]
    nodes: Annotated[dict[NodeId, Node], Field(min_length=1, max_length=200)]

    def name(self, node: str, language: str = "") -> str:
        """What people call a node: its label, else its id."""
        found = self.nodes.get(node)
        return (say(found.label, language, self.languages[0]) if found else "") or node


_KINDS = "greeting, language, hours, menu, ring, queue, voicemail, callback, information, branch, hangup"

_MESSAGES = {
    "missing": _("%(place)s: “%(field)s” is missing. Add it."),
    "extra_forbidden": _("%(place)s: “%(field)s” means nothing here. Remove it."),
    "union_tag_invalid": _("%(place)s: there is no kind of node called “%(given)s”. Use one of: %(kinds)s."),
    "union_tag_not_found": _("%(place)s: “type” is missing. Use one of: %(kinds)s."),
    "greater_than_equal": _("%(place)s: “%(field)s” is %(given)s. Make it %(limit)s or more."),
    "less_than_equal": _("%(place)s: “%(field)s” is %(given)s. Make it %(limit)s or less."),
    "too_short": _("%(place)s: “%(field)s” is empty. Add at least one."),
    "too_long": _("%(place)s: “%(field)s” holds more than %(limit)s. Make it smaller."),
    "string_too_short": _("%(place)s: “%(field)s” is empty. Fill it in."),
    "string_too_long": _("%(place)s: “%(field)s” is longer than %(limit)s characters. Shorten it."),
    "literal_error": _("%(place)s: “%(field)s” is “%(given)s”. Use one of: %(allowed)s."),
    "int_parsing": _("%(place)s: “%(field)s” is “%(given)s”. Use a whole number."),
    "int_type": _("%(place)s: “%(field)s” isn't a number. Use a whole number."),
    "int_from_float": _("%(place)s: “%(field)s” is %(given)s. Use a whole number."),
    "string_type": _("%(place)s: “%(field)s” isn't a text. Write it in quotes."),
    "dict_type": _("%(place)s: “%(field)s” should hold named entries, such as one wording per language."),
    "tuple_type": _("%(place)s: “%(field)s” should be a list."),
    "string_pattern_mismatch": _(
        "%(place)s: “%(field)s” is “%(given)s”. Use small letters, digits, hyphens and underscores."
    ),
    "value_error": _(
        "%(place)s: “%(field)s” is “%(given)s”. Use an address that begins with https:, tel:, sms: or mailto:."
    ),
    "json_invalid": _("This isn't JSON, so nothing of it can be read."),
}
_WHAT_TO_PART_BY = _(
    "%(place)s: “%(field)s” is “%(given)s”. Use language, choice.<menu>, caller.known, caller.blocked or "
    "caller.frequent."
)
_OTHERWISE = _("%(place)s: “%(field)s” can't be used as it is (%(reason)s).")
_NODE, _FLOW = _("Node “%(node)s”"), _("The flow")


class _BadField(Finding):
    """A finding whose place is translated too."""

    __slots__ = ()

    def say(self, translate: Callable[[str], str] = str) -> str:
        return translate(self.message) % {**self.params, "place": _place(self.node, translate)}


def _place(node: str, translate: Callable[[str], str] = str) -> str:
    return translate(_NODE) % {"node": node} if node else translate(_FLOW)


def parse(document: Mapping[str, Any] | str | bytes) -> Flow:
    """The flow that a document (JSON, or what was read from it) describes.

    Raises `BadFlow`, whose findings name node, field and remedy. A document that can be read may still be
    unfit for callers: that is for `tenants.flows.lint`.
    """
    try:
        if isinstance(document, str | bytes):
            return Flow.model_validate_json(document)
        return Flow.model_validate(document)
    except ValidationError as error:
        raise BadFlow(list(_findings(error.errors()))) from error


def dump(flow: Flow) -> dict[str, Any]:
    """The document to store: what was left at its default is left out."""
    body = flow.model_dump(mode="json", exclude_defaults=True)
    for node, content in body["nodes"].items():
        body["nodes"][node] = {"type": flow.nodes[node].type, **content}
    return {"version": flow.version, **body}


def _findings(errors: Iterable[ErrorDetails]) -> Iterable[Finding]:
    for error in errors:
        location = [str(part) for part in error["loc"] if part != "[key]"]
        inside = location[:1] == ["nodes"] and len(location) > 1
        node, field = (location[1], location[3:]) if inside else ("", location)
        context = error.get("ctx", {})
        limits = (context.get(key) for key in ("ge", "le", "max_length"))
        given = context.get("tag", error["input"])
        params = {
            "place": _place(node),
            "field": ".".join(field) or ("id" if inside else "flow"),
            "given": str(given)[:80] if isinstance(given, str | int | float) else "…",
            "limit": next((limit for limit in limits if limit is not None), ""),
            "allowed": str(context.get("expected", "")).replace("'", ""),
            "kinds": _KINDS,
            "reason": error["msg"],
        }
        kind = error["type"]
        by = kind == "string_pattern_mismatch" and location[2:] == ["branch", "on"]
        message = _WHAT_TO_PART_BY if by else _MESSAGES.get(kind, _OTHERWISE)
        yield _BadField(kind, message, params, ".".join(field), node)
