"""What the tests of receipts share: gifts that get one, the work that is owed, letters that lie in the outbox."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from billing.money import Money
from billing.receipts.models import Receipt
from billing.receipts.service import issue
from infra.database import Session, unit_of_work
from infra.ids import new_id
from infra.jobs.outbox import Job
from infra.jobs.run import run_job
from infra.mail import Mail
from infra.scope import no_scope, tenant_scope

GIFT: dict[str, Any] = {
    "money": Money(12_800, "CNY"),
    "name": "𠮷田 Łucja",
    "email": "lucja@example.org",
    "given_on": date(2026, 3, 31),
    "method": "bank",
    "purpose": "The work of the line",
    "language": "en",
}


async def receipt_for(session: Session, gift: UUID | None = None, **more: Any) -> Receipt:
    """The receipt of a gift, of a fresh one unless said."""
    return await issue(session, gift=gift or new_id(), **GIFT | more)


@asynccontextmanager
async def at(tenant: UUID) -> AsyncIterator[Session]:
    """A unit of work in a hotline."""
    with tenant_scope(tenant):
        async with unit_of_work() as session:
            yield session


async def work_off(tenant: UUID) -> list[str]:
    """Do what is owed for a hotline's receipts until nothing is; the names of the jobs done."""
    done: list[str] = []
    while True:
        with no_scope():
            async with unit_of_work() as session:
                owed = select(Job).where(
                    Job.tenant == tenant,
                    col(Job.name).startswith("receipts."),
                    col(Job.done_at).is_(None),
                    col(Job.failed_at).is_(None),
                )
                jobs = list(await session.exec(owed.order_by(col(Job.created_at))))
        if not jobs:
            return done
        for job in jobs:
            assert await run_job(job.id), job.error
            done.append(job.name)


async def letters_to(email: str) -> list[dict[str, str]]:
    """The letters in the local outbox to an address, oldest first."""
    with no_scope():
        async with unit_of_work() as session:
            found = await session.exec(select(Mail).order_by(col(Mail.id)))
            return [letter for mail in found if (letter := mail.opened())["to"] == email]
