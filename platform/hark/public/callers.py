"""Who calls: nobody gives a name; a browser that called before is known again by a keyed hash, where that is safe."""

import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from starlette.requests import HTTPConnection

from hark.public.page import profile_of
from hark.switchboard.models import Call, CallerRow
from infra.clock import now
from infra.database import Session
from infra.ids import new_id
from infra.scope import current_tenant
from infra.vault import fingerprint
from infra.web.sessions import read_session
from tenants.members.service import member_of_account

FREQUENT_CALLS = 10
FREQUENT_DAYS = 7


async def caller_of(connection: HTTPConnection, session: Session) -> tuple[UUID | None, str | None]:
    """The caller's row, and the cookie's value to remember them by when it is new.

    A hotline with a neutral title keeps no trace on a device that may be watched: nobody is known again there.
    """
    defaults = (await profile_of(session)).defaults
    if not defaults.get("remember_callers", not defaults.get("neutral_title")):
        return None, None
    held = connection.cookies.get("caller", "")
    value = held if len(held) == 43 else secrets.token_urlsafe(32)
    return await caller_with(session, value), value


async def caller_with(session: Session, value: str) -> UUID:
    """The row of whoever is known by this: a browser's cookie, a telephone's number."""
    kept = await fingerprint(session, "caller", value)
    found = select(CallerRow.id).where(CallerRow.hash == kept)
    if (known := (await session.exec(found)).one_or_none()) is not None:
        return known
    new = insert(CallerRow).values(tenant_id=current_tenant(), id=new_id(), hash=kept, first_at=now())
    made = await session.execute(new.on_conflict_do_nothing().returning(col(CallerRow.id)))
    key: UUID | None = made.scalar()
    return key or (await session.exec(found)).one()  # somebody may call twice at the same moment


async def facts(session: Session, caller: UUID | None) -> dict[str, bool]:
    """What the flow may ask about a caller: known, blocked, frequent."""
    nothing = {"known": False, "blocked": False, "frequent": False}
    if caller is None:
        return nothing
    at = now()
    lately = col(Call.started_at) > at - timedelta(days=FREQUENT_DAYS)
    theirs = (col(Call.tenant_id) == col(CallerRow.tenant_id)) & (col(Call.caller_id) == col(CallerRow.id))
    found = (
        select(CallerRow.blocked_until, func.count(col(Call.id)), func.count(col(Call.id)).filter(lately))
        .outerjoin(Call, theirs & col(Call.answered_at).is_not(None))
        .where(CallerRow.id == caller)
        .group_by(col(CallerRow.tenant_id), col(CallerRow.id))
    )
    row = (await session.exec(found)).one_or_none()
    if row is None:
        return nothing
    blocked_until, answered, answered_lately = row
    return {
        "known": answered > 0,
        "blocked": blocked_until is not None and blocked_until > at,
        "frequent": answered_lately >= FREQUENT_CALLS,
    }


async def may_try(connection: HTTPConnection, session: Session) -> bool:
    """Whether a visitor is one of the hotline's own people, who may try it before it is open to all."""
    who = await read_session(connection)
    return who is not None and await member_of_account(session, who.account) is not None
