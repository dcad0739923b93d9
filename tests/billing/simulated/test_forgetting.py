"""The simulated processor forgets what the real one would, and nothing else."""

from datetime import timedelta

import stripe
from sqlmodel import col, select

from billing.simulated.jobs import forget
from billing.simulated.models import SimulatedAnswer, SimulatedDelivery, SimulatedObject
from infra import clock
from infra.database import unit_of_work
from infra.scope import no_scope
from tests.billing.conftest import Simulated


async def held(customer: str) -> tuple[bool, bool, bool, bool]:
    """Whether it still has the customer, the event of its making, that it was told, and the key's answer."""
    with no_scope():
        async with unit_of_work() as session:
            objects = select(SimulatedObject.kind, SimulatedObject.ref, SimulatedObject.data)
            made = list(await session.exec(objects.where(col(SimulatedObject.kind).in_(("customer", "event")))))
            told_of = [(ref, data["data"]["object"].get("id")) for kind, ref, data in made if kind == "event"]
            events = {ref for ref, about in told_of if about == customer}
            told = select(SimulatedDelivery.id).where(col(SimulatedDelivery.event).in_(events))
            answered = select(SimulatedAnswer.id).where(SimulatedAnswer.key == f"key {customer}")
            return (
                any(ref == customer for _, ref, _ in made),
                bool(events),
                bool(list(await session.exec(told))),
                bool(list(await session.exec(answered))),
            )


async def test_keys_go_after_a_day_events_after_a_month_objects_never(simulated: Simulated) -> None:
    client = simulated.client()
    customer = (await client.v1.customers.create_async({"name": "A donor"})).id
    options: stripe.RequestOptions = {"idempotency_key": f"key {customer}"}
    await client.v1.customers.update_async(customer, {"name": "Another"}, options)
    with_key = await held(customer)
    assert with_key[0]
    assert with_key[1]
    assert with_key[3]
    for days, expected in ((0.9, with_key), (1.1, (*with_key[:3], False)), (31, (True, False, False, False))):
        with clock.travel(clock.now() + timedelta(days=days)), no_scope():
            async with unit_of_work() as session:
                await forget(session)
        assert await held(customer) == expected
