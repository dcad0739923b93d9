"""The hosted pages: connecting, paying by wallet, confirming, subscribing, keeping a card, the portal."""

from typing import Any

import pytest
import stripe

from infra.database import unit_of_work
from infra.scope import no_scope
from tenants.members.models import Account
from tests.billing.conftest import Simulated
from tests.billing.simulated.test_first import order
from tests.conftest import signed_cookie
from tests.world import account_for

MONTHLY: dict[str, Any] = {
    "mode": "subscription",
    "line_items": [
        {
            "quantity": 1,
            "price_data": {
                "currency": "hkd", "unit_amount": 5000, "product_data": {"name": "A monthly gift"},
                "recurring": {"interval": "month"},
            },
        }
    ],
    "success_url": "http://hark.test/thanks",
    "cancel_url": "http://hark.test/give",
}  # fmt: skip


async def test_an_account_is_connected_on_its_page(simulated: Simulated) -> None:
    client = simulated.client()
    account = await client.v1.accounts.create_async({"country": "HK", "email": "ngo@example.org"})
    assert (account.charges_enabled, account.details_submitted) == (False, False)
    assert account.requirements is not None
    assert account.requirements.currently_due
    link = await client.v1.account_links.create_async(
        {
            "account": account.id, "type": "account_onboarding", "return_url": "http://hark.test/back",
            "refresh_url": "http://hark.test/again",
        }
    )  # fmt: skip
    async with simulated.browser() as browser:
        assert "Simulated" in (await browser.get(link.url)).text
        nameless = await browser.post(link.url, data={"name": "", "bank": "1234"})
        assert nameless.status_code == 422
        done = await browser.post(link.url, data={"name": "Dawn line", "bank": "000123456789"})
        assert done.headers["location"] == "http://hark.test/back"
        used = await browser.get(link.url)
        assert used.headers["location"] == "http://hark.test/again"
    after = await client.v1.accounts.retrieve_async(account.id)
    assert (after.charges_enabled, after.payouts_enabled) == (True, True)


async def test_an_account_with_a_document_missing_may_not_be_paid(simulated: Simulated) -> None:
    client = simulated.client()
    account = await client.v1.accounts.create_async({"country": "HK"})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await simulated.client(account.id).v1.checkout.sessions.create_async(order())
    assert refused.value.code == "account_invalid"


async def _wallet(simulated: Simulated, said: str) -> tuple[stripe.StripeClient, str, str]:
    """A gift by Alipay and what the payer said in the app: the account's client, the session and where that led."""
    account = await simulated.connected()
    client = simulated.client(account)
    session = await client.v1.checkout.sessions.create_async(order())
    assert session.url
    assert "alipay" in session.payment_method_types
    asked = await simulated.pay(session.url, method="alipay")
    address = asked.headers["location"]
    assert "/confirm/" in address
    async with simulated.browser() as browser:
        assert "Alipay" in (await browser.get(address)).text
        secret = address.partition("secret=")[2]
        answer = await browser.post(address.partition("?")[0], data={"secret": secret, "said": said})
    return client, session.id, answer.headers["location"]


async def test_a_wallet_that_takes_its_time_is_paid_later(simulated: Simulated) -> None:
    client, key, address = await _wallet(simulated, "later")
    assert address.startswith("http://hark.test/thanks")
    session = await client.v1.checkout.sessions.retrieve_async(key, {"expand": ["payment_intent"]})
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    intent = session.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert intent.status == "processing"
    account = client._requestor._options.stripe_account or ""
    await simulated.settle(account, intent.id)
    assert (await client.v1.checkout.sessions.retrieve_async(key)).payment_status == "paid"
    told = {event.type for event in (await client.v1.events.list_async({"limit": 100})).data}
    assert {"payment_intent.processing", "checkout.session.async_payment_succeeded"} <= told


async def test_a_wallet_that_refuses_leads_back_to_the_page(simulated: Simulated) -> None:
    client, key, address = await _wallet(simulated, "no")
    assert address.endswith(f"/pay/{key}?failed=yes")
    assert (await client.v1.checkout.sessions.retrieve_async(key)).status == "open"


async def test_a_card_that_asks_is_paid_once_its_holder_has_said_so(simulated: Simulated) -> None:
    account = await simulated.connected()
    client = simulated.client(account)
    session = await client.v1.checkout.sessions.create_async(order())
    assert session.url
    asked = await simulated.pay(session.url, card="4000000000003220")
    address = asked.headers["location"]
    async with simulated.browser() as browser:
        wrong = await browser.post(address.partition("?")[0], data={"secret": "other", "said": "yes"})
        assert wrong.status_code == 404
        secret = address.partition("secret=")[2]
        await browser.post(address.partition("?")[0], data={"secret": secret, "said": "yes"})
    assert (await client.v1.checkout.sessions.retrieve_async(session.id)).payment_status == "paid"


async def test_a_real_cards_number_is_neither_taken_nor_shown_again(simulated: Simulated) -> None:
    client = simulated.client(await simulated.connected())
    session = await client.v1.checkout.sessions.create_async(order())
    assert session.url
    answer = await simulated.pay(session.url, card="4539148803436467")
    assert answer.status_code == 422
    assert "4539" not in answer.text


async def test_a_monthly_gift_is_begun_on_the_page_and_ended_in_the_portal(simulated: Simulated) -> None:
    client = simulated.client(await simulated.connected())
    session = await client.v1.checkout.sessions.create_async(MONTHLY)  # type: ignore[arg-type]  # said as a plain mapping
    assert session.url
    declined = await simulated.pay(session.url, card="4000000000009995")
    assert declined.status_code == 422
    assert (await simulated.pay(session.url)).headers["location"] == "http://hark.test/thanks"
    after = await client.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["subscription"]})
    assert (after.status, after.payment_status) == ("complete", "paid")
    subscription = after.subscription
    assert isinstance(subscription, stripe.Subscription)
    assert subscription.status == "active"
    portal = await client.v1.billing_portal.sessions.create_async(
        {"customer": str(subscription.customer), "return_url": "http://hark.test/mine"}
    )
    async with simulated.browser() as browser:
        shown = await browser.get(portal.url)
        assert "4242" in shown.text
        await browser.post(f"{portal.url}/end", data={"subscription": subscription.id})
        await browser.post(f"{portal.url}/card", data={"number": "5555555555554444", "expiry": "1/40", "cvc": "123"})
        assert "4444" in (await browser.get(portal.url)).text
    ended = await client.v1.subscriptions.retrieve_async(subscription.id)
    assert ended.cancel_at_period_end is True


async def test_a_first_period_that_asks_is_begun_when_its_payer_has_confirmed(simulated: Simulated) -> None:
    client = simulated.client(await simulated.connected())
    session = await client.v1.checkout.sessions.create_async(MONTHLY)  # type: ignore[arg-type]  # as above
    assert session.url
    address = (await simulated.pay(session.url, card="4000000000003220")).headers["location"]
    async with simulated.browser() as browser:
        secret = address.partition("secret=")[2]
        answer = await browser.post(address.partition("?")[0], data={"secret": secret, "said": "yes"})
    assert answer.headers["location"] == "http://hark.test/thanks"
    after = await client.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["subscription"]})
    assert isinstance(after.subscription, stripe.Subscription)
    assert (after.payment_status, after.subscription.status) == ("paid", "active")


async def test_a_card_is_kept_without_a_payment(simulated: Simulated) -> None:
    client = simulated.client(await simulated.connected())
    customer = await client.v1.customers.create_async({"email": "donor@example.org"})
    session = await client.v1.checkout.sessions.create_async(
        {"mode": "setup", "customer": customer.id, "currency": "hkd", "success_url": "http://hark.test/kept"}
    )
    assert session.url
    assert (await simulated.pay(session.url)).headers["location"] == "http://hark.test/kept"
    kept = await client.v1.customers.payment_methods.list_async(customer.id)
    assert len(kept.data) == 1
    assert not (await client.v1.charges.list_async()).data


async def test_a_page_whose_time_is_over_says_so(simulated: Simulated) -> None:
    client = simulated.client(await simulated.connected())
    session = await client.v1.checkout.sessions.create_async(order())
    assert session.url
    await client.v1.checkout.sessions.expire_async(session.id)
    async with simulated.browser() as browser:
        over = await browser.get(session.url)
    assert (over.status_code, "run out" in over.text) == (410, True)


async def test_the_platforms_people_let_happen_what_payers_and_banks_do(simulated: Simulated) -> None:
    client, key, _address = await _wallet(simulated, "later")
    session = await client.v1.checkout.sessions.retrieve_async(key)
    operator = await account_for("desk@example.org")
    with no_scope():
        async with unit_of_work() as work:
            held = await work.get_one(Account, operator.id)
            held.platform_operator = True
    async with simulated.browser() as browser:
        browser.cookies.set(*(await signed_cookie(operator.id)).split("=", 1))
        board = await browser.get("/simulated/stripe/board")
        assert board.status_code == 200
        assert str(session.payment_intent) in board.text
        await browser.post("/simulated/stripe/acts", data={"id": str(session.payment_intent), "act": "arrive"})
        await browser.post("/simulated/stripe/acts", data={"id": str(session.payment_intent), "act": "dispute"})
        (dispute,) = (await client.v1.disputes.list_async()).data
        await browser.post("/simulated/stripe/acts", data={"id": dispute.id, "act": "win"})
        account = client._requestor._options.stripe_account or ""
        await browser.post("/simulated/stripe/payouts", data={"account": account})
        await browser.post("/simulated/stripe/faults", data={"double": "yes", "drop": "5"})
        assert 'value="5"' in (await browser.get("/simulated/stripe/board")).text
    assert (await client.v1.checkout.sessions.retrieve_async(key)).payment_status == "paid"
    assert (await client.v1.disputes.retrieve_async(dispute.id)).status == "won"
