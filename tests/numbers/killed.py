"""Run as a program: claims a number in children that are killed, one at each step; the company's books are a folder.

Arguments: the job's id, the run's name. Each step is killed twice: right before its rows are kept, and for the purchase
also right after the money is gone. Prints the steps at which a child died.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from hark import models
from hark.jobs import JOBS
from infra.jobs import run_job
from infra.vault import warm
from provisioning.steps.step import RUNS, Step, run_named
from tests.numbers.conftest import BOOKS
from tests.numbers.fake import FakeCompany


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


def died(prepare: Callable[[], None], job: UUID) -> bool:
    child = os.fork()
    if child == 0:
        prepare()
        asyncio.run(carry(job))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def main() -> None:
    assert models.metadata.tables
    assert JOBS
    job, name = UUID(sys.argv[1]), sys.argv[2]
    company = FakeCompany(Path(os.environ[BOOKS]))
    run = run_named(name)

    def die_when_paid() -> None:
        give = company.give

        def given(e164: str, key: str = "") -> None:
            give(e164, key)
            os.kill(os.getpid(), signal.SIGKILL)

        company.give = given  # type: ignore[method-assign]  # in this child alone

    for place, step in enumerate(run.steps):

        def die_here(place: int = place, step: Step = step) -> None:
            RUNS[name] = replace(run, steps=(*run.steps[:place], deadly(step), *run.steps[place + 1 :]))

        if step.name == "buy" and died(die_when_paid, job):
            sys.stdout.write("paid\n")
        if died(die_here, job):
            sys.stdout.write(step.name + "\n")


if __name__ == "__main__":
    main()
