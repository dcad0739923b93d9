"""The outbox: the row in PostgreSQL is the job of record; RQ only carries its id."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, col, select

from infra.clock import now
from infra.database import PlatformTable, Session, document, moment
from infra.ids import new_id
from infra.scope import current_scope

Handler = Callable[..., Awaitable[None]]
HANDLERS: dict[str, Handler] = {}
BACKGROUND: set[str] = set()
"""Jobs that give way: a round through every hotline must not keep a letter or a sign-up waiting."""
CHANNEL = "outbox"
OWED = "done_at IS NULL AND failed_at IS NULL"


class Job(PlatformTable, table=True):
    """A piece of work owed. `payload` holds ids only: the table is read for every tenant."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "due_at", postgresql_where=text(OWED)),
        Index("ix_outbox_letters", "tenant", "done_at", postgresql_where=text("name = 'mail.send'")),
        Index("uq_outbox_key", "key", unique=True, postgresql_where=text(OWED)),
    )
    tenant: UUID | None = None
    name: str
    key: str | None = None
    payload: dict[str, Any] = document()
    created_at: datetime = moment(default=True)
    due_at: datetime = moment(default=True)
    leased_until: datetime | None = moment(nullable=True)
    attempts: int = Field(default=0)
    """Tries begun, those that killed their worker included."""
    done_at: datetime | None = moment(nullable=True)
    failed_at: datetime | None = moment(nullable=True)
    error: str | None = None


def job(name: str, *, background: bool = False) -> Callable[[Handler], Handler]:
    """Register `async def handler(session, **payload)` under a name. It runs in the tenant it was enqueued in,
    in one transaction with the row's `done_at`, and may run again after a crash: effects outside the database
    need an idempotency key. One in the `background` is done when no other is owed.
    """

    def register(handler: Handler) -> Handler:
        if background:
            BACKGROUND.add(name)
        if HANDLERS.setdefault(name, handler) is not handler:
            raise ValueError(f"two handlers for job {name}")
        return handler

    return register


async def enqueue(
    session: Session,
    name: str,
    payload: dict[str, Any] | None = None,
    *,
    due: datetime | None = None,
    key: str | None = None,
) -> UUID:
    """Owe a job, in the caller's transaction and scope; returns its id. With a `key`, at most one undone job of that
    key exists: asked for twice, also at the same moment, it is the first one's id."""
    at = now()
    values = {
        "id": new_id(), "tenant": current_scope().tenant, "name": name, "key": key, "payload": payload or {},
        "created_at": at, "due_at": due or at, "attempts": 0,
    }  # fmt: skip
    unless_owed = insert(Job).values(values).on_conflict_do_nothing(index_elements=["key"], index_where=text(OWED))
    held = select(Job.id).where(Job.key == key, col(Job.done_at).is_(None), col(Job.failed_at).is_(None))
    while (made := (await session.execute(unless_owed.returning(col(Job.id)))).scalar()) is None:
        if found := (await session.exec(held)).first():
            return found
    await session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})
    return UUID(str(made))
