"""A hotline on an installation that has plans, at the simulated processor, and the work that follows."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from billing.ledger import trial_balance
from billing.plans.models import PlanInvoice
from billing.plans.service import Choice, choose, extend_trial, standing
from billing.plans.standing import Standing
from hark.jobs import JOBS
from infra import clock
from infra.clock import now
from infra.database import Session, unit_of_work
from infra.ids import new_id
from infra.jobs import Job, enqueue, run_job
from infra.mail.send import Mail
from infra.scope import PLATFORM, no_scope, tenant_scope
from infra.settings import settings
from tests.billing.conftest import Simulated
from tests.world import Person, open_hotline

assert JOBS, "every job registers as it is imported"


@pytest.fixture
def plans_on(ground: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The installation has plans."""
    monkeypatch.setattr(settings(), "plans", "on")


@dataclass
class House:
    """A hotline in London whose trial is over, on a plan since long ago, and its owner."""

    tenant: UUID
    slug: str
    owner: Person
    simulated: Simulated

    def scope(self) -> Any:
        """Transactions inside act for the hotline."""
        return tenant_scope(self.tenant)

    async def on(self, plan: str = "solidarity", way: str = "invoice") -> None:
        """Take a plan, in a hotline whose trial was over long ago."""
        with self.scope():
            async with unit_of_work() as session:
                await extend_trial(session, date(2026, 1, 31))
                choice = Choice(plan, "GBP", way, "Dawn association", f"{self.slug}@example.org")
                with clock.travel(datetime(2026, 11, 20, tzinfo=UTC)):
                    await choose(session, choice, language="en")

    async def day(self, when: date) -> None:
        """Let the round come by on a day, and everything happen that it owes."""
        with clock.travel(datetime(when.year, when.month, when.day, 12, tzinfo=UTC)):
            with self.scope():
                async with unit_of_work() as session:
                    await enqueue(session, "plans.day", key=f"plans:{self.tenant}:{new_id()}")
            await self.work()

    async def work(self, *, patience: int = 1) -> None:
        """Do all that is due here and at the platform; events are told in between. A job that couldn't be done is done
        again, so often."""
        for _round in range(30):
            await self.simulated.deliver(tries=patience)
            with no_scope():
                async with unit_of_work() as session:
                    mine = col(Job.tenant).in_((self.tenant, PLATFORM))
                    kinds = col(Job.name).startswith("plans.") | col(Job.name).startswith("processor.")
                    owed = select(Job.id, Job.due_at).where(
                        mine, kinds, col(Job.done_at).is_(None), col(Job.failed_at).is_(None),
                        Job.due_at <= now() + timedelta(hours=patience - 1),
                    )  # fmt: skip
                    keys = list(await session.exec(owed.order_by(col(Job.due_at))))
            if not keys:
                return
            for key, due in keys:
                with clock.travel(by=max(timedelta(), due - now())):
                    await run_job(key)
        raise AssertionError("the work never ends")

    async def invoices(self) -> list[PlanInvoice]:
        """The hotline's invoices, the first one first."""
        with self.scope():
            async with unit_of_work() as session:
                return list(await session.exec(select(PlanInvoice).order_by(col(PlanInvoice.month))))

    async def books(self, tenant: UUID | None = None) -> dict[str, int]:
        """What is on each account in pounds, without what is at nought."""
        with tenant_scope(tenant or self.tenant):
            async with unit_of_work() as session:
                lines = await trial_balance(session)
        return {line.account: line.minor for line in lines if line.minor and line.currency == "GBP"}

    async def stands(self, when: date) -> Standing:
        """How the hotline stands on a day."""
        with clock.travel(datetime(when.year, when.month, when.day, 12, tzinfo=UTC)), self.scope():
            async with unit_of_work() as session:
                return await standing(session)

    async def pay(self, invoice: PlanInvoice, card: str = "4242424242424242") -> int:
        """Pay an invoice on its page; the answer's status."""
        return (await self.simulated.pay(invoice.page, card=card)).status_code

    async def letters(self) -> list[str]:
        """The subjects of all letters about this hotline."""
        with no_scope():
            async with unit_of_work() as session:
                subjects = [one.opened() for one in await session.exec(select(Mail).order_by(col(Mail.at)))]
        mine = [one["subject"] for one in subjects if self.owner.name in one["subject"]]
        return [subject for subject in mine if not subject.endswith("is set up")]

    async def run(self, act: Any) -> Any:
        """Do something in the hotline's scope, in a unit of work."""
        with self.scope():
            async with unit_of_work() as session:
                return await act(session)


@pytest.fixture
async def house(plans_on: None, simulated: Simulated) -> House:
    """A hotline with nothing in its books."""
    name = f"Owl {new_id().hex[-8:]}"
    hotline, owner = await open_hotline(
        f"{name.replace(' ', '-').lower()}@example.org", "blank", name, name, country="GB", zone="Europe/London"
    )
    return House(hotline.tenant, hotline.slug, owner, simulated)


async def balances(session: Session) -> None:
    """Books always sum to nought."""
    sums: dict[str, int] = {}
    for line in await trial_balance(session):
        sums[line.currency] = sums.get(line.currency, 0) + line.minor
    assert not any(sums.values())
