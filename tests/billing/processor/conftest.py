"""A hotline with an account of its own at the simulated processor, donors who pay, and the work that follows."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from billing.ledger import balance, trial_balance
from billing.money import Money
from billing.processor import payments
from billing.processor.booking.reconcile import Reconciled, reconcile
from billing.processor.checkout import CheckoutOrder, start_checkout
from billing.processor.connect import service
from billing.processor.models import PaymentAccount, PaymentRow
from billing.processor.payments import Payment
from billing.simulated.api import accounts
from hark.jobs import JOBS
from infra.clock import now
from infra.database import Session, unit_of_work
from infra.ids import new_id
from infra.jobs import Job, run_job
from infra.scope import no_scope, tenant_scope
from tenants.directory.service import tenant_by_id
from tests.billing.conftest import Simulated
from tests.world import World, open_hotline

_numbers = count(1)
assert JOBS, "every job registers as it is imported"


@dataclass
class House:
    """A hotline and its account; `told` is what listeners heard, gift by gift."""

    tenant: UUID
    slug: str
    account: str
    simulated: Simulated
    owner: UUID
    told: dict[UUID, list[Payment]] = field(default_factory=dict)

    def scope(self) -> Any:
        """Transactions inside act for the hotline."""
        return tenant_scope(self.tenant)

    def order(self, minor: int = 2500, currency: str = "HKD", **more: Any) -> CheckoutOrder:
        """What a donor is about to give."""
        given: dict[str, Any] = {"gift": new_id(), "label": "A gift to Dawn line", "language": "en"} | more
        back = "http://hark.test/thanks"
        return CheckoutOrder(money=Money(minor, currency), back=back, away="http://hark.test/away", **given)

    async def begin(self, order: CheckoutOrder) -> str:
        """The address of the page."""
        with self.scope():
            return await start_checkout(order)

    async def give(self, minor: int = 2500, *, card: str = "4242424242424242", **more: Any) -> UUID:
        """A donor gives, as far as the processor's page goes; nothing is told to us yet."""
        order = self.order(minor, **more)
        answer = await self.simulated.pay(await self.begin(order), card=card)
        assert answer.status_code in (302, 303), answer.text
        return order.gift

    async def work(self) -> None:
        """Do the processor's jobs of this hotline until none is due."""
        for _ in range(50):
            with no_scope():
                async with unit_of_work() as session:
                    owed = select(Job.id).where(
                        Job.tenant == self.tenant, col(Job.name).startswith("processor."), col(Job.done_at).is_(None),
                        col(Job.failed_at).is_(None), Job.due_at <= now(),
                    )  # fmt: skip
                    keys = list(await session.exec(owed.order_by(col(Job.due_at))))
            if not keys:
                return
            for key in keys:
                await run_job(key)
        raise AssertionError("the processor's jobs never end")

    async def settled(self) -> None:
        """Everything that is owed is told and done."""
        await self.simulated.deliver()
        await self.work()

    async def row(self, gift: UUID) -> PaymentRow:
        """What we know of a gift's payment."""
        with self.scope():
            async with unit_of_work() as session:
                return (await session.exec(select(PaymentRow).where(PaymentRow.id == gift))).one()

    async def on(self, account: str, currency: str = "HKD", **of: Any) -> int:
        """What is on an account of the books."""
        with self.scope():
            async with unit_of_work() as session:
                return await balance(session, account, currency, **of)

    async def books(self) -> dict[str, int]:
        """The trial balance, account → minor units, without what is at nought."""
        with self.scope():
            async with unit_of_work() as session:
                lines = await trial_balance(session)
        return {line.account: line.minor for line in lines if line.minor}

    async def reconciled(self) -> Reconciled:
        """The books laid beside the processor's record."""
        with self.scope():
            async with unit_of_work() as session:
                return await reconcile(session)


@contextmanager
def _hearing(house: House) -> Iterator[None]:
    async def hear(_session: Session, payment: Payment) -> None:
        house.told.setdefault(payment.gift, []).append(payment)

    payments.listeners.append(hear)
    yield
    payments.listeners.remove(hear)


async def connect(simulated: Simulated, tenant: UUID, slug: str, country: str = "HK") -> str:
    """Connect a hotline and go through the processor's own onboarding."""
    with tenant_scope(tenant):
        async with unit_of_work() as session:
            row = await tenant_by_id(session, tenant)
        account = await service.open_account(row, country, f"http://hark.test/h/{slug}")
    async with simulated.till() as till:
        await accounts.onboard(till, account, {"name": "Dawn line", "bank": "000123456789"}, complete=True)
    with tenant_scope(tenant):
        async with unit_of_work() as session:
            await service.renew(session, account)
    return account


async def _open(simulated: Simulated) -> House:
    number = next(_numbers)
    hotline, owner = await open_hotline(f"treasurer{number}@example.org", "rainbow", f"Giving line {number}", "Tess")
    account = await connect(simulated, hotline.tenant, hotline.slug)
    await simulated.deliver()
    return House(hotline.tenant, hotline.slug, account, simulated, owner.account)


@pytest.fixture
async def house(world: World, simulated: Simulated) -> AsyncIterator[House]:
    """A hotline of its own, connected; deliveries that others left owed are gone."""
    made = await _open(simulated)
    with _hearing(made):
        yield made


@pytest.fixture
async def neighbour(world: World, simulated: Simulated) -> House:
    """Another one."""
    return await _open(simulated)


async def account_row(house: House) -> PaymentAccount:
    """The hotline's account as we know it."""
    with house.scope():
        async with unit_of_work() as session:
            return (await session.exec(select(PaymentAccount))).one()
