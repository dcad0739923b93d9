"""Subscriptions begun: the first period, or a trial, and its invoice."""

from typing import Any

from billing.simulated.renewing import invoicing
from billing.simulated.renewing.parts import DAY, change, draw_up, item_of
from billing.simulated.renewing.periods import period_at
from billing.simulated.renewing.renewal import WARNED_DAYS, expect
from billing.simulated.till import Till, key_for
from billing.simulated.till.events import tell
from billing.simulated.till.listing import page_of
from billing.simulated.wire.errors import Refused
from billing.simulated.wire.shapes import Data, part, resource

_Subscription: Any = resource("subscription")


async def begin(till: Till, customer: Data, priced: list[tuple[Data, int]], given: Data) -> Data:
    """A subscription and, unless it is tried for free first, its first invoice, paid at once where that can be.

    Raises Refused (402) where the first payment is declined and `payment_behavior` says that this is an error.
    """
    at = till.now()
    ref = key_for("subscription")
    trial = trial_end(given, at)
    first = priced[0][0]["recurring"]
    anchor = given.get("billing_cycle_anchor") or trial or at
    period = (at, trial) if trial else period_at(anchor, first["interval"], first["interval_count"], at)
    listed = [item_of(ref, price, quantity, period, at) for price, quantity in priced]
    behaviour = given.get("trial_settings", {}).get("end_behavior", {}).get("missing_payment_method", "create_invoice")
    settings = part(_Subscription.PaymentSettings, **(given.get("payment_settings") or {}))
    made = await till.make(
        "subscription",
        id=ref,
        application_fee_percent=given.get("application_fee_percent"),
        automatic_tax=part(_Subscription.AutomaticTax, enabled=False),
        billing_cycle_anchor=anchor,
        billing_mode=part(_Subscription.BillingMode, type=given.get("billing_mode", {}).get("type", "flexible")),
        billing_schedules=[],
        cancel_at=given.get("cancel_at") if isinstance(given.get("cancel_at"), int) else None,
        cancel_at_period_end=bool(given.get("cancel_at_period_end")),
        cancellation_details=part(_Subscription.CancellationDetails),
        collection_method=given.get("collection_method", "charge_automatically"),
        currency=priced[0][0]["currency"],
        customer=customer["id"],
        days_until_due=given.get("days_until_due"),
        default_payment_method=given.get("default_payment_method"),
        description=given.get("description"),
        invoice_settings=part(
            _Subscription.InvoiceSettings, issuer=part(_Subscription.InvoiceSettings.Issuer, type="self")
        ),
        items=page_of(listed, f"/v1/subscription_items?subscription={ref}"),
        metadata=given.get("metadata") or {},
        payment_settings=settings,
        start_date=at,
        status="trialing" if trial else "incomplete",
        test_clock=customer["test_clock"],
        trial_end=trial,
        trial_start=at if trial else None,
        trial_settings={"end_behavior": {"missing_payment_method": behaviour}},
    )
    await tell(till, "customer.subscription.created", made)
    if trial:
        made = await _free_invoice(till, customer, made, period)
        if trial - at <= WARNED_DAYS * DAY:
            await tell(till, "customer.subscription.trial_will_end", made)
    else:
        made = await _first_invoice(till, customer, made, period, given)
    await expect(till, made)
    return made


def trial_end(given: Data, at: int) -> int | None:
    """When a trial ends, in seconds; None without one."""
    if given.get("trial_end") == "now":
        return None
    if given.get("trial_end"):
        return int(given["trial_end"])
    days = given.get("trial_period_days")
    return at + int(days) * DAY if days else None


async def _free_invoice(till: Till, customer: Data, made: Data, period: tuple[int, int]) -> Data:
    invoice = await draw_up(till, customer, made, period, "subscription_create", free=True)
    made = await till.change(made, latest_invoice=invoice["id"])
    await invoicing.finalise(till, invoice)
    return await till.find("subscription", made["id"])


async def _first_invoice(till: Till, customer: Data, made: Data, period: tuple[int, int], given: Data) -> Data:
    invoice = await draw_up(till, customer, made, period, "subscription_create")
    made = await till.change(made, latest_invoice=invoice["id"])
    if made["collection_method"] == "send_invoice":
        await till.change(invoice, automatically_finalizes_at=till.now() + invoicing.HOUR)
        return await change(till, made, status="active")
    invoice = await invoicing.finalise(till, invoice)
    behaviour = given.get("payment_behavior", "allow_incomplete")
    if invoice["status"] == "paid" or behaviour == "default_incomplete":
        return await till.find("subscription", made["id"])
    try:
        await invoicing.pay(till, invoice)
    except Refused as refused:
        if refused.status != 402 or behaviour == "error_if_incomplete":
            refused.keeps = False
            raise
    return await till.find("subscription", made["id"])
