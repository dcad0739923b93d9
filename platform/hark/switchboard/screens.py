"""What the caller's page shows, derived from flow and state alone, so that a reloaded page shows the same."""

from datetime import datetime
from typing import Any
from uuid import UUID

from infra.scope import current_tenant
from tenants.flows.document import Flow
from tenants.flows.engine import State, describe


def caller_channel(call: UUID) -> str:
    """Where the caller's page listens."""
    return f"caller:{current_tenant()}:{call}"


def screen(flow: Flow, state: State, at: datetime, since: datetime | None = None) -> dict[str, Any]:
    """The `screen` message: everything that the page needs, the visit to which an answer belongs, our clock's `at`,
    and for a talk `since` when. What is to be said anew, a menu asked again, has another `serial`."""
    shown = describe(flow, state, at=at)
    return {
        "type": "screen",
        "kind": shown.kind,
        "node": shown.node,
        "visit": shown.visit,
        "serial": state.serial,
        "text": shown.text,
        "language": shown.language,
        "choices": [{"key": choice.key, "label": choice.label} for choice in shown.choices],
        "links": [{"label": link.label, "url": link.url} for link in shown.links],
        "seconds": shown.seconds,
        "position": shown.position,
        "max_seconds": shown.max_seconds,
        "ask": list(shown.ask),
        "outcome": shown.outcome,
        "at": at.isoformat(),
        "since": since.isoformat() if since and shown.kind == "talking" else None,
    }
