"""The way of a gift through the simulated processor: an account, a hosted page, a charge, events that are signed."""

import json

import pytest
import stripe
from stripe._webhook import Webhook

from billing.simulated.wire.shapes import misfits
from infra.settings import settings
from tests.billing.conftest import Simulated


def order(amount: int = 5000, currency: str = "hkd") -> stripe.params.checkout.SessionCreateParams:
    return {
        "mode": "payment",
        "submit_type": "donate",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {"currency": currency, "unit_amount": amount, "product_data": {"name": "A gift"}},
            }
        ],
        "payment_intent_data": {"metadata": {"gift": "g1"}, "application_fee_amount": 100},
        "metadata": {"gift": "g1"},
        "success_url": "http://hark.test/thanks?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://hark.test/give",
    }


async def test_a_gift_is_paid_on_the_hosted_page_and_everything_adds_up(simulated: Simulated) -> None:
    account = await simulated.connected()
    client = simulated.client(account)
    session = await client.v1.checkout.sessions.create_async(order())
    assert session.url
    answer = await simulated.pay(session.url)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"http://hark.test/thanks?session={session.id}"

    after = await client.v1.checkout.sessions.retrieve_async(
        session.id, {"expand": ["payment_intent.latest_charge.balance_transaction", "line_items"]}
    )
    assert (after.status, after.payment_status) == ("complete", "paid")
    intent = after.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert intent.metadata["gift"] == "g1"
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    moved = charge.balance_transaction
    assert isinstance(moved, stripe.BalanceTransaction)
    assert moved.amount == 5000
    assert moved.fee == 100 + 145 + 235
    assert moved.net == moved.amount - moved.fee == 4520
    assert not misfits(after.to_dict())


async def test_events_are_signed_and_tell_what_is_booked(simulated: Simulated) -> None:
    account = await simulated.connected()
    client = simulated.client(account)
    session = await client.v1.checkout.sessions.create_async(order())
    assert session.url
    await simulated.pay(session.url)
    told = [event.type for event in (await client.v1.events.list_async({"limit": 100})).data]
    assert told[::-1] == [
        "account.application.authorized", "account.updated", "payment_intent.created", "charge.succeeded",
        "payment_intent.succeeded", "checkout.session.completed",
    ]  # fmt: skip


async def test_a_declined_card_leaves_the_page_open(simulated: Simulated) -> None:
    account = await simulated.connected()
    client = simulated.client(account)
    session = await client.v1.checkout.sessions.create_async(order())
    assert session.url
    answer = await simulated.pay(session.url, card="4000000000009995")
    assert answer.status_code == 422
    assert "insufficient funds" in answer.text
    assert (await client.v1.checkout.sessions.retrieve_async(session.id)).status == "open"
    assert (await simulated.pay(session.url)).status_code == 303


async def test_unknown_parameters_are_refused(simulated: Simulated) -> None:
    client = simulated.client(await simulated.connected())
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.checkout.sessions.create_async({**order(), "colour": "blue"})  # type: ignore[typeddict-unknown-key]  # the point
    assert refused.value.code == "parameter_unknown"
    assert refused.value.param == "colour"


async def test_the_key_of_another_installation_opens_nothing(simulated: Simulated) -> None:
    client = stripe.StripeClient("sk_test_other", base_addresses={"api": simulated.url})
    with pytest.raises(stripe.AuthenticationError):
        await client.v1.balance.retrieve_async()


async def test_an_event_can_be_verified_by_the_sdk(simulated: Simulated) -> None:
    body = json.dumps({"id": "evt_1", "object": "event"})
    header = stripe.WebhookSignature.generate_signature_header(body, simulated.secret(connect=True))
    assert Webhook.construct_event(body, header, simulated.secret(connect=True)).id == "evt_1"


async def test_nothing_simulated_is_there_where_payments_are_real(
    simulated: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await simulated.client(await simulated.connected()).v1.checkout.sessions.create_async(order())
    assert session.url
    for name, value in {
        "HARK_STRIPE": "test", "HARK_STRIPE_KEY": "sk_test_1", "HARK_STRIPE_WEBHOOK_SECRET": "whsec_1",
        "HARK_STRIPE_CONNECT_SECRET": "whsec_2",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    try:
        async with simulated.browser() as browser:
            for path in ("/v1/balance", f"/pay/{session.id}", "/board"):
                assert (await browser.get(f"/simulated/stripe{path}", headers={"accept": "text/html"})).status_code in (
                    (303,) if path == "/board" else (404,)
                )
    finally:
        monkeypatch.undo()
        settings.cache_clear()
