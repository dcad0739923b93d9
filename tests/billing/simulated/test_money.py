"""What is in an account: fees, the platform's part, disputes, payouts, and that it always adds up."""

from typing import Any

import pytest
import stripe

from tests.billing.conftest import Simulated
from tests.billing.simulated.test_first import order


async def _paid(
    simulated: Simulated, client: stripe.StripeClient, card: str = "4242424242424242", amount: int = 5000
) -> stripe.Charge:
    session = await client.v1.checkout.sessions.create_async(order(amount))
    assert session.url
    await simulated.pay(session.url, card=card)
    after = await client.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["payment_intent.latest_charge"]})
    assert isinstance(after.payment_intent, stripe.PaymentIntent)
    assert isinstance(after.payment_intent.latest_charge, stripe.Charge)
    return after.payment_intent.latest_charge


async def _sums(client: stripe.StripeClient) -> tuple[int, int]:
    """What the balance says, and what the movements add up to."""
    balance = await client.v1.balance.retrieve_async()
    held = sum(part.amount for part in [*balance.available, *balance.pending])
    moved = [one async for one in (await client.v1.balance_transactions.list_async({"limit": 3})).auto_paging_iter()]
    return held, sum(one.net for one in moved)


async def test_the_balance_is_what_the_movements_add_up_to(simulated: Simulated) -> None:
    account = await simulated.connected()
    client = simulated.client(account)
    first = await _paid(simulated, client, amount=70_000)
    second = await _paid(simulated, client, amount=80_000)
    await _paid(simulated, client, card="4000000000000259", amount=9_000)
    await client.v1.refunds.create_async({"charge": first.id, "amount": 1200, "refund_application_fee": True})
    disputed = await simulated.dispute(account, second.id)
    await simulated.decide(account, disputed, won=True)
    await simulated.ripen(account)
    (payout,) = await simulated.pay_out(account)
    held, moved = await _sums(client)
    assert held == moved == 0
    paid_out = await client.v1.payouts.retrieve_async(payout)
    inside = await client.v1.balance_transactions.list_async({"payout": payout, "limit": 100})
    assert sum(one.net for one in inside.data if one.type != "payout") == paid_out.amount
    assert paid_out.status == "paid"


async def test_the_platform_gets_its_part_and_gives_it_back_in_proportion(simulated: Simulated) -> None:
    client = simulated.client(await simulated.connected())
    charge = await _paid(simulated, client)
    platform = simulated.client()
    fee = await platform.v1.application_fees.retrieve_async(str(charge.application_fee))
    assert (fee.amount, fee.charge) == (100, charge.id)
    await client.v1.refunds.create_async({"charge": charge.id, "amount": 2500, "refund_application_fee": True})
    assert (await platform.v1.application_fees.retrieve_async(fee.id)).amount_refunded == 50


async def test_a_disputed_charge_cant_be_given_back_as_well(simulated: Simulated) -> None:
    account = await simulated.connected()
    client = simulated.client(account)
    charge = await _paid(simulated, client)
    await simulated.dispute(account, charge.id)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.refunds.create_async({"charge": charge.id})
    assert refused.value.code == "charge_disputed"


async def test_a_refund_that_the_bank_sends_back_is_in_the_account_again(simulated: Simulated) -> None:
    client = simulated.client(await simulated.connected())
    charge = await _paid(simulated, client, card="4000000000005126")
    before, _moved = await _sums(client)
    refund = await client.v1.refunds.create_async({"charge": charge.id})
    assert refund.status == "failed"
    after, moved = await _sums(client)
    assert after == moved == before
    assert (await client.v1.charges.retrieve_async(charge.id)).amount_refunded == 0


async def test_no_more_is_paid_out_than_is_available(simulated: Simulated) -> None:
    client = simulated.client(await simulated.connected())
    await _paid(simulated, client)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.payouts.create_async({"amount": 1, "currency": "hkd"})
    assert refused.value.code == "balance_insufficient"


async def test_an_account_sees_nothing_of_anothers(simulated: Simulated) -> None:
    one, other = simulated.client(await simulated.connected()), simulated.client(await simulated.connected())
    charge = await _paid(simulated, one)
    with pytest.raises(stripe.InvalidRequestError) as missing:
        await other.v1.charges.retrieve_async(charge.id)
    assert missing.value.http_status == 404
    assert not (await other.v1.charges.list_async()).data
    expanded: Any = {"expand": ["data.customer"]}
    assert not (await other.v1.events.list_async({"type": "charge.*", **expanded})).data


async def test_troubles_on_purpose(simulated: Simulated) -> None:
    account = await simulated.connected()
    client = simulated.client(account)
    before = len(await simulated.owed())
    await simulated.faults(drop=100)
    await _paid(simulated, client)
    assert len(await simulated.owed()) == before
    await simulated.faults(double=True)
    await _paid(simulated, client)
    assert len(await simulated.owed()) - before == 10
    await simulated.faults(refuse=100)
    with pytest.raises(stripe.APIError):
        await client.v1.balance.retrieve_async()
    await simulated.faults(lose=100)
    key: stripe.RequestOptions = {"idempotency_key": f"lost-{account}"}
    with pytest.raises(stripe.APIError):
        await client.v1.customers.create_async({"name": "Lost"}, key)
    await simulated.faults()
    again = await client.v1.customers.create_async({"name": "Lost"}, key)
    assert [one.id for one in (await client.v1.customers.list_async()).data] == [again.id]
