"""A claim whose process is killed at any step goes on by itself, and pays once."""

import asyncio
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg

from infra import clock
from infra.database import dsn, unit_of_work
from infra.jobs import run_job
from infra.jobs.relay import claim as claim_jobs
from provisioning.numbers.claiming import run_of
from provisioning.steps.run import finished, steps_of
from tests.numbers.conftest import claim, number, owed
from tests.numbers.fake import FakeCompany
from tests.world import World

ROOT = Path(__file__).parents[2]


async def test_killed_at_every_step_and_with_the_money_gone_it_is_claimed_and_paid_once(
    world: World, company: FakeCompany
) -> None:
    key = await claim(world.first, "+862150000090")
    (job,) = await owed("provisioning.run", run=run_of(key))
    died = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "tests.numbers.killed", str(job), run_of(key)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert died.stdout.split() == ["reserve", "paid", "buy", "point", "verify"], died.stderr
    connection = await asyncpg.connect(dsn(), server_settings={"role": "hark_app"})
    claimed: list[UUID] = []
    with clock.travel(by=timedelta(minutes=1)):
        while some := await claim_jobs(connection):  # others are owed as well, and a claim takes a hundred
            claimed += some
    assert job in claimed, "its lease runs out, and it is handed on again"
    await connection.close()
    assert await run_job(job)
    async with unit_of_work() as session:
        assert finished(await steps_of(session, run_of(key), world.first.tenant))
    row = await number("+862150000090")
    assert row
    assert (row.status, row.tenant, row.ref) == ("held", world.first.tenant, "ref-+862150000090")
    assert company.bill == ["buy +862150000090"]
