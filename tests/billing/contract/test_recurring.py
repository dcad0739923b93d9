"""What recurs: periods, month ends, failed payments, ends; by a test clock, so that a year takes seconds."""

from datetime import UTC, datetime
from typing import Any

from tests.billing.contract.conftest import Processor

HOUR = 3600
DAY = 24 * HOUR


def at(year: int, month: int, day: int, hour: int = 12) -> int:
    """A moment in seconds."""
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp())


class Life:
    """A customer who lives by a test clock, and what they subscribe to."""

    def __init__(self, processor: Processor) -> None:
        self.processor = processor

    async def begin(self, start: int, *, method: str = "pm_card_visa", **more: Any) -> Any:
        """A monthly subscription of 10.00 begun at `start`."""
        v1 = self.processor.v1
        self.clock = await v1.test_helpers.test_clocks.create_async({"frozen_time": start})
        self.customer = await v1.customers.create_async({"test_clock": self.clock.id, "name": "A donor"})
        kept = await v1.payment_methods.attach_async(method, {"customer": self.customer.id})
        product = await v1.products.create_async({"name": "A monthly gift"})
        price = await v1.prices.create_async(
            {"product": product.id, "currency": "usd", "unit_amount": 1000, "recurring": {"interval": "month"}}
        )
        self.subscription = await v1.subscriptions.create_async(
            {"customer": self.customer.id, "items": [{"price": price.id}], "default_payment_method": kept.id, **more}
        )
        self.processor.fits(self.subscription)
        return self.subscription

    async def go_to(self, moment: int) -> Any:
        """Put the clock forward; the subscription as it is then."""
        clocks = self.processor.v1.test_helpers.test_clocks
        await clocks.advance_async(self.clock.id, {"frozen_time": moment})
        await self.processor.until(lambda: clocks.retrieve_async(self.clock.id), lambda clock: clock.status == "ready")
        return await self.processor.v1.subscriptions.retrieve_async(self.subscription.id)

    async def invoices(self) -> list[Any]:
        """Every invoice, oldest first."""
        found = await self.processor.v1.invoices.list_async({"subscription": self.subscription.id, "limit": 100})
        for one in found.data:
            self.processor.fits(one)
        return list(found.data[::-1])

    async def end(self) -> None:
        """Delete the clock, and all that lives by it."""
        await self.processor.v1.test_helpers.test_clocks.delete_async(self.clock.id)


async def test_each_month_is_paid_once_and_the_31st_comes_back(processor: Processor) -> None:
    life = Life(processor)
    begun = await life.begin(at(2027, 1, 31))
    assert begun.status == "active"
    ends = []
    for moment in (at(2027, 2, 28, 14), at(2027, 3, 31, 14), at(2027, 4, 30, 14)):
        ends.append((await life.go_to(moment))["items"].data[0].current_period_end)
    assert ends == [at(2027, 3, 31), at(2027, 4, 30), at(2027, 5, 31)]
    every = await life.invoices()
    assert [one.status for one in every] == ["paid"] * 4
    assert [one.amount_paid for one in every] == [1000] * 4
    starts = [one.lines.data[0].period.start for one in every]
    assert starts == [at(2027, 1, 31), at(2027, 2, 28), at(2027, 3, 31), at(2027, 4, 30)]
    await life.end()


async def test_a_leap_day_is_a_month_end_as_well(processor: Processor) -> None:
    life = Life(processor)
    await life.begin(at(2028, 1, 31))
    after = await life.go_to(at(2028, 2, 29, 14))
    assert after["items"].data[0].current_period_start == at(2028, 2, 29)
    assert after["items"].data[0].current_period_end == at(2028, 3, 31)
    await life.end()


async def test_what_paid_an_invoice_can_be_found_from_either_side(processor: Processor) -> None:
    life = Life(processor)
    begun = await life.begin(at(2027, 1, 10))
    found = await processor.v1.invoice_payments.list_async({"invoice": begun.latest_invoice})
    (payment,) = found.data
    processor.fits(payment)
    assert (payment.status, payment.amount_paid) == ("paid", 1000)
    back = await processor.v1.invoice_payments.list_async(
        {"payment": {"type": "payment_intent", "payment_intent": payment.payment.payment_intent}}
    )
    assert [one.invoice for one in back.data] == [begun.latest_invoice]
    await life.end()


async def test_a_failed_renewal_is_past_due_and_paid_with_another_card(processor: Processor) -> None:
    life = Life(processor)
    await life.begin(at(2027, 1, 10))
    failing = await processor.v1.payment_methods.attach_async(
        "pm_card_chargeCustomerFail", {"customer": life.customer.id}
    )
    await processor.v1.subscriptions.update_async(life.subscription.id, {"default_payment_method": failing.id})
    after = await life.go_to(at(2027, 2, 10, 14))
    assert after.status == "past_due"
    owed = (await life.invoices())[-1]
    assert (owed.status, owed.attempt_count, owed.amount_remaining) == ("open", 1, 1000)
    assert owed.next_payment_attempt is not None
    good = await processor.v1.payment_methods.attach_async("pm_card_visa", {"customer": life.customer.id})
    paid = await processor.v1.invoices.pay_async(owed.id, {"payment_method": good.id})
    assert paid.status == "paid"
    assert (await processor.v1.subscriptions.retrieve_async(life.subscription.id)).status == "active"
    await life.end()


async def test_an_end_at_the_periods_end_takes_no_further_payment(processor: Processor) -> None:
    life = Life(processor)
    begun = await life.begin(at(2027, 1, 10))
    ending = await processor.v1.subscriptions.update_async(begun.id, {"cancel_at_period_end": True})
    assert (ending.status, ending.cancel_at) == ("active", at(2027, 2, 10))
    after = await life.go_to(at(2027, 2, 11))
    assert after.status == "canceled"
    assert len(await life.invoices()) == 1
    await life.end()


async def test_a_rest_takes_nothing_and_goes_on_afterwards(processor: Processor) -> None:
    life = Life(processor)
    begun = await life.begin(at(2027, 1, 10))
    await processor.v1.subscriptions.update_async(begun.id, {"pause_collection": {"behavior": "void"}})
    await life.go_to(at(2027, 2, 10, 14))
    await processor.v1.subscriptions.update_async(begun.id, {"pause_collection": ""})
    after = await life.go_to(at(2027, 3, 10, 14))
    assert after.status == "active"
    assert [one.status for one in await life.invoices()] == ["paid", "void", "paid"]
    await life.end()


async def test_another_amount_counts_from_the_next_period(processor: Processor) -> None:
    life = Life(processor)
    begun = await life.begin(at(2027, 1, 10))
    item = begun["items"].data[0]
    data = {
        "currency": "usd", "product": item.price.product, "unit_amount": 2500, "recurring": {"interval": "month"},
    }  # fmt: skip
    await processor.v1.subscriptions.update_async(
        begun.id, {"items": [{"id": item.id, "price_data": data}], "proration_behavior": "none"}
    )
    await life.go_to(at(2027, 2, 10, 14))
    assert [one.amount_paid for one in await life.invoices()] == [1000, 2500]
    await life.end()


async def test_a_trial_costs_nothing_until_it_is_over(processor: Processor) -> None:
    life = Life(processor)
    begun = await life.begin(at(2027, 1, 10), trial_period_days=14)
    assert (begun.status, begun.trial_end) == ("trialing", at(2027, 1, 24))
    after = await life.go_to(at(2027, 1, 24, 14))
    assert after.status == "active"
    assert [one.amount_paid for one in await life.invoices()] == [0, 1000]
    await life.end()


async def test_the_portal_opens_for_a_customer(processor: Processor) -> None:
    customer = await processor.v1.customers.create_async({"name": "An organisation"})
    await processor.v1.billing_portal.configurations.create_async(
        {
            "features": {"invoice_history": {"enabled": True}},
            "business_profile": {
                "privacy_policy_url": "https://example.org/privacy", "terms_of_service_url": "https://example.org/terms",
            },
        }
    )  # fmt: skip
    made = await processor.v1.billing_portal.sessions.create_async(
        {"customer": customer.id, "return_url": "https://example.org/money"}
    )
    processor.fits(made)
    assert (made.customer, made.return_url) == (customer.id, "https://example.org/money")


async def test_what_is_owed_is_put_on_an_invoice(processor: Processor) -> None:
    customer = await processor.v1.customers.create_async({"name": "An organisation"})
    await processor.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer.id})
    for amount in (1200, 300):
        await processor.v1.invoice_items.create_async({"customer": customer.id, "amount": amount, "currency": "usd"})
    draft = await processor.v1.invoices.create_async(
        {"customer": customer.id, "pending_invoice_items_behavior": "include", "auto_advance": False}
    )
    processor.fits(draft)
    assert (draft.status, draft.total, len(draft.lines.data)) == ("draft", 1500, 2)
    final = await processor.v1.invoices.finalize_invoice_async(draft.id)
    assert (final.status, final.amount_due) == ("open", 1500)
    paid = await processor.v1.invoices.pay_async(final.id, {"paid_out_of_band": True})
    assert (paid.status, paid.amount_remaining) == ("paid", 0)
