"""Counts what a hotline telephones outwards against what it may, under a lock: of two that race for the last place,
one gets it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, case, extract, func, update
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from infra.carriers.dialling import Denied, may_dial
from infra.carriers.reading import simulated
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict
from infra.scope import current_tenant
from infra.vault import unseal
from tenants.allowance.models import Allowance, Outbound
from tenants.devices.models import Device
from tenants.directory.models import Tenant
from tenants.directory.service import tenant_by_id
from tenants.problems import _

Kind = Literal["member", "caller", "outside", "check"]
Refusal = Literal["number", "country", "unproven", "legs", "minutes", "spend"]
LONGEST = timedelta(hours=4)
"""A connection that nobody has given back for so long is over: whoever held it was lost."""
SMALLEST = 60
"""Seconds that a connection counts for as soon as it is begun, so that many at once can't slip in below a limit."""

WORDS: dict[str, str] = {
    "number": _("This number is never rung: it is an emergency number, a short code or dearer than a call."),
    "country": _("This hotline doesn't ring numbers in that country. Whoever runs the platform can allow it."),
    "unproven": _("This telephone isn't proven to be the volunteer's own."),
    "legs": _("The hotline is telephoning on as many lines as it may at once."),
    "minutes": _("The hotline has telephoned for as many minutes as it may in a day."),
    "spend": _("The hotline has spent on telephoning what it may in a month."),
}


class NotAllowed(Conflict):
    """It isn't rung. `why` says for which reason, the message says it to people."""

    code = "not_allowed"

    def __init__(self, why: Refusal) -> None:
        super().__init__(WORDS[why])
        self.why = why


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to ring `e164`, for `seconds` at most."""

    leg: UUID
    e164: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Used:
    """What is under way and what was used: connections now, minutes in 24 hours, minor units this month."""

    legs: int
    minutes: int
    spend: int


async def allowance(session: Session) -> Allowance:
    """The limits of the hotline in scope; the defaults, which aren't stored, while nobody has set any."""
    return await session.get(Allowance, (current_tenant(), current_tenant())) or Allowance(id=current_tenant())


async def locked(session: Session) -> Allowance:
    """The limits, held until the transaction ends, so that whatever is counted against them is counted by one alone."""
    owner = current_tenant()
    made = insert(Allowance).values(Allowance(id=owner).model_dump()).on_conflict_do_nothing()
    await session.execute(made)
    found = select(Allowance).where(Allowance.id == owner).with_for_update()
    return (await session.exec(found, execution_options={"populate_existing": True})).one()


async def take(
    session: Session, kind: Kind, to: str, *, leg: UUID, device: UUID | None = None, sandbox: bool = False
) -> Permit:
    """Leave to ring a number, counted from now on; asked for again for the same leg, it is the same.

    `member` rings a volunteer's telephone, which `device` proves to be theirs; `caller` calls somebody back, which the
    one who asks has checked; `outside` is a transfer; `check` is our own synthetic caller. With `sandbox` the network
    is simulated, and simulated numbers can be rung. Raises NotAllowed.
    """
    tenant = await tenant_by_id(session, current_tenant())
    limits = await locked(session)
    number, country = _destination(to, tenant.country, sandbox=sandbox)
    if kind == "member":
        await _proven(session, device, number)
    elif not sandbox and country not in {tenant.country, *limits.countries}:
        raise NotAllowed("country")
    if await session.get(Outbound, (tenant.id, leg)) is None:
        _check(limits, await _used(session, tenant, limits))
        session.add(Outbound(id=leg, kind=kind, country=country))
        await session.flush()
    return Permit(leg, number, int(LONGEST.total_seconds()))


async def give_back(session: Session, leg: UUID, seconds: int = 0, cost: int | None = None) -> None:
    """The connection is over, having been talked on for `seconds` and having cost `cost`, where the carrier says so.
    Given back twice, the first time counts; one that was never taken is fine."""
    limits = await allowance(session)
    await session.execute(
        update(Outbound)
        .where(col(Outbound.id) == leg, col(Outbound.given_at).is_(None))
        .values(given_at=now(), seconds=seconds, cost=-(-seconds // 60) * limits.a_minute if cost is None else cost)
    )


async def used(session: Session) -> Used:
    """What the hotline in scope uses and has used."""
    return await _used(session, await tenant_by_id(session, current_tenant()), await allowance(session))


def _destination(to: str, home: str, *, sandbox: bool) -> tuple[str, str]:
    if sandbox and simulated(to):
        return to, ""
    verdict = may_dial(to, home)
    if isinstance(verdict, Denied):
        raise NotAllowed("number")
    return verdict.e164, verdict.country


async def _proven(session: Session, device: UUID | None, number: str) -> None:
    row = await session.get(Device, (current_tenant(), device)) if device else None
    if row is None or row.kind != "mobile" or row.verified_at is None:
        raise NotAllowed("unproven")
    if (await unseal(session, row.sealed)).decode() != number:
        raise NotAllowed("unproven")


def _check(limits: Allowance, so_far: Used) -> None:
    if so_far.legs >= limits.legs:
        raise NotAllowed("legs")
    if so_far.minutes >= limits.minutes:
        raise NotAllowed("minutes")
    if so_far.spend + limits.a_minute > limits.spend:
        raise NotAllowed("spend")


async def _used(session: Session, tenant: Tenant, limits: Allowance) -> Used:
    at = now()
    today = at.astimezone(ZoneInfo(tenant.zone))
    month = today.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    going = extract("epoch", at - col(Outbound.taken_at))
    open_seconds = func.greatest(SMALLEST, func.least(int(LONGEST.total_seconds()), going))
    ended = col(Outbound.given_at).is_not(None)
    seconds = case((ended, col(Outbound.seconds)), else_=as_type(open_seconds, Integer))
    minutes = func.ceil(seconds / 60.0)
    cost = case((ended, col(Outbound.cost)), else_=as_type(minutes * limits.a_minute, Integer))
    living = select(func.count()).where(col(Outbound.given_at).is_(None), col(Outbound.taken_at) > at - LONGEST)
    return Used(
        legs=(await session.execute(living)).scalar_one(),
        minutes=await _sum(session, minutes, at - timedelta(days=1)),
        spend=await _sum(session, cost, month),
    )


async def _sum(session: Session, what: ColumnElement[Any], since: datetime) -> int:
    found = select(func.coalesce(func.sum(what), 0)).where(col(Outbound.taken_at) >= since)
    return int((await session.execute(found)).scalar_one())
