"""A call arrives on one of our numbers: whose it is, who calls, and the flow begins."""

import logging
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import select

from hark.callers.refusing import asks_key
from hark.phone import gate, rows, trying
from hark.phone.settle import Order, settle
from hark.public.callers import caller_with
from hark.switchboard import calls
from hark.switchboard.touched import seen_to
from hark.watch.verdict import expected
from infra.carriers.protocol import Arrived, HangUp
from infra.carriers.reading import e164
from infra.database import Session, unit_of_work
from infra.ids import new_id
from infra.scope import no_scope, tenant_scope
from infra.vault import seal
from tenants.directory.models import Number, Tenant
from tenants.directory.service import call_came, number_dialled, tenant_by_id
from tenants.lines.models import Line

log = logging.getLogger(__name__)
ANSWERING = ("open", "pending")
"""States of a hotline whose number is answered; while it waits for its review, so that it can be tried."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A call that has begun, and what its carrier is to do first."""

    tenant: UUID
    call: UUID
    leg: UUID
    orders: list[Order]


async def arrive(carrier: str, node: str, signal: Arrived) -> Begun | list[Order]:
    """Begin the call; told again of the same one, nothing changes. A number of nobody's is hung up on."""
    with no_scope():
        async with unit_of_work() as session:
            trunk = _id(signal.trunk)
            country = await _country(session, trunk) if trunk else ""
            number = await number_dialled(session, signal.dialled, country, trunk=trunk)
            tenant = await tenant_by_id(session, number.tenant) if number and number.tenant else None
    if number is None or tenant is None or tenant.status not in ANSWERING or number.line is None:
        log.warning("a call for a number that nobody answers came through %s %s", carrier, node)
        return [Order(carrier, node, new_id(), HangUp(signal.ref, "end", "invalid"))]
    with tenant_scope(tenant.id):
        async with unit_of_work() as session:
            return await _begin(session, carrier, node, signal, number, tenant) or []


async def _begin(
    session: Session, carrier: str, node: str, signal: Arrived, number: Number, tenant: Tenant
) -> Begun | None:
    leg = new_id()
    caller_number = e164(signal.caller, tenant.country) if signal.caller else None
    line = await session.get_one(Line, (tenant.id, number.line))
    check = await expected(session, line.id, caller_number)
    played = check is not None or await trying.ours(session, tenant.id, caller_number, number.e164)
    caller = await caller_with(session, caller_number) if caller_number and not played else None
    language = number.language if number.language in tenant.languages else None
    call, _ = await calls.start(
        session, line, language=language or tenant.languages[0], caller=caller, channel="phone", carrier=carrier,
        node=node, dialled=number.e164, microphone=not played, simulated=played,
    )  # fmt: skip
    if not await rows.name(session, leg, carrier, node, signal.ref, call):
        await session.rollback()
        return None
    if check is not None:
        check.call_id = call
    sealed = await seal(session, caller_number.encode()) if caller_number else None
    await rows.add_caller(session, call, leg, ref=signal.ref, sealed=sealed, language=language)
    key = None if played else await asks_key(session, caller, line)
    if key is None:
        await gate.begin(session, call, line, caller, language)
    else:
        await gate.ask(session, (await rows.living(session, call))[0], key)
    if number.verified_at is None:
        await call_came(session, number.id)
    orders = await settle(session, call)
    seen_to(session, call)
    return Begun(tenant.id, call, leg, orders)


def _id(trunk: str) -> UUID | None:
    """Whose own trunk it came over; None for the installation's, which may bring calls for anybody."""
    try:
        return UUID(hex=trunk)
    except ValueError:
        return None


async def _country(session: Session, trunk: UUID) -> str:
    """In which country a trunk's national numbers are meant: where its own numbers are."""
    found = select(Number.country).where(Number.trunk == trunk).limit(1)
    return (await session.exec(found)).first() or ""
