"""Which telephones a member may choose to answer on: whoever chose one that nothing rings would wait in vain."""

from typing import Any
from uuid import UUID

from hark.answering.reached import reached
from hark.switchboard.models import Duty
from infra.database import Session
from tenants.devices.service import devices


async def telephones(session: Session, member: UUID, duty: Duty | None) -> list[dict[str, Any]]:
    """The member's verified telephones that calls can reach, and the one that they are on duty at, whatever it is:
    `id`, `kind`, `label`."""
    kinds = await reached(session)
    held = duty.device_id if duty else None
    return [
        {"id": str(each.id), "kind": each.kind, "label": each.label}
        for each in await devices(session, member)
        if each.verified_at is not None and (each.kind in kinds or each.id == held)
    ]
