"""Subscriptions and the clocks that tests put forward for them."""

from typing import Any

from sqlmodel import col
from stripe.params import (
    SubscriptionCancelParams,
    SubscriptionCreateParams,
    SubscriptionListParams,
    SubscriptionResumeParams,
    SubscriptionRetrieveParams,
    SubscriptionUpdateParams,
)
from stripe.params.test_helpers import (
    TestClockAdvanceParams,
    TestClockCreateParams,
    TestClockDeleteParams,
    TestClockListParams,
    TestClockRetrieveParams,
)

from billing.simulated.api.payments.customers import LEAVING
from billing.simulated.api.payments.intents import refuse_unready
from billing.simulated.api.recurring.catalogue import new_price
from billing.simulated.api.recurring.invoices import customer_of
from billing.simulated.models import SimulatedObject
from billing.simulated.reading import readable
from billing.simulated.registry import endpoint
from billing.simulated.renewing import clocks, renewal, subscribing
from billing.simulated.renewing.parts import OVER, item_of, items
from billing.simulated.till import Till
from billing.simulated.till.events import tell
from billing.simulated.till.listing import listed
from billing.simulated.wire.errors import Refused, needs
from billing.simulated.wire.shapes import Data

SAID = (
    "cancel_at_period_end", "default_payment_method", "description", "metadata", "days_until_due", "collection_method",
    "application_fee_percent",
)  # fmt: skip
MOST_ITEMS = 20
CLOCK_DAYS = 30


async def _priced(till: Till, wanted: list[Data]) -> list[tuple[Data, int]]:
    """Prices and how many of each. Raises Refused for what doesn't recur, or not in the same rhythm and currency."""
    found = []
    for place, one in enumerate(wanted):
        at = f"items[{place}]"
        if ref := one.get("price") or one.get("plan"):
            price = await till.find("price", ref, param=f"{at}[price]")
        elif data := one.get("price_data"):
            price = await new_price(till, data)
        else:
            raise needs(f"{at}[price]")
        if price["type"] != "recurring":
            raise Refused("The price specified is set to `type=one_time` but this field only accepts prices with "
                          "`type=recurring`.", param=f"{at}[price]")  # fmt: skip
        found.append((price, one.get("quantity", 1)))
    if len({(price["currency"], price["recurring"]["interval"]) for price, _many in found}) > 1:
        raise Refused("All prices on a subscription must have the same currency and interval.", param="items")
    return found


@endpoint("POST", "/v1/subscriptions", SubscriptionCreateParams)
async def create(till: Till, given: Data) -> Data:
    """A subscription."""
    await refuse_unready(till)
    customer = await customer_of(till, given)
    if not given.get("items"):
        raise needs("items")
    if len(given["items"]) > MOST_ITEMS:
        raise Refused(f"A subscription can't have more than {MOST_ITEMS} items.", param="items")
    if method := given.get("default_payment_method"):
        await till.find("payment_method", method, param="default_payment_method")
    return await subscribing.begin(till, customer, await _priced(till, given["items"]), given)


async def _held(till: Till, ref: str) -> Data:
    held = await till.find("subscription", ref, param="subscription_exposed_id")
    await clocks.live_by(till, await till.find("customer", held["customer"]))
    return held


@endpoint("GET", "/v1/subscriptions/{subscription}", SubscriptionRetrieveParams)
async def retrieve(till: Till, _given: Data, ref: str) -> Data:
    """A subscription."""
    return await till.find("subscription", ref)


@endpoint("GET", "/v1/subscriptions", SubscriptionListParams)
async def index(till: Till, given: Data) -> Data:
    """Subscriptions, newest first; without those that have ended unless they are asked for."""
    status = given.pop("status", None)
    data = col(SimulatedObject.data)["status"].astext
    also: list[Any] = []
    if status == "ended":
        also.append(data.in_(OVER))
    elif status is None:
        also.append(data != "canceled")
    elif status != "all":
        also.append(data == status)
    return await listed(till, "subscription", given, also=also)


@endpoint("POST", "/v1/subscriptions/{subscription}", SubscriptionUpdateParams)
async def update(till: Till, given: Data, ref: str) -> Data:
    """Change a subscription: its price from the next period on, its card, when it ends, whether it rests."""
    held = await _held(till, ref)
    if held["status"] in OVER:
        raise Refused("A canceled subscription can only update its cancellation_details and metadata.", param="id")
    fields: Data = {name: given[name] for name in SAID if name in given}
    if method := given.get("default_payment_method"):
        await till.find("payment_method", method, param="default_payment_method")
    if "cancel_at_period_end" in given:
        ends = given["cancel_at_period_end"]
        fields["canceled_at"] = till.now() if ends else None
        fields["cancel_at"] = min(one["current_period_end"] for one in items(held)) if ends else None
    elif "cancel_at" in given:
        fields["cancel_at"] = given["cancel_at"] or None
    if "pause_collection" in given:
        paused = given["pause_collection"]
        fields["pause_collection"] = {"resumes_at": None} | paused if paused else None
    if settings := given.get("payment_settings"):
        fields["payment_settings"] = (held["payment_settings"] or {}) | settings
    if said := given.get("cancellation_details"):
        fields["cancellation_details"] = held["cancellation_details"] | said
    if given.get("items"):
        fields["items"] = await _items(till, held, given)
    before = {name: held.get(name) for name in fields if held.get(name) != fields[name]}
    after = await till.change(held, **fields)
    await tell(till, "customer.subscription.updated", after, before)
    if "trial_end" in given:
        after = await renewal.end_trial(till, after, given["trial_end"])
    await renewal.expect(till, after)
    return after


async def _items(till: Till, held: Data, given: Data) -> Data:
    """What is subscribed to from now on. A price that changes in the middle of a period is charged in full from the
    next one on; parts of a period are refused rather than reckoned wrongly."""
    if given.get("proration_behavior", "create_prorations") != "none":
        raise Refused("Only `proration_behavior` none is simulated.", param="proration_behavior")
    every = {one["id"]: one for one in items(held)}
    first = next(iter(every.values()))
    period = (first["current_period_start"], first["current_period_end"])
    for one in given["items"]:
        ref = one.get("id")
        if ref and ref not in every:
            raise Refused(f"No such subscription item: '{ref}'", status=404, code="resource_missing", param="items")
        if one.get("deleted"):
            every.pop(ref or "", None)
            continue
        old = every.get(ref or "")
        if one.keys() & {"price", "plan", "price_data"}:
            ((price, quantity),) = await _priced(till, [one])
        elif old:
            price, quantity = old["price"], one.get("quantity", old["quantity"])
        else:
            raise needs("items[price]")
        made = item_of(held["id"], price, quantity, period, till.now(), id=ref)
        every[made["id"]] = made
    return dict(held["items"] | {"data": list(every.values())})


@endpoint("DELETE", "/v1/subscriptions/{subscription}", SubscriptionCancelParams)
async def cancel(till: Till, given: Data, ref: str) -> Data:
    """End it now."""
    held = await _held(till, ref)
    if held["status"] in OVER:
        raise Refused(f"No such subscription: '{ref}'", status=404, code="resource_missing", param="id")
    return await renewal.end(till, held, details=given.get("cancellation_details"))


@endpoint("POST", "/v1/subscriptions/{subscription}/resume", SubscriptionResumeParams)
async def resume(till: Till, _given: Data, ref: str) -> Data:
    """Go on with one that was paused for want of a way of paying."""
    held = await _held(till, ref)
    if held["status"] != "paused":
        raise Refused("Only paused subscriptions can be resumed.", param="subscription")
    return await renewal.resume(till, held)


async def leave(till: Till, customer: str) -> None:
    """A customer is being deleted: what they subscribed to ends."""
    for one in await till.all("subscription", customer=customer):
        if one["status"] not in OVER:
            await renewal.end(till, one)


LEAVING.append(leave)


@endpoint("POST", "/v1/test_helpers/test_clocks", TestClockCreateParams)
async def create_clock(till: Till, given: Data) -> Data:
    """A clock that stands still until it is put forward."""
    made = await till.make(
        "test_helpers.test_clock", frozen_time=given["frozen_time"], name=given.get("name"), status="ready",
        deletes_after=till.now() + CLOCK_DAYS * 24 * 3600, status_details={"advancing": None},
    )  # fmt: skip
    await tell(till, "test_helpers.test_clock.created", made)
    return made


readable(
    "test_helpers.test_clock",
    "/v1/test_helpers/test_clocks",
    "test_clock",
    TestClockRetrieveParams,
    TestClockListParams,
    named=True,
)


@endpoint("POST", "/v1/test_helpers/test_clocks/{test_clock}/advance", TestClockAdvanceParams)
async def advance_clock(till: Till, given: Data, ref: str) -> Data:
    """Put a clock forward."""
    held = await till.find("test_helpers.test_clock", ref, param="test_clock")
    return await clocks.advance(till, held, given["frozen_time"])


@endpoint("DELETE", "/v1/test_helpers/test_clocks/{test_clock}", TestClockDeleteParams)
async def delete_clock(till: Till, _given: Data, ref: str) -> Data:
    """Delete a clock, and the customers that live by it."""
    held = await till.find("test_helpers.test_clock", ref, param="test_clock")
    for customer in await till.all("customer", test_clock=ref):
        await leave(till, customer["id"])
        await till.erase(customer)
    await tell(till, "test_helpers.test_clock.deleted", held)
    return await till.erase(held)
