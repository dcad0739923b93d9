"""How long somebody is on duty who answers on a telephone: no console that closes would tell."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import select

from infra.database import Session
from infra.scope import current_tenant
from tenants.directory.models import Tenant
from tenants.rosters.hours import turns
from tenants.rosters.models import Shift

LONGEST = timedelta(hours=12)
BEFORE = timedelta(minutes=30)
"""Whoever goes on duty so shortly before a shift has come for that shift."""


async def shift_ends(session: Session, member: UUID, at: datetime) -> datetime:
    """Until when duty on a telephone holds that is taken up now: the end of the member's shift and of those that
    follow it at once, twelve hours at most, and twelve hours where they have none."""
    zone = (await session.exec(select(Tenant.zone).where(Tenant.id == current_tenant()))).one_or_none()
    own = list(await session.exec(select(Shift).where(Shift.member_id == member)))
    end = at
    for turn in turns(zone or "UTC", own, at, at + LONGEST):
        if turn.start > max(end, at + BEFORE):
            break
        end = max(end, turn.end)
    return min(end, at + LONGEST) if end > at else at + LONGEST
