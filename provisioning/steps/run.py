"""Carries runs out: one step per transaction, from wherever the run stands.

Killed anywhere, the job that carries it comes back through the outbox's lease and finds every step either done, with
all that it made, or not begun. A step that fails three times has everything before it taken back, last first.
"""

from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from infra.clock import now
from infra.database import Session, unit_of_work
from infra.errors import HarkError
from infra.jobs import enqueue, job
from infra.scope import current_tenant, tenant_scope
from provisioning.steps.models import ProvisioningStep
from provisioning.steps.step import Hopeless, Run, Step, run_named

TRIES = 3
State = Literal["done", "now", "next", "failed"]


class Shown(NamedTuple):
    """A step as the person who waits for it sees it; `title` is the id of its translation."""

    title: str
    state: State
    again: bool


async def begin(session: Session, name: str, tenant: UUID) -> None:
    """Write a run's steps down and owe the work, in the caller's transaction. A run that was taken back begins anew;
    one that is under way or done is left alone."""
    found = await steps_of(session, name, tenant)
    if not found:
        session.add_all(
            ProvisioningStep(tenant=tenant, run=name, place=place, name=step.name)
            for place, step in enumerate(run_named(name).steps)
        )
    elif taken_back(found):
        await session.execute(
            update(ProvisioningStep)
            .where(col(ProvisioningStep.tenant) == tenant, col(ProvisioningStep.run) == name)
            .values(state="waiting", tries=0, kept={}, error=None, finished_at=None)
        )
    else:
        return
    with tenant_scope(tenant):
        await enqueue(session, "provisioning.run", {"run": name}, key=f"provisioning.run:{name}:{tenant}")


@job("provisioning.run")
async def go_on(_session: Session, run: str) -> None:
    """The job; the session it is given keeps its row locked while the steps use transactions of their own."""
    await carry_out(run, current_tenant())


async def carry_out(name: str, tenant: UUID) -> None:
    """Go on with a run to its end. Raises what a step raised when that step is to be tried again later."""
    run = run_named(name)
    with tenant_scope(tenant):
        async with unit_of_work() as session:
            failed = any(row.state == "failed" for row in await steps_of(session, name, tenant))
        for step in () if failed else run.steps:
            try:
                await _do(run, step, tenant)
            except Exception as error:
                if not await _given_up(run, step, tenant, error):
                    raise
                failed = True
                break
        if failed:
            await _take_back(run, tenant)


async def _do(run: Run, step: Step, tenant: UUID) -> None:
    async with unit_of_work() as session:
        row = await _locked(session, run, step, tenant)
        if row.state == "done":
            return
        row.kept = await step.do(session, tenant) or {}
        row.state, row.error, row.finished_at = "done", None, now()
        if step is run.steps[-1]:
            await run.done(session, tenant)


async def _given_up(run: Run, step: Step, tenant: UUID, error: Exception) -> bool:
    """Count the failure; True when it was the last try and there is a way back."""
    async with unit_of_work() as session:
        row = await _locked(session, run, step, tenant)
        row.tries += 1
        row.error = str(error) if isinstance(error, HarkError) else type(error).__name__
        earlier = run.steps[: row.place]
        again = row.tries < TRIES and not isinstance(error, Hopeless)
        if again or any(before.undo is None for before in earlier):
            return False
        row.state = "failed"
        return True


async def _take_back(run: Run, tenant: UUID) -> None:
    for step in reversed(run.steps):
        async with unit_of_work() as session:
            row = await _locked(session, run, step, tenant)
            if row.state == "done" and step.undo:
                await step.undo(session, tenant, row.kept)
                row.state, row.finished_at = "undone", now()
    async with unit_of_work() as session:
        rows = await steps_of(session, run.name, tenant, lock=True)
        told = [row for row in rows if row.state == "failed" and row.finished_at is None]
        for row in told:
            row.finished_at = now()
        if told:
            await run.failed(session, tenant)


async def steps_of(session: Session, run: str, tenant: UUID, *, lock: bool = False) -> list[ProvisioningStep]:
    """The rows of a run, in order; none when it never began."""
    found = (
        select(ProvisioningStep)
        .where(ProvisioningStep.tenant == tenant, ProvisioningStep.run == run)
        .order_by(col(ProvisioningStep.place))
    )
    return list(await session.exec(found.with_for_update() if lock else found))


async def _locked(session: Session, run: Run, step: Step, tenant: UUID) -> ProvisioningStep:
    found = select(ProvisioningStep).where(
        ProvisioningStep.tenant == tenant, ProvisioningStep.run == run.name, ProvisioningStep.name == step.name
    )
    return (await session.exec(found.with_for_update())).one()


def finished(rows: list[ProvisioningStep]) -> bool:
    """Whether every step is done."""
    return bool(rows) and all(row.state == "done" for row in rows)


def taken_back(rows: list[ProvisioningStep]) -> bool:
    """Whether the run failed and everything it had done is undone."""
    return any(row.state == "failed" and row.finished_at for row in rows)


def shown(rows: list[ProvisioningStep]) -> list[Shown]:
    """The rows for the page that shows them as they happen."""
    titles = {step.name: step.title for step in run_named(rows[0].run).steps} if rows else {}
    under_way = None if any(row.state == "failed" for row in rows) else _first_waiting(rows)
    state: dict[str, State] = {"done": "done", "failed": "failed", "waiting": "next", "undone": "next"}
    return [
        Shown(titles[row.name], "now" if row is under_way else state[row.state], row is under_way and row.tries > 0)
        for row in rows
    ]


def _first_waiting(rows: list[ProvisioningStep]) -> ProvisioningStep | None:
    return next((row for row in rows if row.state == "waiting"), None)
