"""Keeps what the processor says of a gift's disputes, for whoever has to answer them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from billing.processor.amounts import from_stripe
from billing.processor.models import Dispute
from infra.database import Session
from infra.ids import new_id
from infra.scope import current_tenant

AWAITED = {"needs_response", "warning_needs_response"}
"""States in which the processor waits for the organisation's answer."""


async def keep(session: Session, gift: UUID, told: Sequence[Any]) -> None:
    """Write down each dispute as it was just told."""
    for each in told:
        money = from_stripe(each["amount"], each["currency"])
        due = (each["evidence_details"] or {}).get("due_by") if each["status"] in AWAITED else None
        seen = {
            "status": each["status"], "reason": each["reason"], "currency": money.currency, "minor": money.minor,
            "due": datetime.fromtimestamp(due, UTC) if due else None,
            "at": datetime.fromtimestamp(each["created"], UTC),
        }  # fmt: skip
        named = {"tenant_id": current_tenant(), "id": new_id(), "gift": gift, "dispute": each["id"]}
        made = insert(Dispute).values(named | seen)
        await session.execute(made.on_conflict_do_update(index_elements=["tenant_id", "dispute"], set_=seen))


async def disputes_of(session: Session, gift: UUID) -> list[Dispute]:
    """A gift's disputes, oldest first."""
    found = select(Dispute).where(Dispute.gift == gift).order_by(col(Dispute.at), col(Dispute.id))
    return list(await session.exec(found))
