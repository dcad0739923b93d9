"""Numbers that a hotline brings along on its own trunk: it pays for them, and points them at us itself."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select

from infra.carriers.dialling import Allowed, may_dial
from infra.carriers.reading import e164
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict, Invalid
from provisioning.numbers.claiming import put_down, room_for_one
from tenants.audit import record
from tenants.directory.models import Number, Tenant
from tenants.directory.service import tenant_by_id
from tenants.lines.service import line_of
from tenants.problems import _
from tenants.trunks.models import Trunk
from tenants.trunks.service import remove, tell_switches, trunk_of

SWITCH = "asterisk"
"""The carrier that trunks end at."""
UNSEEN = timedelta(days=14)
"""For how long a number may be said to be one's own before a call has come in by it."""
TAKEN = _("This number is in use on this platform. If it is yours, write to whoever runs the platform.")


async def bring(session: Session, tenant: Tenant, trunk: UUID, text: str, line: UUID, *, member: UUID | None) -> UUID:
    """Let a number of the hotline's own lead to one of its lines, by its trunk; returns the number's id. It is held,
    and verified once a call has come in by it. Raises Invalid for what is no number, Conflict when it is in use,
    NotFound for another's trunk or line."""
    row = await trunk_of(session, trunk)
    await line_of(session, line)
    home = row.country or tenant.country
    number = e164(text, home)
    if number is None or number.startswith("+999"):
        raise Invalid(_("That isn't a telephone number. Write it with its country code: +44 20 …"), field="number")
    await room_for_one(session, tenant.id)
    verdict = may_dial(number, home)
    values = {
        "carrier": SWITCH, "trunk": row.id, "tenant": tenant.id, "line": line,
        "country": verdict.country if isinstance(verdict, Allowed) else home,
    }  # fmt: skip
    try:
        key = await put_down(session, number, "held", values)
    except Conflict:
        raise Conflict(TAKEN, field="number") from None
    tell_switches(session)
    record(session, "number.bring", member=member, subject=key)
    return key


async def numbers_on(session: Session, tenant: UUID, trunk: UUID) -> list[Number]:
    """The numbers that come in by a trunk."""
    return list(await session.exec(select(Number).where(Number.tenant == tenant, Number.trunk == trunk)))


async def drop_trunk(session: Session, tenant: UUID, trunk: Trunk, *, member: UUID | None) -> None:
    """Remove a trunk with the numbers on it, which stay the hotline's own at their company."""
    await session.execute(delete(Number).where(col(Number.tenant) == tenant, col(Number.trunk) == trunk.id))
    await remove(session, trunk.id)
    record(session, "trunk.remove", member=member, subject=trunk.id)


async def forget_unseen(session: Session) -> None:
    """Let go of numbers that somebody said were theirs and no call ever came in by: whose they are may need them."""
    unseen = (
        col(Number.trunk).is_not(None), col(Number.verified_at).is_(None), col(Number.reserved_at) < now() - UNSEEN,
    )  # fmt: skip
    await session.execute(delete(Number).where(*unseen))


async def home_of(session: Session, tenant: UUID, trunk: Trunk) -> str:
    """The country in which a trunk's national numbers are read: its own, else the hotline's."""
    return trunk.country or (await tenant_by_id(session, tenant)).country
