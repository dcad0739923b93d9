"""Who is told when the processor has said something about what recurs: an invoice, a subscription, a customer."""

from collections.abc import Awaitable, Callable

from infra.database import Session

Watcher = Callable[[Session, str, str, str], Awaitable[None]]
KINDS = {"invoice", "subscription", "customer"}
watchers: list[Watcher] = []
"""Told (session, account, kind, id), in the hotline's scope and in the job's transaction. May be told the same twice,
late, or in any order: they fetch what it names. What isn't theirs they leave alone."""


async def recurred(session: Session, account: str, kind: str, key: str) -> None:
    """Tell whoever watches."""
    for watcher in watchers:
        await watcher(session, account, kind, key)
