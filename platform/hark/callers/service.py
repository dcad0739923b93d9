"""Blocks and plans: made by supervisors, sealed, shown to whoever takes the call, taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from hark.contacts.models import Contact
from hark.switchboard.models import Call, CallerRow, Offer
from infra.clock import now
from infra.database import Session
from infra.errors import Invalid, NotFound
from infra.vault import seal, unseal
from tenants.audit import record
from tenants.members.access import SUPERVISES, Staff

SPANS = {"1h": timedelta(hours=1), "1d": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30)}
"""How long a block may last. None is for ever: people change, and so do their numbers' owners."""
LONGEST = 4000
OFTEN, OFTEN_DAYS = 10, 7
PAGE = 60


@dataclass(frozen=True, slots=True)
class Often:
    """A caller with many calls in the last days."""

    caller: UUID
    calls: int
    last: datetime
    planned: bool


async def caller(session: Session, key: UUID) -> CallerRow:
    """A caller of the hotline in scope. Raises NotFound."""
    row = (await session.exec(select(CallerRow).where(CallerRow.id == key))).one_or_none()
    if row is None:
        raise NotFound
    return row


async def of_call(staff: Staff, call: UUID) -> CallerRow | None:
    """Who makes a call, for whoever was offered it or supervises; None where the hotline doesn't know. Raises
    NotFound."""
    found = select(Call.id, Call.caller_id).where(Call.id == call)
    row = (await staff.session.exec(found)).one_or_none()
    if row is None:
        raise NotFound
    if not staff.may(*SUPERVISES):
        offered = select(Offer.id).where(Offer.call_id == call, Offer.member_id == staff.member.id).limit(1)
        if (await staff.session.exec(offered)).first() is None:
            raise NotFound
    return await caller(staff.session, row[1]) if row[1] else None


async def blocked(session: Session) -> Sequence[CallerRow]:
    """Who is blocked now, the soonest to be free first."""
    found = select(CallerRow).where(col(CallerRow.blocked_until) > now()).order_by(col(CallerRow.blocked_until))
    return (await session.exec(found.limit(PAGE))).all()


async def planned(session: Session) -> Sequence[CallerRow]:
    """Who has a plan, the latest written first."""
    found = select(CallerRow).where(col(CallerRow.planned_at).is_not(None)).order_by(col(CallerRow.planned_at).desc())
    return (await session.exec(found.limit(PAGE))).all()


async def often(session: Session) -> list[Often]:
    """Who has called a lot lately, the most first: they want a plan, not a block."""
    since = now() - timedelta(days=OFTEN_DAYS)
    found = (
        select(Call.caller_id, func.count(), func.max(Call.started_at), CallerRow.planned_at)
        .join(CallerRow, (col(CallerRow.tenant_id) == Call.tenant_id) & (col(CallerRow.id) == Call.caller_id))
        .where(Call.started_at > since)
        .group_by(col(Call.caller_id), col(CallerRow.planned_at))
        .having(func.count() >= OFTEN)
        .order_by(func.count().desc())
        .limit(PAGE)
    )
    return [Often(key, calls, last, bool(plan)) for key, calls, last, plan in await session.exec(found) if key]


async def calls_of(session: Session, key: UUID) -> list[tuple[Call, UUID | None]]:
    """A caller's latest calls, each with its record's id where there is one."""
    found = (
        select(Call, Contact.id)
        .outerjoin(Contact, (col(Contact.tenant_id) == Call.tenant_id) & (col(Contact.call_id) == Call.id))
        .where(Call.caller_id == key)
        .order_by(col(Call.started_at).desc())
        .limit(20)
    )
    return [(call, contact) for call, contact in await session.exec(found)]


async def opened(session: Session, sealed: bytes | None) -> str:
    """A sealed reason or plan in words."""
    return (await unseal(session, sealed)).decode() if sealed else ""


async def plan(staff: Staff, key: UUID, words: str) -> None:
    """Write how to be with this caller; empty takes the plan away. Raises NotFound, Invalid."""
    row, words = await caller(staff.session, key), _short(words, "plan")
    if words == await opened(staff.session, row.sealed_plan):
        return
    row.sealed_plan = await seal(staff.session, words.encode()) if words else None
    row.planned_at, row.planned_by = (now(), staff.member.id) if words else (None, None)
    record(staff.session, "caller.plan", member=staff.member.id, subject=key)


async def block(staff: Staff, key: UUID, span: str, reason: str) -> None:
    """Turn this caller away for a time, with kind words. The reason is kept. Raises NotFound, Invalid."""
    row, reason = await caller(staff.session, key), _short(reason, "reason")
    if span not in SPANS:
        raise Invalid("Choose for how long.", field="span")
    if not reason:
        raise Invalid("Write down why, for colleagues who wonder later.", field="reason")
    row.blocked_until, row.blocked_at, row.blocked_by = now() + SPANS[span], now(), staff.member.id
    row.sealed_reason = await seal(staff.session, reason.encode())
    record(staff.session, "caller.block", member=staff.member.id, subject=key, span=span)


async def unblock(staff: Staff, key: UUID) -> None:
    """Let this caller through again; again is nothing. Raises NotFound."""
    row = await caller(staff.session, key)
    if row.blocked_until is None:
        return
    row.blocked_until = row.blocked_at = row.blocked_by = row.sealed_reason = None
    record(staff.session, "caller.unblock", member=staff.member.id, subject=key)


def _short(words: str, field: str) -> str:
    words = words.replace("\r\n", "\n").strip()
    if len(words) > LONGEST:
        raise Invalid("That is too long. Shorten it; what you typed is still here.", field=field)
    return words
