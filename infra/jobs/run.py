"""Doing one job: its row is locked while it runs, so a second carrier of the same id finds nothing to do."""

import logging
from datetime import timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from infra.clock import now
from infra.database import Session, unit_of_work
from infra.jobs.outbox import HANDLERS, Job
from infra.scope import no_scope, tenant_scope

log = logging.getLogger(__name__)
MAX_ATTEMPTS = 20


async def run_job(key: UUID) -> bool:
    """Do the job if it is due and nobody holds it; True when it was done here.

    A handler's error undoes its work; the job is tried again later, twenty times over about a day, and then stays
    as failed with its error for a person to see. So does one whose worker was lost twenty times.
    """
    with no_scope():
        found = await _begin(key)
    if found is None:
        return False
    with tenant_scope(found.tenant) if found.tenant else no_scope():
        try:
            async with unit_of_work() as session:
                row = await _held(session, key)
                if row is None:
                    return False
                await HANDLERS[row.name](session, **row.payload)
                row.done_at = now()
                row.error = None
        except Exception as error:
            log.exception("job %s failed", found.name)
            await _put_off(key, error)
            return False
    return True


async def _held(session: Session, key: UUID) -> Job | None:
    """The job, locked, if it is due and in nobody else's hands."""
    owed = select(Job).where(
        Job.id == key, col(Job.done_at).is_(None), col(Job.failed_at).is_(None), Job.due_at <= now()
    )
    return (await session.exec(owed.with_for_update(skip_locked=True))).one_or_none()


async def _begin(key: UUID) -> Job | None:
    """Count a try before it is made, so that one which kills its worker counts as well."""
    async with unit_of_work() as session:
        row = await _held(session, key)
        if row is None:
            return None
        if row.attempts >= MAX_ATTEMPTS:
            row.failed_at, row.error = now(), row.error or "every worker that took it was lost"
            return None
        row.attempts += 1
        return row


async def _put_off(key: UUID, error: Exception) -> None:
    async with unit_of_work() as session:
        row = (await session.exec(select(Job).where(Job.id == key))).one()
        failed = row.attempts >= MAX_ATTEMPTS
        await session.execute(
            update(Job)
            .where(col(Job.id) == key, col(Job.done_at).is_(None))
            .values(
                error=f"{type(error).__name__}: {error}"[:500],
                failed_at=now() if failed else None,
                due_at=now() + timedelta(seconds=min(2**row.attempts, 3 * 3600)),
            )
        )
