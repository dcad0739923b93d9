"""Which numbers the phone on the screen can dial: the simulated ones that a hotline of this installation holds."""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from hark.public.page import calendars
from infra.clock import now
from infra.database import Session, unit_of_work
from infra.scope import tenant_scope
from tenants.directory.models import Number, Tenant
from tenants.rosters.hours import is_open, next_opening

SANDBOX = "sandbox"
MOST_LISTED = 24
_KEYS = re.compile(r"\d{3,15}")


@dataclass(frozen=True, slots=True)
class Dialled:
    """A number and where it leads."""

    e164: str
    tenant: UUID
    slug: str
    line: UUID | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A number as the list beside the phone shows it; `opens_at` is set while the hotline is closed."""

    e164: str
    name: str
    zone: str
    open: bool
    opens_at: datetime | None


async def any_simulated(session: Session) -> bool:
    """Whether anybody here holds a simulated number: elsewhere there is no such phone."""
    held = select(Number.id).where(Number.carrier == SANDBOX, Number.status == "held").limit(1)
    return (await session.exec(held)).first() is not None


def as_dialled(typed: str) -> str:
    """What was typed as E.164 writes it: "999 12 34" and "00 999 12 34" are +9991234; "" when it is no number."""
    digits = "".join(sign for sign in typed if sign.isdigit())
    digits = digits.removeprefix("00")
    return f"+{digits}" if _KEYS.fullmatch(digits) else ""


async def dialled(session: Session, typed: str) -> Dialled | None:
    """The simulated number that was dialled, with a hotline behind it; None when nobody here holds it."""
    found = await session.exec(
        select(Number, Tenant)
        .join(Tenant, col(Tenant.id) == col(Number.tenant))
        .where(Number.e164 == as_dialled(typed), Number.carrier == SANDBOX, Number.status == "held")
    )
    row = found.first()
    if row is None or not row[1].usable:
        return None
    number, tenant = row
    return Dialled(number.e164, tenant.id, tenant.slug, number.line)


async def listed(session: Session) -> list[Listed]:
    """The first numbers of hotlines that are open to callers, by name; each with whether it answers at this hour."""
    found = await session.exec(
        select(Number.e164, Tenant)
        .join(Tenant, col(Tenant.id) == col(Number.tenant))
        .where(Number.carrier == SANDBOX, Number.status == "held", Tenant.status == "open")
        .order_by(col(Tenant.name), Number.e164)
        .limit(MOST_LISTED)
    )
    return [await _listed(e164, tenant) for e164, tenant in found.all()]


async def _listed(e164: str, tenant: Tenant) -> Listed:
    at = now()
    with tenant_scope(tenant.id):
        async with unit_of_work() as session:
            calendar = (await calendars(session)).get("main")
    there = calendar is None or is_open(calendar, at) == "open"
    return Listed(e164, tenant.name, tenant.zone, there, None if there or not calendar else next_opening(calendar, at))
