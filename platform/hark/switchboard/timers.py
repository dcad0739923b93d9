"""Deadlines as rows: armed in the transaction that wants them, so none is lost with a process."""

import asyncio
from datetime import datetime
from uuid import UUID

from sqlalchemy import any_, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, insert
from sqlmodel import col

from hark.switchboard.models import Timer
from infra.database import Session, after_commit
from infra.ids import new_id
from infra.prepared import Batch, Prepared, table
from infra.scope import current_tenant

wake = asyncio.Event()
"""Set when this process has armed a timer, so that its clock looks again."""


_TIMER = table(Timer).c
_NEW = insert(table(Timer))
_ARM = Prepared(
    _NEW.on_conflict_do_update(index_elements=["tenant", "subject", "kind"], set_={"due_at": _NEW.excluded.due_at}),
    "id", "tenant", "kind", "subject", "due_at",
)  # fmt: skip
_ITS = delete(table(Timer)).where(_TIMER.tenant == bindparam("tenant"), _TIMER.subject == bindparam("subject"))
_DISARM_ALL = Prepared(_ITS)
_DISARM = Prepared(_ITS.where(_TIMER.kind == any_(bindparam("kinds", type_=ARRAY(TEXT)))))
_TAKE = Prepared(
    delete(table(Timer)).where(_TIMER.id == bindparam("id"), _TIMER.due_at <= bindparam("at")).returning(_TIMER.id)
)


async def _wake() -> None:
    wake.set()


async def arm(session: Session, kind: str, subject: UUID, due: datetime) -> None:
    """Set the timer of this kind on this subject; an earlier one is moved."""
    await _ARM.all(session, id=new_id(), tenant=current_tenant(), kind=kind, subject=subject, due_at=due)
    armed(session)


def armed(session: Session) -> None:
    """A timer was set in this unit of work: this process's clock looks again once it is committed."""
    after_commit(session, _wake)


def begin(session: Session, batch: Batch, kind: str, subject: UUID, due: datetime) -> None:
    """Set the first timer of a subject that is as new as this batch."""
    batch.add(Timer, id=new_id(), tenant=current_tenant(), kind=kind, subject=subject, due_at=due)
    armed(session)


async def disarm(session: Session, subject: UUID, *kinds: str) -> None:
    """Take timers of these kinds off a subject; all of them without a kind."""
    if kinds:
        await _DISARM.all(session, tenant=current_tenant(), subject=subject, kinds=list(kinds))
    else:
        await _DISARM_ALL.all(session, tenant=current_tenant(), subject=subject)


async def take(session: Session, timer: UUID, at: datetime) -> bool:
    """Claim a due timer: True for exactly one claimant, and only if nobody has moved it since."""
    return await _TAKE.value(session, id=timer, at=at) is not None


async def grace(session: Session, until: datetime) -> None:
    """A process has just started: pages that it doesn't hear of yet get until then to connect again."""
    kinds = ("caller", "operator", "party", "duty")
    waiting = update(Timer).where(col(Timer.kind).in_(kinds), col(Timer.due_at) < until)
    await session.execute(waiting.values(due_at=until))


async def due(session: Session, at: datetime) -> list[Timer]:
    """The timers that are due, the oldest first."""
    statement = select(Timer).where(col(Timer.due_at) <= at).order_by(col(Timer.due_at)).limit(100)
    return list((await session.execute(statement)).scalars())


async def next_due(session: Session) -> datetime | None:
    """When the next timer is due."""
    return (await session.execute(select(func.min(col(Timer.due_at))))).scalar()
