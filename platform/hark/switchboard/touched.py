"""Calls that a unit of work changed: once it is committed, whoever carries their sound looks at them again."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from infra.database import Session, after_commit
from infra.scope import current_tenant

Listener = Callable[[UUID, UUID], Awaitable[None]]
listeners: list[Listener] = []
"""Called with tenant and call, outside any transaction; they must not wait for a carrier."""


def touch(session: Session, call: UUID) -> None:
    """This call, or an offer of it, has changed."""
    if not listeners:
        return
    if "touched" not in session.info:
        session.info["touched"] = set()
        tenant = current_tenant()

        async def tell() -> None:
            for changed in session.info.pop("touched", ()):
                for listener in listeners:
                    await listener(tenant, changed)

        after_commit(session, tell)
    session.info["touched"].add(call)


def seen_to(session: Session, call: UUID) -> None:
    """What this unit of work changed of the call has been followed already."""
    session.info.get("touched", set()).discard(call)
