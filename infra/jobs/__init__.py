"""Work that happens after the answer has left: written with the unit of work, done at least once, effective once."""

from infra.jobs.outbox import Job, enqueue, job
from infra.jobs.run import run_job

__all__ = ["Job", "enqueue", "job", "run_job"]
