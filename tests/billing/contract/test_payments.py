"""Paying, refusing, giving back: what the processor promises about one payment."""

from typing import Any

import pytest
import stripe

from tests.billing.contract.conftest import Processor

NO_REDIRECT = {"enabled": True, "allow_redirects": "never"}


async def paid(processor: Processor, method: str = "pm_card_visa", amount: int = 2000, **more: Any) -> Any:
    """An intent confirmed at once with a test card."""
    return await processor.v1.payment_intents.create_async(
        {
            "amount": amount, "currency": "usd", "payment_method": method, "confirm": True,
            "automatic_payment_methods": NO_REDIRECT, "expand": ["latest_charge.balance_transaction"], **more,
        }
    )  # fmt: skip


async def test_a_payment_brings_its_amount_less_the_fees(processor: Processor) -> None:
    intent = await paid(processor, metadata={"gift": "g1"})
    processor.fits(intent)
    assert (intent.status, intent.amount_received, intent.metadata["gift"]) == ("succeeded", 2000, "g1")
    charge = intent.latest_charge
    assert (charge.paid, charge.captured, charge.amount_refunded) == (True, True, 0)
    assert charge.payment_method_details.card.last4 == "4242"
    moved = charge.balance_transaction
    assert moved.net == moved.amount - moved.fee
    assert moved.fee == sum(part.amount for part in moved.fee_details)
    assert (moved.type, moved.reporting_category, moved.source) == ("charge", "charge", charge.id)


@pytest.mark.parametrize(
    ("method", "code", "reason"),
    [
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ],
)
async def test_a_declined_card_takes_nothing_and_says_why(
    processor: Processor, method: str, code: str, reason: str
) -> None:
    with pytest.raises(stripe.CardError) as declined:
        await paid(processor, method)
    assert (declined.value.code, declined.value.http_status) == (code, 402)
    assert declined.value.error is not None
    assert declined.value.error.decline_code in (reason, None)
    assert declined.value.error.payment_intent is not None
    intent = await processor.v1.payment_intents.retrieve_async(
        declined.value.error.payment_intent.id, {"expand": ["latest_charge"]}
    )
    processor.fits(intent)
    assert (intent.status, intent.amount_received) == ("requires_payment_method", 0)
    assert (intent.latest_charge.status, intent.latest_charge.paid) == ("failed", False)
    assert intent.latest_charge.balance_transaction is None


async def test_a_card_may_want_its_holders_word_first(processor: Processor) -> None:
    intent = await paid(processor, "pm_card_threeDSecure2Required", return_url="https://example.org/back")
    processor.fits(intent)
    assert (intent.status, intent.next_action.type) == ("requires_action", "redirect_to_url")
    assert intent.next_action.redirect_to_url.return_url == "https://example.org/back"


async def test_a_payment_is_given_back_in_parts_and_never_more_than_it_was(processor: Processor) -> None:
    intent = await paid(processor)
    first = await processor.v1.refunds.create_async(
        {"payment_intent": intent.id, "amount": 500, "expand": ["balance_transaction"]}
    )
    processor.fits(first)
    assert (first.status, first.amount, first.balance_transaction.type) == ("succeeded", 500, "refund")
    assert first.balance_transaction.net < 0
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await processor.v1.refunds.create_async({"payment_intent": intent.id, "amount": 1501})
    assert refused.value.param == "amount"
    await processor.v1.refunds.create_async({"payment_intent": intent.id})
    charge = await processor.v1.charges.retrieve_async(intent.latest_charge.id)
    assert (charge.amount_refunded, charge.refunded) == (2000, True)
    with pytest.raises(stripe.InvalidRequestError) as over:
        await processor.v1.refunds.create_async({"payment_intent": intent.id})
    assert over.value.code == "charge_already_refunded"


async def test_a_disputed_payment_is_taken_back_with_a_fee(processor: Processor) -> None:
    intent = await paid(processor, "pm_card_createDispute")
    found = await processor.until(
        lambda: processor.v1.disputes.list_async({"payment_intent": intent.id}), lambda answer: answer.data
    )
    dispute = found.data[0]
    processor.fits(dispute)
    assert (dispute.amount, dispute.charge, dispute.reason) == (2000, intent.latest_charge.id, "fraudulent")
    (moved,) = dispute.balance_transactions
    assert (moved.type, moved.reporting_category) == ("adjustment", "dispute")
    assert moved.amount < 0 < moved.fee
    lost = await processor.v1.disputes.close_async(dispute.id)
    assert lost.status == "lost"


async def test_a_held_payment_is_taken_when_it_is_captured(processor: Processor) -> None:
    intent = await paid(processor, capture_method="manual")
    assert (intent.status, intent.amount_capturable, intent.latest_charge.captured) == ("requires_capture", 2000, False)
    after = await processor.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 1200})
    assert (after.status, after.amount_received, after.amount_capturable) == ("succeeded", 1200, 0)
    other = await paid(processor, capture_method="manual")
    gone = await processor.v1.payment_intents.cancel_async(other.id)
    assert (gone.status, gone.amount_capturable) == ("canceled", 0)


async def test_what_moved_is_listed_and_in_the_balance(processor: Processor) -> None:
    intent = await paid(processor)
    found = await processor.v1.balance_transactions.list_async({"source": intent.latest_charge.id})
    assert [one.id for one in found.data] == [intent.latest_charge.balance_transaction.id]
    balance = await processor.v1.balance.retrieve_async()
    processor.fits(balance)
    assert sum(part.amount for part in [*balance.available, *balance.pending]) != 0


async def test_a_card_is_kept_for_later(processor: Processor) -> None:
    customer = await processor.v1.customers.create_async({"name": "A donor"})
    kept = await processor.v1.setup_intents.create_async(
        {
            "customer": customer.id, "payment_method": "pm_card_visa", "confirm": True,
            "automatic_payment_methods": NO_REDIRECT,
        }
    )  # fmt: skip
    processor.fits(kept)
    assert kept.status == "succeeded"
    ways = await processor.v1.customers.payment_methods.list_async(customer.id)
    assert [way.id for way in ways.data] == [kept.payment_method]
    processor.fits(ways.data[0])
