"""The clock: does what is due, each timer in a transaction of its own, in whichever process gets there first."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from hark.switchboard import calls, left, timers
from hark.switchboard.models import Call, Timer
from hark.switchboard.offering import answering, duty, offers
from hark.switchboard.offering.wrapping import finish
from hark.switchboard.transferring import leaving
from infra.clock import now
from infra.database import Session, unit_of_work
from infra.scope import no_scope, tenant_scope
from tenants.flows.engine import events as on

log = logging.getLogger(__name__)
LONGEST_SLEEP = 1.0
RETRY_SECONDS = 3


async def _step(session: Session, call: UUID) -> None:
    """The node's time is over. A recording that nobody finished is kept as it is."""
    state = await calls.lock(session, call)
    await left.finish(session, call)
    await calls.handle(session, call, on.TimerFired(at=now(), visit=state.visit, serial=state.serial))


async def _caller(session: Session, call: UUID) -> None:
    """The caller's page is gone."""
    await left.finish(session, call)
    await calls.handle(session, call, on.CallerGone(at=now()))


async def _operator(session: Session, call: UUID) -> None:
    await answering.lose(session, call)


async def _position(session: Session, call: UUID) -> None:
    await calls.position(session, call)


async def _staffing(session: Session, call: UUID) -> None:
    """Nobody of the team was on duty when this was set; if that is still so, the caller is led on."""
    await calls.lock(session, call)
    await offers.lock(session)
    if call in await offers.dispatch(session):
        await calls.handle(session, call, on.NoneOnDuty(at=now()))


async def _offer(session: Session, key: UUID) -> None:
    if await offers.close(session, "expired", key=key):
        await duty.rearrange(session)


async def _party(session: Session, key: UUID) -> None:
    await leaving.gone(session, key)


async def _wrap(session: Session, key: UUID) -> None:
    if await finish(session, key):
        await duty.rearrange(session)


async def _duty(session: Session, member: UUID) -> None:
    await duty.run_out(session, member)


async def _alone(session: Session, call: UUID) -> None:
    await leaving.too_long(session, call)


Act = Callable[[Session, UUID], Awaitable[None]]
OF_A_CALL: dict[str, Act] = {
    "step": _step, "caller": _caller, "operator": _operator, "position": _position, "staffing": _staffing,
    "alone": _alone,
}  # fmt: skip
OF_A_TENANT: dict[str, Act] = {"offer": _offer, "party": _party, "wrap": _wrap, "duty": _duty}


async def fire(timer: Timer) -> bool:
    """Do what one timer is for, unless it was moved or done meanwhile."""
    with tenant_scope(timer.tenant):
        async with unit_of_work() as session:
            act = OF_A_CALL.get(timer.kind)
            if act is not None:
                await session.execute(
                    select(col(Call.id)).where(col(Call.id) == timer.subject).with_for_update(key_share=True)
                )
            else:
                act = OF_A_TENANT[timer.kind]
                await offers.lock(session)
            if not await timers.take(session, timer.id, now()):
                return False
            await act(session, timer.subject)
    return True


async def _put_off(timer: Timer) -> None:
    with tenant_scope(timer.tenant):
        async with unit_of_work() as session:
            await timers.arm(session, timer.kind, timer.subject, now() + timedelta(seconds=RETRY_SECONDS))


async def tick() -> float:
    """Do all that is due; returns how many seconds until the next look."""
    with no_scope():
        async with unit_of_work() as session:
            found = await timers.due(session, now())
            upcoming = await timers.next_due(session)
    for timer in found:
        try:
            await fire(timer)
        except Exception:  # one broken call must not stop the others' clock
            log.exception("timer %s of %s failed", timer.kind, timer.subject)
            await _put_off(timer)
    if found or upcoming is None:
        return 0.0 if found else LONGEST_SLEEP
    return min(LONGEST_SLEEP, max(0.0, (upcoming - now()).total_seconds()))


async def run() -> None:
    """Tick for ever; outlives a restarted database. Pages that were open before a restart may first come back."""
    with no_scope():
        async with unit_of_work() as session:
            await timers.grace(session, now() + timedelta(seconds=calls.SEEN_SECONDS))
    while True:
        timers.wake.clear()
        try:
            seconds = await tick()
        except (SQLAlchemyError, OSError) as error:
            log.warning("the clock lost the database: %s", error)
            seconds = 0.5
        with suppress(TimeoutError):
            await asyncio.wait_for(timers.wake.wait(), max(seconds, 0.01))
