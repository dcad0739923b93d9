"""Forgets what is older than a hotline's `retention_days`: records, messages, call-backs, recordings, who called.

A contact of a case is kept as long as the case is open, and the retention time runs from its closing. What remains of
a call is a row without a caller, for counting.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlmodel import col

from hark.cases.models import Case
from hark.contacts.models import Contact
from hark.recordings.service import sweep as sweep_recordings
from hark.switchboard.left import forget
from hark.switchboard.models import Call, Callback, CallerRow, CallEvent, Voicemail
from hark.watch import history as watch_history
from infra.clock import now
from infra.database import Session
from tenants.audit import record
from tenants.profile.models import Profile

DEFAULT_DAYS = 365


async def sweep(session: Session) -> dict[str, int]:
    """Forget what is due in the tenant in scope; returns how many of each kind went."""
    defaults = (await session.execute(select(col(Profile.defaults)))).scalar() or {}
    before = now() - timedelta(days=int(defaults.get("retention_days", DEFAULT_DAYS)))
    gone = {
        "cases": await _cases(session, before),
        "contacts": await _contacts(session, before),
        "voicemails": await _voicemails(session, before),
        "callbacks": await _callbacks(session, before),
        "callers": await _callers(session, before),
        "recordings": await sweep_recordings(session, before),
    }
    await watch_history.sweep(session)
    if any(gone.values()):
        record(session, "retention.sweep", counts=gone)
    return gone


async def _cases(session: Session, before: datetime) -> int:
    closed = delete(Case).where(col(Case.closed_at) < before).returning(col(Case.contact_id))
    contacts = (await session.execute(closed)).scalars().all()
    await session.execute(delete(Contact).where(col(Contact.id).in_(contacts)))
    return len(contacts)


async def _contacts(session: Session, before: datetime) -> int:
    in_case = select(col(Case.contact_id))
    old = delete(Contact).where(col(Contact.at) < before, col(Contact.id).not_in(in_case)).returning(col(Contact.id))
    return len((await session.execute(old)).scalars().all())


async def _voicemails(session: Session, before: datetime) -> int:
    old = delete(Voicemail).where(col(Voicemail.at) < before).returning(col(Voicemail.call_id))
    calls = (await session.execute(old)).scalars().all()
    for call in calls:
        await forget(call)
    return len(calls)


async def _callbacks(session: Session, before: datetime) -> int:
    old = delete(Callback).where(col(Callback.at) < before).returning(col(Callback.id))
    return len((await session.execute(old)).scalars().all())


async def _callers(session: Session, before: datetime) -> int:
    over = (col(Call.started_at) < before, col(Call.phase) == "ended")
    old = select(col(Call.id)).where(*over)
    await session.execute(delete(CallEvent).where(col(CallEvent.call_id).in_(old)))
    await session.execute(
        update(Call).where(*over, col(Call.caller_id).is_not(None)).values(caller_id=None, state={"phase": "ended"})
    )
    still = select(func.count()).where(col(Call.caller_id) == col(CallerRow.id)).correlate(CallerRow).scalar_subquery()
    free = or_(col(CallerRow.blocked_until).is_(None), col(CallerRow.blocked_until) <= now())
    unknown = delete(CallerRow).where(col(CallerRow.first_at) < before, still == 0, free).returning(col(CallerRow.id))
    return len((await session.execute(unknown)).scalars().all())
