"""The worker: a relay that claims owed jobs, and RQ that carries their ids to where they are done."""

import asyncio
import logging
import threading
from uuid import UUID

from redis import Redis
from rq import Queue, SimpleWorker

from hark.app import dress
from hark.jobs import JOBS
from hark.phone.service import tell_changed
from hark.retention import jobs as retention
from hark.switchboard.touched import listeners
from infra.database import engine, refuse_unsafe_role, unit_of_work
from infra.jobs.relay import relay
from infra.jobs.run import run_job
from infra.realtime import hub
from infra.settings import settings
from infra.vault import warm
from provisioning.numbers import failover

log = logging.getLogger(__name__)
QUEUE = "hark"
_loop = asyncio.new_event_loop()


def perform(key: str) -> bool:
    """What RQ calls with a job's id: do it on this process's event loop."""
    return _loop.run_until_complete(run_job(UUID(key)))


def _relay_for_ever(queue: Queue, stop: threading.Event) -> None:
    def hand_on(key: UUID) -> None:
        queue.enqueue(perform, str(key), result_ttl=0, failure_ttl=3600, job_timeout=600)

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
    queue = Queue(QUEUE, connection=redis)
    stop = threading.Event()
    relaying = threading.Thread(target=_relay_for_ever, args=(queue, stop), daemon=True)
    relaying.start()
    log.info("worker ready for %s jobs", len(JOBS))
    SimpleWorker([queue], connection=redis).work(logging_level="WARNING")
    stop.set()
    _loop.run_until_complete(hub.stop())
    _loop.run_until_complete(engine().dispose())


async def _prepare() -> None:
    dress()
    listeners.append(tell_changed)
    await refuse_unsafe_role()
    await warm()
    async with unit_of_work() as session:
        await retention.begin(session)
        await failover.begin(session)
