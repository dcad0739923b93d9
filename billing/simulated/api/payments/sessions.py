"""Checkout sessions: a hosted page on which somebody pays, once or monthly, or leaves a card for later."""

from typing import Any

from stripe.params.checkout import (
    SessionCreateParams,
    SessionExpireParams,
    SessionLineItemListParams,
    SessionListParams,
    SessionRetrieveParams,
)

from billing.simulated.api.payments.intents import offered, refuse_unready
from billing.simulated.api.recurring.catalogue import new_price
from billing.simulated.paying.charging import LISTENERS
from billing.simulated.registry import endpoint
from billing.simulated.service import page
from billing.simulated.till import Till, key_for
from billing.simulated.till.events import tell
from billing.simulated.till.listing import listed, page_of
from billing.simulated.wire.errors import Refused, needs
from billing.simulated.wire.shapes import Data, blank, part, resource

DAY = 24 * 3600
SHORTEST = 30 * 60
_Session: Any = resource("checkout.session")
CARRIED = (
    "allow_promotion_codes", "cancel_url", "client_reference_id", "customer", "customer_email", "locale", "metadata",
    "submit_type", "success_url", "billing_address_collection", "payment_method_collection", "origin_context",
)  # fmt: skip
LATER = ("payment_intent_data", "subscription_data", "setup_intent_data")


@endpoint("POST", "/v1/checkout/sessions", SessionCreateParams)
async def create(till: Till, given: Data) -> Data:
    """A session with its page's address. Raises Refused for what can't be sold so."""
    await refuse_unready(till)
    mode = given.get("mode") or _no_mode()
    if given.get("ui_mode", "hosted_page") != "hosted_page":
        raise Refused("Only hosted pages are simulated.", param="ui_mode")
    if not given.get("success_url"):
        raise needs("success_url")
    if given.get("customer"):
        await till.find("customer", given["customer"], param="customer")
    items = await _items(till, given, mode)
    currency = items[0]["currency"] if items else given.get("currency", "").lower() or "usd"
    kinds = await offered(till, currency, given)
    if mode != "payment":
        kinds = [kind for kind in kinds if kind in ("card", "sepa_debit")]
    ref = key_for("checkout.session")
    total = sum(one["amount_total"] for one in items)
    if mode == "payment":
        _refuse_sum(total, given)
    private = {name: given.get(name) for name in LATER if given.get(name)}
    return await till.make(
        "checkout.session",
        id=ref,
        private=private | {"items": items},
        amount_subtotal=total if items else None,
        amount_total=total if items else None,
        automatic_tax=part(_Session.AutomaticTax, enabled=False),
        currency=currency if items else None,
        custom_text=part(_Session.CustomText),
        customer_creation="if_required" if mode == "payment" and not given.get("customer") else None,
        expires_at=_expiry(till, given),
        mode=mode,
        payment_method_types=kinds,
        payment_status="unpaid" if mode != "setup" else "no_payment_required",
        phone_number_collection=part(_Session.PhoneNumberCollection, enabled=False),
        shipping_options=[],
        status="open",
        total_details=part(_Session.TotalDetails, amount_shipping=0) if items else None,
        ui_mode="hosted_page",
        url=page(f"/pay/{ref}"),
        **({name: given[name] for name in CARRIED if name in given} | {"metadata": given.get("metadata") or {}}),
    )


def _no_mode() -> str:
    raise needs("mode")


def _refuse_sum(total: int, given: Data) -> None:
    if total < 1:
        raise Refused("The Checkout Session's total amount must be at least 1.", code="amount_too_small")
    if given.get("payment_intent_data", {}).get("application_fee_amount", 0) > total:
        raise Refused("Your application fee cannot be larger than the amount.", param="payment_intent_data")


def _expiry(till: Till, given: Data) -> int:
    at = given.get("expires_at", till.now() + DAY)
    if not till.now() + SHORTEST - 60 <= at <= till.now() + DAY + 60:
        raise Refused("The `expires_at` timestamp must be 30 minutes to 24 hours from now.", param="expires_at")
    return int(at)


async def _items(till: Till, given: Data, mode: str) -> list[Data]:
    """What is sold, priced. Raises Refused for prices that don't fit the mode or each other."""
    lines = given.get("line_items") or []
    if not lines and mode != "setup":
        raise needs("line_items")
    made = []
    for place, line in enumerate(lines):
        at = f"line_items[{place}]"
        if bool(line.get("price")) == bool(line.get("price_data")):
            raise Refused("You must specify either `price` or `price_data`.", param=at)
        if line.get("price"):
            price = await till.find("price", line["price"], param=f"{at}[price]")
        else:
            price = await new_price(till, line["price_data"])
        if (price["type"] == "recurring") != (mode == "subscription"):
            word = "one-time" if mode == "payment" else "recurring"
            raise Refused(f"You must provide {word} prices in `{mode}` mode.", param=f"{at}[price]")
        made.append(await _item(till, price, line))
    if len({one["currency"] for one in made}) > 1:
        raise Refused("All prices on a Checkout Session must have the same currency.", param="line_items")
    return made


async def _item(till: Till, price: Data, line: Data) -> Data:
    quantity = line.get("quantity", 1)
    amount = (price["unit_amount"] or 0) * quantity
    product = await till.find("product", price["product"])
    return blank(
        "item", id=key_for("line_item").replace("il_", "li_"), amount_subtotal=amount, amount_total=amount,
        currency=price["currency"], description=product["name"], price=price, quantity=quantity,
    )  # fmt: skip


@endpoint("GET", "/v1/checkout/sessions/{session}", SessionRetrieveParams)
async def retrieve(till: Till, given: Data, ref: str) -> Data:
    """A session; its lines only where they are asked for."""
    held = await aged(till, await till.find("checkout.session", ref, param="session"))
    if any(path.split(".")[0] == "line_items" for path in given.get("expand") or ()):
        held = held | {"line_items": page_of(await items_of(till, ref), f"/v1/checkout/sessions/{ref}/line_items")}
    return held


async def items_of(till: Till, ref: str) -> list[Data]:
    """What a session sells."""
    return list((await till.private("checkout.session", ref)).get("items", []))


@endpoint("GET", "/v1/checkout/sessions", SessionListParams)
async def index(till: Till, given: Data) -> Data:
    """Sessions, newest first."""
    given.pop("customer_details", None)
    return await listed(till, "checkout.session", given)


@endpoint("GET", "/v1/checkout/sessions/{session}/line_items", SessionLineItemListParams)
async def line_items(till: Till, _given: Data, ref: str) -> Data:
    """What a session sells."""
    await till.find("checkout.session", ref, param="session")
    return page_of(await items_of(till, ref), till.path)


@endpoint("POST", "/v1/checkout/sessions/{session}/expire", SessionExpireParams)
async def expire(till: Till, _given: Data, ref: str) -> Data:
    """Close a session's page before its time."""
    held = await till.find("checkout.session", ref, param="session")
    if held["status"] != "open":
        raise Refused(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This one is {held["status"]}.',
            param="session",
        )
    return await _expired(till, held)


async def _expired(till: Till, held: Data) -> Data:
    after = await till.change(held, status="expired", url=None)
    await tell(till, "checkout.session.expired", after)
    return after


async def aged(till: Till, held: Data) -> Data:
    """The session as it is at this hour: one whose time is over has expired."""
    over = held["status"] == "open" and held["expires_at"] <= till.now()
    return await _expired(till, held) if over else held


@endpoint("GET", "/v1/payment_pages/{session}", None)
async def payment_page(till: Till, _given: Data, ref: str) -> Data:
    """What the hosted page itself asks; Stripe's own event scripts do so as well."""
    return await aged(till, await till.find("checkout.session", ref, param="session"))


async def follow(till: Till, intent: Data) -> None:
    """A session stands on its intent: paid or on its way it is complete, and what was on its way arrives or doesn't."""
    rows = await till.all("checkout.session", payment_intent=intent["id"])
    for held in rows:
        paid = intent["status"] in ("succeeded", "requires_capture")
        if held["status"] == "open" and (paid or intent["status"] == "processing"):
            status = "paid" if intent["status"] == "succeeded" else "unpaid"
            after = await till.change(held, status="complete", payment_status=status, url=None)
            await tell(till, "checkout.session.completed", after)
        elif held["status"] == "complete" and held["payment_status"] == "unpaid" and paid:
            after = await till.change(held, payment_status="paid")
            await tell(till, "checkout.session.async_payment_succeeded", after)
        elif held["status"] == "complete" and intent["status"] == "requires_payment_method":
            await tell(till, "checkout.session.async_payment_failed", held)


LISTENERS.append(follow)
