"""What a call and a record cost, beside bare asyncpg doing the least that could be called the same."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count, cycle
from uuid import UUID

import asyncpg
from sqlmodel import select

from hark.bench.ground import Ground
from hark.bench.timing import seconds_of
from hark.contacts.models import Contact
from hark.switchboard import calls
from hark.switchboard.offering import duty
from infra.clock import now
from infra.database import dsn, unit_of_work
from infra.ids import new_id
from infra.scope import ScopedConnection, tenant_scope
from infra.vault import seal
from tenants.flows.engine import events as on
from tenants.lines.models import Line


@dataclass(frozen=True)
class Costs:
    """Median seconds: one bare query, one bare transaction (a locked read, an insert, an update), and ours."""

    query: float
    transaction: float
    event: float
    arrival: float
    contact: float


@asynccontextmanager
async def _bare() -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn(), connection_class=ScopedConnection, server_settings={"role": "hark_app"})
    try:
        yield connection
    finally:
        await connection.close()


async def costs(ground: Ground) -> Costs:
    """Measured on the first tenant; the others are there to be in the way."""
    tenant = ground.tenants[0]
    with tenant_scope(tenant):
        async with unit_of_work() as session:
            line = (await session.exec(select(Line))).one()
            call, _ = await calls.start(session, line, language="en")
        await _busy(tenant)
        async with unit_of_work() as session:
            await calls.handle(session, call, on.Arrived(at=now(), calendars={}, caller={}, language="en"))
        async with _bare() as connection:
            query = await seconds_of(lambda: connection.fetchrow("SELECT 1 FROM tenant WHERE id = $1", tenant))
            transaction = await seconds_of(lambda: _bare_transaction(connection, tenant, call))
        turns = cycle((2, 1))
        return Costs(
            query=query,
            transaction=transaction,
            event=await seconds_of(lambda: _event(call, next(turns))),
            arrival=await seconds_of(lambda: _arrival(line), times=100, warm=10),
            contact=await seconds_of(lambda: _contact(tenant)),
        )


async def _busy(member: UUID) -> None:
    """Somebody is on duty, so that callers are offered and wait."""
    async with unit_of_work() as session:
        await duty.set_duty(session, member, "on")


_numbers = count()


async def _bare_transaction(connection: asyncpg.Connection, tenant: UUID, call: UUID) -> None:
    async with connection.transaction():
        await connection.fetchrow("SELECT state FROM call WHERE tenant_id = $1 AND id = $2 FOR UPDATE", tenant, call)
        await connection.execute(
            "INSERT INTO call_event (tenant_id, id, call_id, at, event) VALUES ($1, $2, $3, now(), '{}')",
            tenant, new_id(), call,
        )  # fmt: skip
        await connection.execute(
            "UPDATE call SET priority = $3 WHERE tenant_id = $1 AND id = $2", tenant, call, next(_numbers) % 2
        )


async def _event(call: UUID, position: int) -> None:
    """One event, decided, stored and told."""
    async with unit_of_work() as session:
        await calls.handle(session, call, on.PositionChanged(at=now(), position=position))


async def _arrival(line: Line) -> None:
    """A whole short call: begun, arrived, offered where somebody is free, hung up."""
    async with unit_of_work() as session:
        call, _ = await calls.start(session, line, language="en")
    async with unit_of_work() as session:
        await calls.handle(session, call, on.Arrived(at=now(), calendars={}, caller={}, language="en"))
    async with unit_of_work() as session:
        await calls.handle(session, call, on.CallerGone(at=now()))


async def _contact(tenant: UUID) -> None:
    """A record with its answers sealed."""
    async with unit_of_work() as session:
        sealed = await seal(session, b'{"answers": {"topic": "wages", "notes": "a few plain words"}}')
        session.add(Contact(member_id=tenant, form_version_id=tenant, sealed=sealed))
