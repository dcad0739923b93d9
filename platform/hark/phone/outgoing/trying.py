"""Trying a number: it is rung over its own carrier, and our own call has to come in by it and be answered."""

import asyncio
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlmodel import col

from hark.phone.models import Carried
from hark.phone.outgoing import errands
from hark.phone.outgoing.calling import DIALLING, at
from infra.database import Session, unit_of_work
from infra.ids import new_id
from infra.scope import tenant_scope
from provisioning.numbers import claiming
from tenants.allowance import service as allowance
from tenants.directory.models import Number

PATIENCE, LOOK = 30.0, 0.3
"""Seconds that a number is given to answer, and between looks."""


async def tried(tenant: UUID, e164: str) -> bool:
    """Whether a call to the number came in by it and was answered. Raises Conflict where it can't be rung."""
    key = new_id()
    with tenant_scope(tenant):
        async with unit_of_work() as session:
            number = (await session.execute(select(Number).where(col(Number.e164) == e164))).scalar_one()
            if number.carrier not in DIALLING:
                return False
            carrier, node = at(number)
            await errands.send(session, "try", key, number.id, carrier, node, to=e164, shown=e164)
            await allowance.take(session, "check", e164, leg=key)
        try:
            async with asyncio.timeout(PATIENCE):
                said = await _until_said(key)
        except TimeoutError:
            said = "over"
        finally:
            async with unit_of_work() as session:
                await session.execute(delete(Carried).where(col(Carried.id) == key))
                await allowance.give_back(session, key)
    return said == errands.ANSWERED


async def _until_said(key: UUID) -> str:
    """Look until something is known; the exchange that hears of it may be another process."""
    while True:
        async with unit_of_work() as session:
            said = (await session.execute(select(col(Carried.typed)).where(col(Carried.id) == key))).scalar()
        if said != "":
            return str(said)
        await asyncio.sleep(LOOK)


async def ours(session: Session, tenant: UUID, caller: str | None, dialled: str) -> bool:
    """Whether an arriving call is a try of ours: from the number to itself, while one is under way. It counts as
    arrived by that, which a call that claims our number can't make it."""
    if caller != dialled:
        return False
    found = (
        update(Carried)
        .where(col(Carried.tenant) == tenant, col(Carried.errand) == "try", col(Carried.typed) == "")
        .where(col(Carried.call).in_(select(col(Number.id)).where(col(Number.e164) == dialled)))
        .values(since=col(Carried.since))
        .returning(col(Carried.id))
    )
    return (await session.execute(found)).scalar() is not None


claiming.call_with(tried)
