"""What one hotline's account says of another's gifts moves nothing there."""

import json
from typing import Any

import pytest
from sqlmodel import col, select

from billing.processor.booking.truth import refresh
from billing.processor.checkout import look_up
from infra.database import unit_of_work
from infra.errors import NotFound
from infra.jobs import Job, enqueue, run_job
from infra.scope import no_scope
from tests.billing.processor.conftest import House
from tests.billing.processor.test_intake import CONNECT, signed
from tests.conftest import Browser


async def tell(browser: Browser, house: House, number: int, about: dict[str, Any]) -> None:
    """Somebody who can sign says this of the hotline's account."""
    payload = json.dumps({
        "id": f"evt_forged_{house.account}_{number}", "object": "event", "type": "charge.succeeded", "livemode": False,
        "created": 1_700_000_000, "account": house.account, "data": {"object": about},
    })  # fmt: skip
    visitor = await browser()
    assert (await visitor.post(CONNECT, content=payload, headers=signed(payload))).status_code == 204
    await house.work()


async def test_a_charge_that_bears_anothers_gift_is_the_accounts_own_affair(house: House, neighbour: House) -> None:
    order = house.order(5_000)
    await house.begin(order)
    own = neighbour.simulated.client(neighbour.account)
    await own.v1.payment_intents.create_async({
        "amount": 5_000, "currency": "hkd", "payment_method": "pm_card_visa", "confirm": True,
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        "metadata": {"gift": str(order.gift)},
    })  # fmt: skip
    await house.simulated.deliver()
    await house.work()
    await neighbour.work()
    assert await house.books() == {}
    assert (await house.row(order.gift)).state == "open"
    assert (await neighbour.books())["adjustments"] == -5_000
    assert "gifts" not in await neighbour.books()
    assert (await neighbour.reconciled()).nil


async def test_an_event_with_anothers_charge_finds_nothing_and_ends(
    house: House, neighbour: House, browser: Browser
) -> None:
    gift = await house.give(5_000)
    await house.settled()
    charge = (await house.row(gift)).charge
    before = await house.books()
    await tell(browser, neighbour, 1, {"object": "charge", "id": charge, "metadata": {"gift": str(gift)}})
    assert await neighbour.books() == {}
    assert await house.books() == before
    with no_scope():
        async with unit_of_work() as session:
            owed = select(Job.id).where(Job.tenant == neighbour.tenant, Job.name == "processor.event")
            assert not list(await session.exec(owed.where(col(Job.done_at).is_(None))))


async def test_a_job_about_anothers_account_asks_nobody(house: House, neighbour: House) -> None:
    gift = await house.give(5_000)
    with neighbour.scope():
        async with unit_of_work() as session:
            told = {"account": house.account, "kind": "charge", "object": "ch_1", "type": "charge.succeeded"}
            key = await enqueue(session, "processor.event", {**told, "gift": str(gift)})
        assert await run_job(key)
    assert await neighbour.books() == {}
    assert (await house.row(gift)).charge is None


async def test_another_hotline_can_neither_look_up_nor_refresh_a_gift(house: House, neighbour: House) -> None:
    gift = await house.give(5_000)
    with neighbour.scope():
        with pytest.raises(NotFound):
            await look_up(gift)
        async with unit_of_work() as session:
            assert await refresh(session, gift) is None
