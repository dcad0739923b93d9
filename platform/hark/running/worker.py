"""The worker: a relay that claims owed jobs, and RQ that carries their ids to where they are done."""

import asyncio
import logging
import threading
import time
from contextlib import suppress
from types import FrameType
from uuid import UUID

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import StopRequested

from billing.ledger.digest import jobs as books
from billing.monthly.following import daily as monthly
from billing.openness import jobs as openness
from billing.plans import rounds as plans
from billing.processor.booking import sweep as payments
from billing.reminders import jobs as reminders
from billing.simulated import jobs as simulated
from hark.app import dress
from hark.jobs import JOBS
from hark.metering import jobs as metering
from hark.phone.service import tell_changed
from hark.phone.stray import jobs as stray
from hark.retention import jobs as retention
from hark.switchboard.touched import listeners
from infra.database import engine, refuse_unsafe_role, unit_of_work
from infra.jobs.outbox import BACKGROUND
from infra.jobs.relay import relay
from infra.jobs.run import run_job
from infra.realtime import hub
from infra.settings import settings
from infra.vault import warm
from provisioning.numbers import failover

log = logging.getLogger(__name__)
QUEUES = ("hark", "hark-background")
"""RQ empties the first before it looks at the second."""
_loop = asyncio.new_event_loop()


class Worker(SimpleWorker):
    """RQ's worker; it looks for a lost Redis every two seconds rather than every sixty, and knows why it ended."""

    max_connection_wait_time = 2.0
    told_to_stop = False

    def request_stop(self, signum: int | None, frame: FrameType | None) -> None:
        """A signal asked for the end."""
        self.told_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]  # RQ leaves it without types


def perform(key: str) -> bool:
    """What RQ calls with a job's id: do it on this process's event loop."""
    return _loop.run_until_complete(run_job(UUID(key)))


def _relay_for_ever(queues: list[Queue], stop: threading.Event) -> None:
    def hand_on(key: UUID, name: str) -> None:
        queues[name in BACKGROUND].enqueue(perform, str(key), result_ttl=0, failure_ttl=3600, job_timeout=600)

    async def go() -> None:
        stopped = asyncio.Event()
        task = asyncio.create_task(relay(hand_on, stopped))
        await asyncio.to_thread(stop.wait)
        stopped.set()
        task.cancel()

    asyncio.run(go())


def main() -> None:
    """Serve until told to stop. Jobs done here: every slice's, named in `hark.jobs`."""
    logging.basicConfig(level=logging.WARNING)
    asyncio.set_event_loop(_loop)
    _loop.run_until_complete(_prepare())
    redis = Redis.from_url(settings().redis_url or "")
    queues = [Queue(name, connection=redis) for name in QUEUES]
    stop = threading.Event()
    relaying = threading.Thread(target=_relay_for_ever, args=(queues, stop), daemon=True)
    relaying.start()
    log.info("worker ready for %s jobs", len(JOBS))
    _work(queues, redis)
    stop.set()
    _loop.run_until_complete(hub.stop())
    _loop.run_until_complete(engine().dispose())


def _work(queues: list[Queue], redis: Redis) -> None:
    """Do jobs until told to stop. RQ outlives a lost Redis while it waits for a job, but quits when it loses it with
    one in its hands: the job is safe in the outbox, so work is simply taken up again."""
    while True:
        worker = Worker(queues, connection=redis)
        try:
            with suppress(RedisError):
                worker.work(logging_level="WARNING")
            if worker.told_to_stop:
                return
            with suppress(RedisError):
                worker.unsubscribe()  # type: ignore[no-untyped-call]  # RQ leaves it without types
            time.sleep(1)
        except StopRequested:  # told to while it waited here
            return


async def _prepare() -> None:
    dress()
    listeners.append(tell_changed)
    await refuse_unsafe_role()
    await warm()
    async with unit_of_work() as session:
        await retention.begin(session)
        await books.begin(session)
        await failover.begin(session)
        await payments.begin(session)
        await plans.begin(session)
        await reminders.begin(session)
        await monthly.begin(session)
        await stray.begin(session)
        await simulated.begin(session)
        await metering.begin(session)
        await openness.begin(session)
