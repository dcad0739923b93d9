"""Who is told that an invoice of the platform's own account has moved: its name alone, in the platform's scope."""

from collections.abc import Awaitable, Callable

from infra.database import Session

Listener = Callable[[Session, str], Awaitable[None]]
listeners: list[Listener] = []
"""May be told of the same twice, and of invoices that aren't theirs; they fetch it before they believe anything."""


async def tell(session: Session, ref: str) -> None:
    """Tell whoever listens."""
    for listener in listeners:
        await listener(session, ref)
