"""What is asked of the processor is a row before it is asked, so that whoever dies in between is followed by somebody
who asks the same and gets the same.

The processor forgets an idempotency key after a day. An answer that is still missing then is looked for first.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import stripe
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from billing.processor.access import Refused, plainly
from billing.processor.models import Operation
from infra.clock import now
from infra.database import Session, unit_of_work
from infra.errors import Conflict, _
from infra.ids import new_id
from infra.scope import current_tenant

KEY_LIVES = timedelta(hours=23)
"""So long a repeated key surely gives the first answer again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The id of what the processor made, and the object itself when it was told to us just now."""

    id: str
    object: Any = None


Call = Callable[[str], Awaitable[stripe.StripeObject]]
"""Asks the processor, with this idempotency key."""
Find = Callable[[], Awaitable[str | None]]
"""The id of what an earlier try has made, found without its key."""


def digest_of(sent: Mapping[str, Any]) -> str:
    """The digest of what is sent: an idempotency key stands for one question only."""
    return hashlib.sha256(json.dumps(sent, sort_keys=True, default=str).encode()).hexdigest()


async def want(
    session: Session,
    kind: str,
    key: str,
    sent: Mapping[str, Any],
    *,
    subject: UUID | None = None,
    params: Mapping[str, Any] | None = None,
) -> Operation:
    """Write down what is to be asked; asked for again, it is the row that there is. `params` is what is kept of it.

    Raises Conflict when the same key has stood for another question.
    """
    digest = digest_of(sent)
    values = {
        "tenant_id": current_tenant(), "id": new_id(), "kind": kind, "key": key, "digest": digest, "subject": subject,
        "params": dict(params or {}), "state": "wanted", "made_at": now(),
    }  # fmt: skip
    await session.execute(insert(Operation).values(values).on_conflict_do_nothing())
    row = (await session.exec(select(Operation).where(Operation.key == key))).one()
    if row.digest != digest:
        raise Conflict(_("This was asked before in other words."))
    return row


async def carry_out(row: Operation, call: Call, find: Find | None = None) -> Answer:
    """Ask what the committed row wants, and keep the answer; what has one isn't asked again.

    Outside of any unit of work: the row must outlive this process. Raises Unavailable (ask again later), or Refused,
    which is kept as well.
    """
    if row.state == "done" and row.answer:
        return Answer(row.answer)
    if row.state == "refused":
        raise Refused(row.error or "refused")
    try:
        with plainly():
            found = await find() if find and now() - row.made_at > KEY_LIVES else None
            made = None if found else await call(str(row.id))
    except Refused as error:
        await _settle(row.id, "refused", error=error.reason)
        raise
    answer = found or str(made["id"] if made else "")
    await _settle(row.id, "done", answer=answer)
    return Answer(answer, made)


async def perform(
    kind: str,
    key: str,
    call: Call,
    *,
    sent: Mapping[str, Any],
    subject: UUID | None = None,
    params: Mapping[str, Any] | None = None,
    find: Find | None = None,
) -> Answer:
    """Write down, commit, ask, keep the answer: in the hotline's scope, outside of any unit of work."""
    async with unit_of_work() as session:
        row = await want(session, kind, key, sent, subject=subject, params=params)
    return await carry_out(row, call, find)


async def _settle(operation: UUID, state: str, *, answer: str | None = None, error: str | None = None) -> None:
    async with unit_of_work() as session:
        await session.execute(
            update(Operation)
            .where(col(Operation.id) == operation, col(Operation.state) == "wanted")
            .values(state=state, answer=answer, error=error, done_at=now())
        )
