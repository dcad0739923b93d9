"""A hotline that takes monthly gifts, and donors who live by a clock that can be put forward."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlmodel import col, or_, select

from billing.giving.models import Gift
from billing.monthly.models import MonthlyGift
from billing.receipts.models import Receipt
from billing.simulated.wire.shapes import Data
from infra.clock import now, travel
from infra.database import unit_of_work
from infra.jobs import Job, enqueue, run_job
from infra.scope import no_scope
from tests.billing.conftest import Simulated
from tests.billing.giving.conftest import WORKING, Line, forget_tries, open_line
from tests.billing.processor.conftest import House
from tests.conftest import Browser
from tests.world import World

FAILS = "pm_card_chargeCustomerFail"
AFTER = timedelta(hours=2)
"""An invoice is charged an hour after its month begins."""
_numbers = count(1)


async def work(house: House) -> None:
    """Do what is owed for payments and monthly gifts until nothing is due."""
    for _ in range(50):
        with no_scope():
            async with unit_of_work() as session:
                kinds = or_(col(Job.name).startswith("processor."), col(Job.name).startswith("monthly."))
                owed = select(Job.id).where(
                    Job.tenant == house.tenant, kinds, col(Job.done_at).is_(None), col(Job.failed_at).is_(None),
                    Job.due_at <= now(),
                )  # fmt: skip
                keys = list(await session.exec(owed.order_by(col(Job.due_at), col(Job.id))))
        if not keys:
            return
        for key in keys:
            await run_job(key)
    raise AssertionError("the jobs never end")


@dataclass
class Life:
    """A donor's monthly gift, and the clock by which the processor lets them live."""

    line: Line
    address: str
    clock: str = ""
    customer: str = ""
    thanks: str = ""
    ticket: str = ""

    @property
    def v1(self) -> Any:
        """The processor's API on the hotline's account."""
        return self.line.simulated.client(self.line.house.account).v1

    async def begin(self, at: datetime, *, card: str = WORKING, **typed: str) -> None:
        """Give for the first time, at an hour of the processor's."""
        self.clock = (await self.v1.test_helpers.test_clocks.create_async({"frozen_time": int(at.timestamp())})).id
        made = await self.v1.customers.create_async({"test_clock": self.clock, "email": self.address})
        self.customer = made.id
        donor = await self.line.donor()
        await forget_tries()
        await donor.open()
        before = {each.ticket for each in await self.line.gifts()}
        answer = await donor.press(**{"rhythm": "monthly", "email": self.address, "name": "Mia", **typed})
        assert answer.status_code == 303, answer.text
        (self.ticket,) = {each.ticket for each in await self.line.gifts()} - before
        async with self.line.simulated.till(self.line.house.account) as till:
            hosted = await till.find("checkout.session", urlsplit(answer.headers["location"]).path.rpartition("/")[2])
            await till.change(hosted, customer=self.customer)
        paid = await self.line.simulated.pay(answer.headers["location"], card=card)
        assert paid.status_code == 303, paid.text
        self.thanks = paid.headers["location"].removeprefix("http://hark.test")

    async def go_to(self, at: datetime) -> None:
        """Put the clock forward; nothing is told yet."""
        await self.v1.test_helpers.test_clocks.advance_async(self.clock, {"frozen_time": int(at.timestamp())})

    async def settled(self) -> None:
        """Everything that is owed is told and done."""
        await self.line.simulated.deliver()
        await work(self.line.house)

    async def live(self, *moments: datetime) -> None:
        """Go from moment to moment, and hear of everything at each."""
        for at in moments:
            await self.go_to(at + AFTER)
            await self.settled()

    def another(self) -> "Life":
        """Somebody else at the same hotline."""
        return Life(self.line, f"mia{next(_numbers)}@example.org")

    async def found(self) -> MonthlyGift | None:
        """The monthly gift, if we know of it."""
        with self.line.scope():
            async with unit_of_work() as session:
                begun = select(Gift.id).where(Gift.monthly, Gift.ticket == self.ticket)
                return (await session.exec(select(MonthlyGift).where(col(MonthlyGift.begun).in_(begun)))).one_or_none()

    async def row(self) -> MonthlyGift:
        """The monthly gift as we know it."""
        found = await self.found()
        assert found, "there is no monthly gift yet"
        return found

    async def gifts(self) -> list[Gift]:
        """Its gifts, oldest first."""
        own = (await self.row()).id
        came = [each for each in await self.line.gifts() if each.paid_at and each.monthly_gift == own]
        return sorted(came, key=lambda each: each.paid_at or now())

    async def given(self) -> int:
        """What the books have of its gifts."""
        return -sum([await self.line.given(gift=each.id) for each in await self.gifts()])

    async def receipts(self) -> int:
        """How many receipts there are for its gifts."""
        own = [each.id for each in await self.gifts()]
        with self.line.scope():
            async with unit_of_work() as session:
                return len(list(await session.exec(select(Receipt).where(col(Receipt.gift).in_(own)))))

    async def pays_with(self, method: str) -> None:
        """From now on another card pays."""
        kept = await self.v1.payment_methods.attach_async(method, {"customer": self.customer})
        await self.v1.subscriptions.update_async((await self.row()).subscription, {"default_payment_method": kept.id})

    async def fails(self) -> None:
        """From now on the card is refused."""
        await self.pays_with(FAILS)

    async def works(self) -> None:
        """From now on it isn't."""
        await self.pays_with("pm_card_visa")

    @property
    def line_name(self) -> str:
        """How the hotline signs its letters."""
        return f"Harbour line {self.line.slug.rpartition('-')[2]}"

    async def days(self) -> list[str]:
        """The days in UTC on which something was given."""
        return [f"{each.paid_at.astimezone(UTC):%Y-%m-%d}" for each in await self.gifts() if each.paid_at]

    async def subscription(self) -> Data:
        """It as the processor has it."""
        return dict((await self.v1.subscriptions.retrieve_async((await self.row()).subscription)).to_dict())

    async def subjects(self) -> list[str]:
        """What the letters to the donor are about, oldest first."""
        return [each["subject"] for each in await self.letters()]

    async def letters(self) -> list[dict[str, str]]:
        """What was written to the donor, oldest first."""
        return await self.line.letters(self.address)

    async def swept(self, *, by: timedelta = timedelta()) -> None:
        """The rounds come by, some time from now."""
        with travel(by=by):
            with self.line.scope():
                async with unit_of_work() as session:
                    await enqueue(session, "processor.sweep")
                    await enqueue(session, "monthly.hotline")
            await work(self.line.house)


def noon(year: int, month: int, day: int, hour: int = 12) -> datetime:
    """A moment of the processor's."""
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.fixture(scope="session")
async def opened(world: World, processor_server: Simulated) -> Line:
    """One hotline for all of them: each looks at nobody's gifts but its own."""
    await processor_server.faults()

    async def nobody(*_who: Any) -> Any:
        raise AssertionError("a browser lasts for one test")

    return await open_line(processor_server, nobody)


@pytest.fixture
async def life(opened: Line, simulated: Simulated, browser: Browser) -> Life:
    """Somebody who is about to give monthly."""
    await forget_tries()
    return Life(replace(opened, browser=browser), f"mia{next(_numbers)}@example.org")
