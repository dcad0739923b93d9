"""Whatever becomes of events, every month that was charged is one gift with one receipt, and the books are what the
processor has.

Hypothesis plays a donor, their bank and a bad network over some months: events doubled, shuffled, dropped, requests
refused or their answers lost, jobs run or left, wishes made in between. After the round has come by, what was charged
and what is known must be the same.
"""

import random
from datetime import timedelta
from typing import Any

import stripe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.money import Money
from billing.monthly import service
from billing.months import nth
from billing.processor.access import NotReady, Refused, Unavailable
from billing.processor.refunds import refund
from infra.database import unit_of_work
from infra.errors import HarkError
from tests.billing.monthly.conftest import AFTER, Life, noon, work

ACTS = st.one_of(
    st.tuples(st.just("month"), st.integers(1, 2), st.just(0)),
    st.tuples(st.just("card"), st.booleans(), st.just(0)),
    st.tuples(st.just("wish"), st.sampled_from(["change", "pause", "resume", "stop"]), st.integers(1000, 90_000)),
    st.tuples(st.just("refund"), st.integers(0, 9), st.integers(1, 5000)),
    st.tuples(st.just("hear"), st.integers(0, 2**16), st.integers(0, 100)),
    st.tuples(st.just("work"), st.just(0), st.just(0)),
)
BEGUN = noon(2027, 1, 31)


class Play:
    """What happens to one monthly gift, act by act."""

    def __init__(self, life: Life) -> None:
        self.life, self.months, self.acts = life, 0, 0

    async def act(self, kind: str, one: Any, other: Any) -> None:
        """Do it; what somebody says no to hasn't happened."""
        self.acts += 1
        try:
            await getattr(self, kind)(one, other)
        except (Unavailable, Refused, NotReady, stripe.APIError):
            return

    async def month(self, many: int, _none: int) -> None:
        self.months += many
        await self.life.go_to(nth(BEGUN, self.months) + AFTER)

    async def card(self, works: bool, _none: int) -> None:
        found = await self.life.v1.subscriptions.list_async({"customer": self.life.customer})
        if found.data:
            kept = await self.life.v1.payment_methods.attach_async(
                "pm_card_visa" if works else "pm_card_chargeCustomerFail", {"customer": self.life.customer}
            )
            await self.life.v1.subscriptions.update_async(found.data[0].id, {"default_payment_method": kept.id})

    async def wish(self, what: str, minor: int) -> None:
        own = await self.life.found()
        if own is None:
            return
        token = f"wish {self.acts}"
        try:
            with self.life.line.scope():
                async with unit_of_work() as session:
                    if what == "change":
                        await service.change(session, own.id, Money(minor, "HKD"), covers=minor % 2 == 0, token=token)
                    elif what == "pause":
                        await service.pause(session, own.id, 1 + minor % 3, token=token)
                    else:
                        await getattr(service, what)(session, own.id, token=token)
        except HarkError:  # it is over
            return

    async def refund(self, which: int, minor: int) -> None:
        gifts = await self.life.gifts() if await self.life.found() else []
        if not gifts:
            return
        try:
            with self.life.line.scope():
                async with unit_of_work() as session:
                    key = f"{self.acts}"
                    await refund(session, gifts[which % len(gifts)].id, Money(minor, "HKD"), "duplicate", key=key)
        except HarkError:  # more than is left
            return

    async def hear(self, seed: int, part: int) -> None:
        """Some of what is owed is told, in any order, some of it twice."""
        simulated, draw = self.life.line.simulated, random.Random(seed)
        owed = await simulated.owed()
        draw.shuffle(owed)
        async with simulated.browser() as browser:
            for key in owed[: len(owed) * part // 100]:
                for _ in range(draw.choice((1, 1, 2))):
                    await simulated._tell(key, browser)

    async def work(self, _none: int, _no: int) -> None:
        await work(self.life.line.house)


async def judge(life: Life) -> None:
    """Each paid invoice is one gift of its sum with one receipt, no month was charged twice, the books are right."""
    await life.swept(by=timedelta(hours=3))
    await life.swept(by=timedelta(hours=6))
    listed = await life.v1.invoices.list_async({"customer": life.customer, "limit": 100})
    paid = [one for one in listed.data if one.status == "paid"]
    starts = [one.lines.data[0].period.start for one in paid]
    assert len(starts) == len(set(starts)), "a month was charged twice"
    gifts = await life.gifts()
    assert sorted(each.total_minor for each in gifts) == sorted(one.amount_paid for one in paid)
    assert len(gifts) == len(paid)
    assert await life.receipts() >= len(gifts)
    assert await life.given() == sum(one.amount_paid for one in paid)
    found = await life.line.house.reconciled()
    assert found.nil, found
    stands = await life.subscription()
    row = await life.row()
    assert (row.state == "ended") == (stands["status"] == "canceled")
    assert row.amount_minor + row.cover_minor == stands["items"]["data"][0]["price"]["unit_amount"]


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ACTS, min_size=3, max_size=8), st.integers(0, 70))
async def test_every_month_that_was_charged_is_one_gift(
    life: Life, acts: list[tuple[str, Any, Any]], drop: int
) -> None:
    life = life.another()
    await life.begin(BEGUN)
    await life.line.simulated.faults(double=True, shuffle=True, drop=drop, refuse=5, lose=5)
    play = Play(life)
    for act in acts:
        await play.act(*act)
    await life.line.simulated.faults()
    await judge(life)
