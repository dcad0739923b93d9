"""Customers, the ways of paying that they keep, and setup intents, which is how they come to keep one."""

from typing import Any

from stripe.params import (
    CustomerCreateParams,
    CustomerDeleteParams,
    CustomerListParams,
    CustomerPaymentMethodListParams,
    CustomerRetrieveParams,
    CustomerUpdateParams,
    PaymentMethodAttachParams,
    PaymentMethodConfigurationListParams,
    PaymentMethodCreateParams,
    PaymentMethodDetachParams,
    PaymentMethodListParams,
    PaymentMethodRetrieveParams,
    PaymentMethodUpdateParams,
)

from billing.simulated.api.payments.intents import owner
from billing.simulated.paying import methods
from billing.simulated.places import CAPABLE
from billing.simulated.registry import endpoint
from billing.simulated.till import Till
from billing.simulated.till.events import change_and_tell, tell
from billing.simulated.till.listing import listed
from billing.simulated.wire.errors import Refused, declined, needs
from billing.simulated.wire.shapes import Data, blank, part, resource

_Customer: Any = resource("customer")
_Configuration: Any = resource("payment_method_configuration")
SAID = (
    "address", "balance", "business_name", "description", "email", "individual_name", "invoice_prefix", "metadata",
    "name", "next_invoice_sequence", "phone", "preferred_locales", "shipping", "tax_exempt",
)  # fmt: skip


def _said(given: Data) -> Data:
    said = {name: given[name] or None if given[name] == "" else given[name] for name in SAID if name in given}
    if "metadata" in given:
        said["metadata"] = given["metadata"]
    return said


@endpoint("POST", "/v1/customers", CustomerCreateParams)
async def create(till: Till, given: Data) -> Data:
    """A customer; one with a test clock lives by it."""
    if clock := given.get("test_clock"):
        held = await till.find("test_helpers.test_clock", clock, param="test_clock")
        till.clock = held["frozen_time"]
    told = given.get("invoice_settings") or {}
    method = await methods.held(till, given["payment_method"]) if given.get("payment_method") else None
    if method and told.get("default_payment_method") in (given["payment_method"], method["id"]):
        told = told | {"default_payment_method": method["id"]}
    settings = part(_Customer.InvoiceSettings, **told)
    said: Data = {"balance": 0, "metadata": {}, "delinquent": False, "preferred_locales": [], "tax_exempt": "none"}
    made = await till.make("customer", invoice_settings=settings, test_clock=clock, **(said | _said(given)))
    await tell(till, "customer.created", made)
    if method:
        await attach_to(till, method, made["id"])
    return await till.find("customer", made["id"])


@endpoint("GET", "/v1/customers/{customer}", CustomerRetrieveParams)
async def retrieve(till: Till, _given: Data, ref: str) -> Data:
    """A customer; a deleted one says so."""
    held = await till.seek("customer", ref)
    return held if held else await till.find("customer", ref)


@endpoint("GET", "/v1/customers", CustomerListParams)
async def index(till: Till, given: Data) -> Data:
    """Customers, newest first."""
    return await listed(till, "customer", given)


@endpoint("POST", "/v1/customers/{customer}", CustomerUpdateParams)
async def update(till: Till, given: Data, ref: str) -> Data:
    """Change a customer."""
    held = await till.find("customer", ref)
    fields = _said(given)
    if settings := given.get("invoice_settings"):
        if method := settings.get("default_payment_method"):
            found = await till.find("payment_method", method, param="invoice_settings[default_payment_method]")
            if found["customer"] != ref:
                raise Refused(
                    "The customer does not have a payment method with the ID "
                    f"{method}. The payment method must be attached to the customer.",
                    code="resource_missing", param="invoice_settings[default_payment_method]",
                )  # fmt: skip
        fields["invoice_settings"] = held["invoice_settings"] | {k: v or None for k, v in settings.items()}
    return await change_and_tell(till, "customer.updated", held, **fields)


@endpoint("DELETE", "/v1/customers/{customer}", CustomerDeleteParams)
async def delete(till: Till, _given: Data, ref: str) -> Data:
    """Delete a customer; their subscriptions end."""
    held = await till.find("customer", ref)
    for gone in LEAVING:
        await gone(till, ref)
    await tell(till, "customer.deleted", held)
    return await till.erase(held)


LEAVING: list[Any] = []
"""Told of customers that are being deleted."""


@endpoint("GET", "/v1/customers/{customer}/payment_methods", CustomerPaymentMethodListParams)
async def ways_of(till: Till, given: Data, ref: str) -> Data:
    """The ways of paying that a customer keeps."""
    await till.find("customer", ref, param="customer")
    given.pop("allow_redisplay", None)
    return await listed(till, "payment_method", given | {"customer": ref})


@endpoint("POST", "/v1/payment_methods", PaymentMethodCreateParams)
async def create_way(till: Till, given: Data) -> Data:
    """A way of paying."""
    if "type" not in given:
        raise needs("type")
    return await methods.from_given(till, given)


@endpoint("GET", "/v1/payment_methods/{payment_method}", PaymentMethodRetrieveParams)
async def way(till: Till, _given: Data, ref: str) -> Data:
    """A way of paying."""
    return await methods.held(till, ref)


@endpoint("GET", "/v1/payment_methods", PaymentMethodListParams)
async def ways(till: Till, given: Data) -> Data:
    """Ways of paying, newest first."""
    return await listed(till, "payment_method", given)


@endpoint("POST", "/v1/payment_methods/{payment_method}", PaymentMethodUpdateParams)
async def update_way(till: Till, given: Data, ref: str) -> Data:
    """Change what may change of a way of paying that a customer keeps."""
    held = await till.find("payment_method", ref, param="payment_method")
    if not held["customer"]:
        raise Refused("You must save this PaymentMethod to a customer before you can update it.")
    fields: Data = {name: given[name] for name in ("metadata", "allow_redisplay") if name in given}
    if billing := given.get("billing_details"):
        fields["billing_details"] = held["billing_details"] | {k: v or None for k, v in billing.items()}
    if card := given.get("card"):
        facts = {name: card[name] for name in ("exp_month", "exp_year") if name in card}
        fields["card"] = held["card"] | facts
    return await change_and_tell(till, "payment_method.updated", held, **fields)


@endpoint("POST", "/v1/payment_methods/{payment_method}/attach", PaymentMethodAttachParams)
async def attach(till: Till, given: Data, ref: str) -> Data:
    """Let a customer keep a way of paying. Raises Refused (402) for a card that its bank refuses at once."""
    if "customer" not in given:
        raise needs("customer")
    await till.find("customer", given["customer"], param="customer")
    held = await methods.held(till, ref)
    if held["type"] == "card":
        card = await methods.card_of(till, held)
        if card.declines and card.declines_at_once and not card.asks:
            raise declined(card.declines.message, code=card.declines.code, decline_code=card.declines.reason)
    return await attach_to(till, held, given["customer"])


async def attach_to(till: Till, method: Data, customer: str) -> Data:
    """Keep it with the customer."""
    if method["customer"] not in (None, customer):
        raise Refused(
            "The payment method you provided has already been attached to a customer.",
            code="payment_method_unexpected_state",
        )
    method = await till.change(method, customer=customer)
    await tell(till, "payment_method.attached", method)
    return method


@endpoint("POST", "/v1/payment_methods/{payment_method}/detach", PaymentMethodDetachParams)
async def detach(till: Till, _given: Data, ref: str) -> Data:
    """Let a customer keep it no longer."""
    held = await till.find("payment_method", ref, param="payment_method")
    if not held["customer"]:
        raise Refused(
            "The payment method you provided is not attached to a customer so detachment is impossible.",
            code="payment_method_unexpected_state",
        )
    return await change_and_tell(till, "payment_method.detached", held, customer=None)


@endpoint("GET", "/v1/payment_method_configurations", PaymentMethodConfigurationListParams)
async def configurations(till: Till, _given: Data) -> Data:
    """Which ways of paying the account has switched on: all that its country allows."""
    account = await owner(till)
    shown: Data = {}
    for name in ("card", "alipay", "wechat_pay", "sepa_debit"):
        has = account["country"] in CAPABLE.get(name, {account["country"]}) and account["charges_enabled"]
        word = {"available": bool(has), "display_preference": {"overridable": None, "preference": "on", "value": "on"}}
        shown[name] = word
    made = blank(
        "payment_method_configuration", id="pmc_simulated", active=True, is_default=True, name="Default", **shown
    )
    return {"object": "list", "data": [made], "has_more": False, "url": till.path}
