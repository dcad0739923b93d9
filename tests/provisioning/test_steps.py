"""Opening a hotline: stopped or killed at any step it ends with exactly one of everything, or with nothing at all."""

import asyncio
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlmodel import col, select

from infra import clock
from infra.database import dsn, unit_of_work
from infra.jobs import Job, run_job
from infra.jobs.relay import claim
from infra.services.throwaway import Throwaway
from provisioning.signup.service import application
from provisioning.steps.models import ProvisioningStep
from provisioning.steps.opening import OPEN
from provisioning.steps.run import TRIES, carry_out, finished, steps_of
from provisioning.steps.step import RUNS, Step
from tenants.directory.models import Number, Tenant
from tests.conftest import Browser
from tests.provisioning.census import census
from tests.provisioning.test_signup import letters
from tests.world import apply_for, open_hotline

NAMES = [step.name for step in OPEN.steps]
HERE = Path(__file__).parent
WHOLE = {
    "application": 1,
    "audit_entry": 1,
    "calendar": 1,
    "flow": 1,
    "flow_version": 1,
    "form_version": 1,
    "line": 1,
    "member": 1,
    "number": 1,
    "outbox": 3,
    "profile": 1,
    "provisioning_step": len(NAMES),
    "shift": 21,
    "team": 1,
    "team_member": 1,
    "tenant": 1,
    "vault_key": 1,
    "workflow_version": 1,
}
"""What an anti-violence line consists of; its week of 14 hours a day is cut into three shifts each."""
BEGUN = {"application": 1, "outbox": 1, "provisioning_step": len(NAMES)}


def failing(monkeypatch: pytest.MonkeyPatch, name: str, times: int) -> None:
    """Let a step do all its work and then fail, so many times."""
    left = [times]

    def spoilt(step: Step) -> Step:
        async def do(*given: Any) -> Any:
            kept = await step.do(*given)
            await given[0].flush()
            if left[0] > 0:
                left[0] -= 1
                raise RuntimeError("the ground gave way")
            return kept

        return replace(step, do=do)

    steps = tuple(spoilt(step) if step.name == name else step for step in OPEN.steps)
    monkeypatch.setitem(RUNS, "open", replace(OPEN, steps=steps))


async def job_of(tenant: UUID) -> UUID:
    async with unit_of_work() as session:
        found = select(Job.id).where(Job.tenant == tenant, Job.name == "provisioning.run", col(Job.done_at).is_(None))
        return list(await session.exec(found.order_by(col(Job.id))))[-1]


@pytest.mark.parametrize("name", NAMES)
async def test_a_step_that_fails_once_is_done_once(
    ground: None, services: Throwaway, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    _, tenant = await apply_for(f"once-{name}@example.org", "violence", f"Once {name}", "Ona")
    failing(monkeypatch, name, 1)
    with pytest.raises(RuntimeError):
        await carry_out("open", tenant)
    await carry_out("open", tenant)
    await carry_out("open", tenant)
    assert await census(services, tenant) == WHOLE
    assert len(await letters(f"once-{name}@example.org")) == 1


@pytest.mark.parametrize("name", NAMES)
async def test_a_step_that_fails_three_times_takes_everything_back(
    browser: Browser, services: Throwaway, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    key, tenant = await apply_for(f"thrice-{name}@example.org", "violence", f"Thrice {name}", "Thea")
    failing(monkeypatch, name, TRIES)
    for _ in range(TRIES - 1):
        with pytest.raises(RuntimeError):
            await carry_out("open", tenant)
    await carry_out("open", tenant)
    await carry_out("open", tenant)
    assert await census(services, tenant) == BEGUN
    told = await letters(f"thrice-{name}@example.org")
    assert [letter["subject"] for letter in told] == [f"Thrice {name} could not be set up"]
    async with unit_of_work() as session:
        account = (await application(session, key)).account
    applicant = await browser(account)
    page = f"/sign-up/{key}/opening"
    assert "That didn't work" in (await applicant.get(page)).text

    assert (await applicant.post(f"/sign-up/{key}/again")).status_code == 303
    async with unit_of_work() as session:
        anew = (await application(session, key)).tenant
    assert anew
    assert anew != tenant
    await carry_out("open", anew)
    assert await census(services, anew) == WHOLE
    assert "Go to your hotline" in (await applicant.get(page)).text


async def kill_at_each_step(job: UUID, run: str) -> subprocess.CompletedProcess[str]:
    """Let processes of their own carry a job out, each killed one step further on."""
    root = HERE.parents[1]
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "tests.provisioning.killed", str(job), run],
        cwd=root,
        env={**os.environ, "PYTHONPATH": f"{root}:{root / 'platform'}"},
        capture_output=True,
        text=True,
        check=False,
    )


async def test_killed_at_every_step_the_run_resumes_by_itself(ground: None, services: Throwaway) -> None:
    _, tenant = await apply_for("killed@example.org", "violence", "Killed line", "Kim")
    job = await job_of(tenant)
    died = await kill_at_each_step(job, "open")
    assert died.stdout.split() == NAMES, died.stderr
    assert not finished(await _steps(tenant))

    connection = await asyncpg.connect(dsn(), server_settings={"role": "hark_app"})
    claimed: list[UUID] = []
    with clock.travel(by=timedelta(minutes=1)):
        while some := await claim(connection):  # others are owed as well, and a claim takes a hundred
            claimed += some
    await connection.close()
    assert job in claimed
    assert await run_job(job)
    assert not await run_job(job)
    assert finished(await _steps(tenant))
    assert await census(services, tenant) == WHOLE
    assert len(await letters("killed@example.org")) == 1


async def _steps(tenant: UUID) -> list[ProvisioningStep]:
    async with unit_of_work() as session:
        return await steps_of(session, "open", tenant)


async def test_two_carriers_of_one_run_do_it_once(ground: None, services: Throwaway) -> None:
    _, tenant = await apply_for("pair@example.org", "violence", "Pair line", "Pia")
    await asyncio.gather(*(carry_out("open", tenant) for _ in range(3)))
    assert await census(services, tenant) == WHOLE


async def test_hotlines_of_one_name_opened_at_once_get_names_and_numbers_of_their_own(ground: None) -> None:
    opened = await asyncio.gather(
        *(open_hotline(f"same{n}@example.org", kind, "Same line", "Sam") for n, kind in enumerate(("blank", "cancer")))
    )
    assert {hotline.slug for hotline, _ in opened} == {"same-line", "same-line-2"}
    async with unit_of_work() as session:
        own = col(Number.tenant).in_([hotline.tenant for hotline, _ in opened])
        rows = list(await session.exec(select(Number).where(own)))
        assert len({row.e164 for row in rows}) == len(rows)
    assert all(row.e164.startswith("+999") and len(row.e164) == 12 and row.simulated for row in rows)


@pytest.mark.parametrize("kind", ["rainbow", "elderly", "cancer", "violence", "workplace", "blank"])
async def test_every_kind_opens_in_one_language_and_in_two(ground: None, kind: str) -> None:
    for languages in (["zh-Hans"], ["en", "zh-Hans"]):
        email = f"{kind}{len(languages)}@example.org"
        hotline, owner = await open_hotline(email, kind, f"{kind} {len(languages)}", "Kai", languages=languages)
        async with unit_of_work() as session:
            row = await session.get(Tenant, hotline.tenant)
            assert row
            assert (row.status, row.kind, row.languages) == ("open", kind, languages)
        assert owner.role == "owner"


@pytest.mark.parametrize("process", ["hark.app", "hark.jobs"])
async def test_web_and_worker_know_every_run_by_themselves(ground: None, process: str) -> None:
    asks = f"import {process}; from provisioning.steps.step import RUNS; print(*sorted(RUNS))"
    told = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", asks], cwd=HERE.parents[1], capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["close", "open"]
