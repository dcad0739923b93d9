"""When a way into the house fails, numbers that have a second way are sent there, and back once the first has been well
for a while.

Whoever runs a carrier's voice says when a node goes down and comes up. What a number should do follows from what these
rows say at the moment it is looked at, so that looking twice, late or at the same time changes nothing.
"""

import logging
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, true
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from infra.carriers.numbers import Refused, Way, numbers_side
from infra.clock import now
from infra.database import Session
from infra.ids import new_id
from infra.jobs import enqueue, job
from infra.scope import current_tenant, no_scope, tenant_scope
from provisioning.numbers.brought import forget_unseen
from provisioning.numbers.models import CarrierNode
from tenants.audit import record
from tenants.directory.models import Number

log = logging.getLogger(__name__)
DOWN_FOR = timedelta(seconds=30)
"""How long a node has to be down before its numbers leave: a restart is shorter."""
WELL_FOR = timedelta(minutes=15)
"""How long it has to be well before they come back: what fails twice in an hour fails a third time."""
ROUND = timedelta(hours=1)


async def carrier_down(session: Session, carrier: str, node: str) -> None:
    """This node can't be reached, or said that it can't serve. Said again, the first time counts."""
    if await _changed(session, carrier, node, "down"):
        await _owe(session, carrier, node, DOWN_FOR)


async def carrier_up(session: Session, carrier: str, node: str) -> None:
    """This node serves. Said again, the first time counts."""
    if await _changed(session, carrier, node, "up"):
        await _owe(session, carrier, node, WELL_FOR)


async def _changed(session: Session, carrier: str, node: str, state: str) -> bool:
    """Keep the state; whether it is another than before."""
    values = {"id": new_id(), "carrier": carrier, "node": node, "state": state, "since": now()}
    new = insert(CarrierNode).values(values)
    kept = new.on_conflict_do_update(
        index_elements=["carrier", "node"],
        set_={"state": state, "since": new.excluded.since},
        where=col(CarrierNode.state) != state,
    )
    return (await session.execute(kept.returning(col(CarrierNode.id)))).first() is not None


async def _owe(session: Session, carrier: str, node: str, after: timedelta) -> None:
    due = now() + after
    with no_scope():
        await enqueue(session, "numbers.failover", {"carrier": carrier, "node": node}, due=due)


@job("numbers.failover")
async def look_at_node(session: Session, carrier: str, node: str) -> None:
    """Owe a look at every number that has this node as its first or second way, each in its hotline's scope."""
    by_first = and_(col(Number.carrier) == carrier, col(Number.node) == node)
    by_second = and_(col(Number.second_carrier) == carrier, col(Number.second_node) == node)
    await _owe_looks(session, or_(by_first, by_second))


async def _owe_looks(session: Session, which: ColumnElement[bool]) -> None:
    found = select(Number.id, Number.tenant).where(Number.second_carrier != "", which)
    for key, tenant in await session.exec(found):
        if tenant is not None:
            with tenant_scope(tenant):
                await owe_look(session, key)


async def owe_look(session: Session, key: UUID) -> None:
    """Owe a look at one number of the hotline in scope."""
    await enqueue(session, "numbers.switch", {"number": str(key)}, key=f"numbers.switch:{key}")


@job("numbers.switch")
async def switch(session: Session, number: str) -> None:
    """Point one number where it should be now. Raises OutOfReach, to be tried again, when nobody can be asked."""
    found = select(Number).where(Number.id == UUID(number), Number.tenant == current_tenant()).with_for_update()
    row = (await session.exec(found)).one_or_none()
    if row is None or row.status != "held":
        return
    wanted = await _wanted(session, row)
    side = numbers_side(row.carrier)
    if wanted == row.by or side is None:
        return
    way = second_way(row) if wanted == "second" else side.way(row.node)
    try:
        if way is None:
            raise Refused("unable", "nobody knows the second way any more")
        await side.point(row.node, row.ref, way)
    except Refused as no:
        log.error("number %s can't be sent by its %s way: %s", row.id, wanted, no)
        record(session, "number.stay", subject=row.id)
        return
    row.by = wanted
    session.add(row)
    record(session, "number.switch" if wanted == "second" else "number.return", subject=row.id)


def second_way(row: Number) -> Way | None:
    """A number's second way, None while it has none."""
    side = numbers_side(row.second_carrier)
    return side.way(row.second_node) if side else None


async def _wanted(session: Session, row: Number) -> str:
    """The way that a number should be sent by, as things are; where both are down it stays."""
    if not row.second_carrier:
        return "first"
    first = await _state(session, row.carrier, row.node)
    second = await _state(session, row.second_carrier, row.second_node)
    if first and first.state == "down":
        long_enough = now() - first.since >= DOWN_FOR
        return "second" if long_enough and not (second and second.state == "down") else row.by
    well = first is None or now() - first.since >= WELL_FOR
    return "first" if well or (second is not None and second.state == "down") else row.by


async def _state(session: Session, carrier: str, node: str) -> CarrierNode | None:
    found = select(CarrierNode).where(CarrierNode.carrier == carrier, CarrierNode.node == node)
    return (await session.exec(found)).one_or_none()


async def begin(session: Session) -> None:
    """Owe the next round, unless it is owed already; a process calls it as it starts."""
    await enqueue(session, "numbers.round", key=f"numbers:{now():%Y-%m-%dT%H}")


@job("numbers.round", background=True)
async def go_round(session: Session) -> None:
    """Once an hour: look at every number with a second way, owe what rested numbers are still owed, let go of numbers
    that were only ever said to be somebody's; and owe the next round."""
    await _owe_looks(session, true())
    rested = select(Number.id).where(Number.status == "resting", col(Number.rests_until) <= now())
    for key in await session.exec(rested):
        await enqueue(session, "numbers.give_back", {"number": str(key)}, key=f"give_back:{key}")
    await forget_unseen(session)
    later = now() + ROUND
    await enqueue(session, "numbers.round", key=f"numbers:{later:%Y-%m-%dT%H}", due=later)
