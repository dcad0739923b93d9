"""Changes of what recurs, each asked under a key of its own, so that asking again does nothing twice."""

from contextlib import suppress
from datetime import datetime
from typing import Any

import stripe

from billing.money import Money
from billing.processor.access import Refused, at, client, plainly
from billing.processor.amounts import to_stripe
from billing.processor.operations import perform


async def reprice(account: str, key: str, money: Money, said: dict[str, str], again: str) -> stripe.StripeObject:
    """Charge another sum from the next period on; nothing for the running one. `said` becomes its metadata."""
    held: Any = (await client().v1.subscriptions.retrieve_async(key, options=at(account))).to_dict()
    item = held["items"]["data"][0]
    price: Any = {
        "currency": money.currency.lower(),
        "product": item["price"]["product"],
        "recurring": {"interval": "month"},
        "unit_amount": to_stripe(money),
    }
    sent: Any = {"items": [{"id": item["id"], "price_data": price}], "proration_behavior": "none", "metadata": said}
    return await client().v1.subscriptions.update_async(key, sent, options=at(account, again))


async def pause(account: str, key: str, until: datetime, again: str) -> stripe.StripeObject:
    """Charge nothing until then, also nothing of what couldn't be charged before."""
    resting: Any = {"pause_collection": {"behavior": "void", "resumes_at": int(until.timestamp())}}
    made = await client().v1.subscriptions.update_async(key, resting, options=at(account, again))
    await _let_go(account, key, again)
    return made


async def resume(account: str, key: str, again: str) -> stripe.StripeObject:
    """End a pause."""
    return await client().v1.subscriptions.update_async(key, {"pause_collection": ""}, options=at(account, again))


async def cancel(account: str, key: str, again: str) -> stripe.StripeObject:
    """End it now. What couldn't be charged before isn't tried again."""
    made = await client().v1.subscriptions.cancel_async(key, {"prorate": False}, options=at(account, again))
    await _let_go(account, key, again)
    return made


async def take_chosen_card(account: str, key: str) -> None:
    """Let the card pay that its customer has chosen. Raises Unavailable."""
    with suppress(Refused), plainly():
        await client().v1.subscriptions.update_async(key, {"default_payment_method": ""}, options=at(account))


async def _let_go(account: str, key: str, again: str) -> None:
    """Withdraw the invoices that are open."""
    listed = await client().v1.invoices.list_async(
        {"subscription": key, "status": "open", "limit": 100}, options=at(account)
    )
    for invoice in listed.data:
        with suppress(Refused), plainly():  # one that was paid just now
            await client().v1.invoices.void_invoice_async(invoice.id, options=at(account, f"{again}:{invoice.id}"))


async def card_page(account: str, customer: str, back: str, language: str) -> str:
    """The address of the processor's page on which a customer leaves another card; it leads back to `back`.

    Outside of any unit of work. Raises Unavailable, Gone, Refused.
    """
    shows: Any = {"features": {"payment_method_update": {"enabled": True}}}

    async def call(key: str) -> stripe.StripeObject:
        return await client().v1.billing_portal.configurations.create_async(shows, options=at(account, key))

    shown = await perform("portal", f"portal:{account}", call, sent=shows)
    asked: Any = {
        "customer": customer,
        "configuration": shown.id,
        "return_url": back,
        "locale": language,
        "flow_data": {
            "type": "payment_method_update",
            "after_completion": {"type": "redirect", "redirect": {"return_url": back}},
        },
    }
    with plainly():
        return str((await client().v1.billing_portal.sessions.create_async(asked, options=at(account))).url)
