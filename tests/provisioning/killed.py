"""Run as a program: carries a provisioning job out in children that are killed, one at each step.

Arguments: the job's id, the run's name. A child does all of a step's work and is killed with SIGKILL before it can
commit. Prints the names of the steps at which a child died.
"""

import asyncio
import os
import signal
import sys
from dataclasses import replace
from typing import Any
from uuid import UUID

from hark import models
from hark.jobs import JOBS
from infra.jobs import run_job
from infra.vault import warm
from provisioning.steps.step import RUNS, Step


def deadly(step: Step) -> Step:
    async def do(*given: Any) -> None:
        await step.do(*given)
        await given[0].flush()
        os.kill(os.getpid(), signal.SIGKILL)

    return replace(step, do=do)


async def carry(job: UUID) -> None:
    await warm()
    while not await run_job(job):  # noqa: ASYNC110 - another process holds the row, nothing here can tell us
        await asyncio.sleep(0.02)  # the database hasn't yet noticed that the one before is dead


def main() -> None:
    assert models.metadata.tables
    assert JOBS
    job, name = UUID(sys.argv[1]), sys.argv[2]
    run = RUNS[name]
    for place, step in enumerate(run.steps):
        child = os.fork()
        if child == 0:
            RUNS[name] = replace(run, steps=(*run.steps[:place], deadly(step), *run.steps[place + 1 :]))
            asyncio.run(carry(job))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            sys.stdout.write(step.name + "\n")


main()
