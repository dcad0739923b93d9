"""Calling somebody back as they asked: never at another hour, never twice at once, and each try is written down."""

import json
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from hark.desk.messages.models import OUTCOMES, Attempt
from hark.desk.messages.safe import Verdict, verdict
from hark.desk.messages.service import message
from hark.phone.outgoing.calling import call_back, can_dial
from hark.public.page import calendars
from hark.switchboard.models import Callback
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict, Invalid
from infra.vault import unseal
from tenants.audit import record
from tenants.directory.models import Tenant
from tenants.members.access import Staff
from tenants.rosters.hours import Calendar

REFUSED = {
    "never": "The caller asked never to be called. Nothing was dialled.",
    "theirs": "The caller doesn't want to be called at this hour, so nothing is dialled or shown now.",
    "ours": "The caller named no hours, and the hotline is closed now. Call while it is open.",
}


async def hours(session: Session) -> Calendar | None:
    """The hotline's opening hours, if it has any."""
    return (await calendars(session)).get("main")


def allowed(row: Callback, tenant: Tenant, ours: Calendar | None) -> Verdict:
    """Whether this caller may be called now."""
    return verdict(row.window, tenant.zone, ours, now())


async def conditions(session: Session, row: Callback) -> dict[str, str]:
    """What the caller asked us to heed: the safe words and what else, without how to reach them."""
    told: dict[str, str] = json.loads(await unseal(session, row.sealed))
    dials = told.get("reach", "").startswith("+") and await can_dial(session)
    return {
        "wording": told.get("wording", ""),
        "mail": "yes" if told.get("email") else "",
        "dials": "yes" if dials else "",
    }


async def attempts(session: Session, rows: Iterable[UUID]) -> dict[UUID, list[Attempt]]:
    """Each call-back's tries, the latest first."""
    found = select(Attempt).where(col(Attempt.callback_id).in_(list(rows))).order_by(col(Attempt.at).desc())
    held: dict[UUID, list[Attempt]] = defaultdict(list)
    for attempt in await session.exec(found):
        held[attempt.callback_id].append(attempt)
    return held


async def _may_call(staff: Staff, key: UUID) -> Callback:
    """The call-back, locked, if this member may call now. Raises NotFound, Conflict with the reason."""
    await message(staff.session, "callback", key)
    row = (await staff.session.exec(select(Callback).where(Callback.id == key).with_for_update())).one()
    if row.status != "handling" or row.owner != staff.member.id:
        raise Conflict("Take this call-back on first; then you see how to reach the caller.")
    found = allowed(row, staff.tenant, await hours(staff.session))
    if not found.now:
        raise Conflict(REFUSED[found.reason])
    return row


async def _begin(staff: Staff, key: UUID) -> bool:
    """Write down that a try has begun; False when one of this call-back is still going on."""
    going = select(Attempt.id).where(Attempt.callback_id == key, Attempt.outcome == "dialling")
    if (await staff.session.exec(going)).first() is not None:
        return False
    staff.session.add(Attempt(callback_id=key, member_id=staff.member.id))
    await staff.session.flush()
    return True


async def dial(staff: Staff, key: UUID) -> None:
    """Call the caller: the member's own telephone rings first, and the caller sees the hotline's number.

    Pressed twice it dials once. Raises NotFound, Conflict with the reason where the caller may not be called now.
    """
    row = await _may_call(staff, key)
    if await _begin(staff, key):
        record(staff.session, "callback.dial", member=staff.member.id, subject=key)
        await call_back(staff.session, row, staff.member)


async def reach(staff: Staff, key: UUID) -> dict[str, str]:
    """How to reach the caller by other means: only for whoever took the call-back on, only when a call is allowed.

    That it was read is written down, and counts as a try. Raises NotFound, Conflict.
    """
    row = await _may_call(staff, key)
    await _begin(staff, key)
    record(staff.session, "callback.read", member=staff.member.id, subject=key)
    told: dict[str, str] = json.loads(await unseal(staff.session, row.sealed))
    return {"reach": told.get("reach", ""), "email": told.get("email", "")}


async def note(staff: Staff, key: UUID, outcome: str) -> None:
    """Say what came of the try that is going on; said again, nothing changes. Raises NotFound, Invalid, Conflict."""
    if outcome not in OUTCOMES[1:]:
        raise Invalid("Choose what came of the call.", field="outcome")
    row = await message(staff.session, "callback", key)
    if row.owner != staff.member.id:
        raise Conflict("A colleague is seeing to this.")
    noted = await staff.session.execute(
        update(Attempt)
        .where(col(Attempt.callback_id) == key, col(Attempt.outcome) == "dialling")
        .values(outcome=outcome)
        .returning(col(Attempt.id))
        .execution_options(synchronize_session=False)
    )
    if noted.scalar() is not None:
        record(staff.session, "callback.try", member=staff.member.id, subject=key, fields=[outcome])
