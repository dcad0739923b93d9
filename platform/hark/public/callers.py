"""Who calls: nobody gives a name; a browser that called before is known again by a keyed hash, where that is safe."""

import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert
from starlette.requests import HTTPConnection

from hark.public.page import profile_of
from hark.switchboard.models import Call, CallerRow
from infra.clock import now
from infra.database import Session
from infra.ids import new_id
from infra.prepared import Prepared, table
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


_CALLER, _CALL = table(CallerRow).c, table(Call).c
_KNOWN = Prepared(select(_CALLER.id).where(_CALLER.hash == bindparam("kept")))
_NEW = Prepared(
    insert(table(CallerRow)).on_conflict_do_nothing().returning(_CALLER.id), "tenant_id", "id", "hash", "first_at"
)
_LATELY = _CALL.started_at > bindparam("since")
_THEIRS = (_CALL.tenant_id == _CALLER.tenant_id) & (_CALL.caller_id == _CALLER.id) & _CALL.answered_at.is_not(None)
_FACTS = Prepared(
    select(_CALLER.blocked_until, func.count(_CALL.id), func.count(_CALL.id).filter(_LATELY))
    .join_from(table(CallerRow), table(Call), _THEIRS, isouter=True)
    .where(_CALLER.id == bindparam("caller"))
    .group_by(_CALLER.tenant_id, _CALLER.id)
)


async def caller_with(session: Session, value: str) -> UUID:
    """The row of whoever is known by this: a browser's cookie, a telephone's number."""
    kept = await fingerprint(session, "caller", value)
    known: UUID | None = await _KNOWN.value(session, kept=kept)
    if known is None:
        known = await _NEW.value(session, tenant_id=current_tenant(), id=new_id(), hash=kept, first_at=now())
    return known or await _KNOWN.value(session, kept=kept)  # somebody may call twice at the same moment


async def facts(session: Session, caller: UUID | None) -> dict[str, bool]:
    """What the flow may ask about a caller: known, blocked, frequent."""
    nothing = {"known": False, "blocked": False, "frequent": False}
    if caller is None:
        return nothing
    at = now()
    row = await _FACTS.first(session, caller=caller, since=at - timedelta(days=FREQUENT_DAYS))
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
