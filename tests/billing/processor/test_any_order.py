"""Events in any order, doubled, late or lost, requests refused or their answers lost: the same books, and they are what
the processor has.

Hypothesis plays donors, the hotline, banks and a bad network at once. After the round has come by, the books must be
exactly what the processor's own record makes of them, entry by entry.
"""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.money import Money
from billing.processor.access import NotReady, Refused, Unavailable
from billing.processor.checkout import look_up
from billing.processor.refunds import refund
from infra.clock import travel
from infra.database import unit_of_work
from infra.errors import HarkError
from tests.billing.processor.conftest import House
from tests.billing.processor.test_payouts import swept

ACTS = st.one_of(
    st.tuples(st.just("give"), st.integers(400, 50_000), st.sampled_from(["4242424242424242", "4000000000000002"])),
    st.tuples(st.just("refund"), st.integers(0, 9), st.integers(1, 30_000)),
    st.tuples(st.just("dispute"), st.integers(0, 9), st.booleans()),
    st.tuples(st.just("payout"), st.booleans(), st.just(0)),
    st.tuples(st.just("look"), st.integers(0, 9), st.just(0)),
    st.tuples(st.just("hear"), st.integers(0, 2**16), st.integers(0, 100)),
    st.tuples(st.just("work"), st.just(0), st.just(0)),
)


class Play:
    """What happens, act by act."""

    def __init__(self, house: House) -> None:
        self.house, self.gifts, self.acts = house, list[UUID](), 0

    async def act(self, kind: str, one: Any, other: Any) -> None:
        """Do it; what the house or the processor says no to hasn't happened."""
        self.acts += 1
        try:
            await getattr(self, kind)(one, other)
        except (Unavailable, Refused, NotReady):
            return

    async def give(self, minor: int, card: str) -> None:
        order = self.house.order(minor)
        await self.house.simulated.pay(await self.house.begin(order), card=card)
        self.gifts.append(order.gift)

    async def refund(self, which: int, minor: int) -> None:
        if not self.gifts:
            return
        try:
            with self.house.scope():
                async with unit_of_work() as session:
                    gift = self.gifts[which % len(self.gifts)]
                    wish = f"{self.acts}"
                    await refund(session, gift, Money(minor, "HKD"), "duplicate", key=wish)
        except HarkError:  # more than is left, or not paid as far as we know
            return

    async def dispute(self, which: int, won: bool) -> None:
        own = self.house.simulated.client(self.house.account)
        charges = [one for one in (await own.v1.charges.list_async({"limit": 100})).data if one.paid]
        if charges and not charges[which % len(charges)].disputed:
            charge = charges[which % len(charges)]
            if charge.amount_refunded < charge.amount:
                key = await self.house.simulated.dispute(self.house.account, charge.id)
                await self.house.simulated.decide(self.house.account, key, won=won)

    async def payout(self, arrive: bool, _none: int) -> None:
        await self.house.simulated.ripen(self.house.account)
        await self.house.simulated.pay_out(self.house.account, arrive=arrive)

    async def look(self, which: int, _none: int) -> None:
        if self.gifts:
            with self.house.scope():
                await look_up(self.gifts[which % len(self.gifts)])

    async def hear(self, seed: int, part: int) -> None:
        """Some of what is owed is told, in any order, some of it twice."""
        draw, owed = random.Random(seed), await self.house.simulated.owed()
        draw.shuffle(owed)
        async with self.house.simulated.browser() as browser:
            for key in owed[: len(owed) * part // 100]:
                for _ in range(draw.choice((1, 1, 2))):
                    await self.house.simulated._tell(key, browser)

    async def work(self, _none: int, _no: int) -> None:
        await self.house.work()


async def judge(play: Play) -> None:
    """The books are what the processor has, and no gift gave more than it was."""
    house = play.house
    with travel(by=timedelta(hours=2)):  # jobs that met a refusal wait for their next try
        await swept(house)
        await swept(house)
    found = await house.reconciled()
    assert found.nil, found
    for gift in play.gifts:
        payment = house.told[gift][-1] if gift in house.told else None
        row = await house.row(gift)
        booked = -await house.on("gifts", gift=gift)
        gone = await house.on("refunds", gift=gift) + await house.on("disputes", gift=gift)
        assert booked == (row.minor if row.state == "paid" else 0)
        assert 0 <= gone <= booked
        assert gone == row.refunded_minor + row.disputed_minor
        assert payment is None or payment.kept.minor == booked - gone
    assert sum((await house.books()).values()) == 0


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ACTS, min_size=4, max_size=14), st.integers(0, 60))
async def test_whatever_becomes_of_events_the_books_are_what_the_processor_has(
    house: House, acts: list[tuple[str, Any, Any]], drop: int
) -> None:
    await house.simulated.faults(double=True, shuffle=True, drop=drop)
    play = Play(house)
    for act in acts:
        await play.act(*act)
    await house.simulated.faults()
    await judge(play)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ACTS, min_size=4, max_size=12))
async def test_whatever_becomes_of_requests_the_books_are_what_the_processor_has(
    house: House, acts: list[tuple[str, Any, Any]]
) -> None:
    await house.simulated.faults(refuse=15, lose=15)
    play = Play(house)
    for act in acts:
        await play.act(*act)
    await house.simulated.faults()
    await judge(play)
