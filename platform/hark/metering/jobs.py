"""Every night: each hotline's use is counted, a job of its own, and the next night's round is owed.

It runs at no moment that has to do with a call, so that a count which has risen tells nothing about when.
"""

from datetime import time

from hark.metering.counting import count_everything
from infra.database import Session
from infra.jobs import job
from tenants.directory import rounds


async def begin(session: Session) -> None:
    """Owe today's round, unless it is owed already; a process calls it as it starts."""
    await rounds.begin_round(session, "metering")


@job("metering.round", background=True)
async def go_round(session: Session) -> None:
    """Owe every hotline its count, and tomorrow's round."""
    await rounds.go_round(session, "metering", "metering.count", time(0, 20))


@job("metering.count", background=True)
async def count_one(session: Session) -> None:
    """Count one hotline's use."""
    await count_everything(session)
