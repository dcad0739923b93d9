"""Payment intents: what is to be paid, tried until it is."""

from typing import Any

from stripe.params import (
    PaymentIntentCancelParams,
    PaymentIntentCaptureParams,
    PaymentIntentConfirmParams,
    PaymentIntentCreateParams,
    PaymentIntentListParams,
    PaymentIntentRetrieveParams,
    PaymentIntentUpdateParams,
)

from billing.simulated.api.recurring.catalogue import LARGEST
from billing.simulated.paying import charging, methods
from billing.simulated.places import methods_for
from billing.simulated.reading import readable
from billing.simulated.registry import endpoint
from billing.simulated.till import Till, key_for
from billing.simulated.till.events import change_and_tell, tell
from billing.simulated.wire.errors import Refused
from billing.simulated.wire.shapes import Data

SAID = (
    "application_fee_amount", "customer", "description", "metadata", "receipt_email", "setup_future_usage", "shipping",
    "statement_descriptor", "statement_descriptor_suffix", "transfer_data", "transfer_group",
)  # fmt: skip
PLATFORM = {"country": "HK", "capabilities": {"card_payments": "active", "sepa_debit_payments": "active"}}


async def owner(till: Till) -> Data:
    """The account that is paid."""
    if not till.account:
        return PLATFORM
    return await till.other("").find("account", till.account)


async def offered(till: Till, currency: str, given: Data) -> list[str]:
    """The ways of paying that the account has in this currency, less those that the request rules out.

    Raises Refused when nothing is left, or the request names one that the account doesn't have.
    """
    account = await owner(till)
    has = methods_for(account["country"], currency, account["capabilities"] or {})
    if wanted := given.get("allowed_payment_method_types"):
        has = [method for method in wanted if method in has]
    has = [method for method in has if method not in given.get("excluded_payment_method_types", ())]
    if not has:
        raise Refused(
            "No valid payment method types for this payment. Activate payment methods in your dashboard, "
            "or use another currency.",
            param="allowed_payment_method_types",
        )
    return has


async def refuse_unready(till: Till) -> None:
    """Raise Refused unless the account may be paid."""
    if till.account and not (await owner(till))["charges_enabled"]:
        raise Refused("Your account cannot currently make charges.", code="account_invalid")


async def new(till: Till, amount: int, currency: str, given: Data, kinds: list[str]) -> Data:
    """An intent without a way of paying yet; `given` are the facts it carries."""
    if not 1 <= amount <= LARGEST:
        code = "amount_too_small" if amount < 1 else "amount_too_large"
        raise Refused(f"Invalid positive integer: {amount}", code=code, param="amount")
    if (given.get("application_fee_amount") or 0) > amount:
        raise Refused("Your application fee cannot be larger than the amount.", param="application_fee_amount")
    ref = key_for("payment_intent")
    made = await till.make(
        "payment_intent",
        id=ref,
        amount=amount,
        capture_method=given.get("capture_method", "automatic"),
        client_secret=f"{ref}_secret_{key_for('charge')[3:]}",
        currency=currency,
        payment_method_types=kinds,
        status="requires_payment_method",
        **({name: given[name] for name in SAID if name in given} | {"metadata": given.get("metadata") or {}}),
    )
    await tell(till, "payment_intent.created", made)
    return made


@endpoint("POST", "/v1/payment_intents", PaymentIntentCreateParams)
async def create(till: Till, given: Data) -> Data:
    """An intent, confirmed at once if it is asked for."""
    await refuse_unready(till)
    if given.get("customer"):
        await till.find("customer", given["customer"], param="customer")
    currency = given["currency"].lower()
    made = await new(till, given["amount"], currency, given, await offered(till, currency, given))
    made = await _with_method(till, made, given)
    return await _confirmed(till, made, given) if given.get("confirm") else made


async def _with_method(till: Till, intent: Data, given: Data) -> Data:
    """The intent with the way of paying that the request names or describes."""
    if data := given.get("payment_method_data"):
        method = await methods.from_given(till, data)
    elif given.get("payment_method"):
        method = await methods.held(till, given["payment_method"])
    else:
        return intent
    if method["type"] not in intent["payment_method_types"]:
        raise Refused(
            f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent.",
            code="payment_intent_incompatible_payment_method", param="payment_method",
        )  # fmt: skip
    state = "requires_confirmation" if intent["status"] == "requires_payment_method" else intent["status"]
    return await till.change(intent, payment_method=method["id"], status=state)


async def _confirmed(till: Till, intent: Data, given: Data) -> Data:
    off_session = given.get("off_session") in (True, "one_off", "recurring")
    return await charging.confirm(till, intent, off_session=off_session, return_url=given.get("return_url"))


readable(
    "payment_intent", "/v1/payment_intents", "intent", PaymentIntentRetrieveParams, PaymentIntentListParams, named=True
)


@endpoint("POST", "/v1/payment_intents/{intent}", PaymentIntentUpdateParams)
async def update(till: Till, given: Data, ref: str) -> Data:
    """Change an intent that isn't over."""
    held = await till.find("payment_intent", ref, param="intent")
    said: dict[str, Any] = {name: given[name] for name in SAID if name in given}
    if "amount" in given:
        if held["status"] not in charging.CONFIRMABLE:
            raise charging.unexpected(held, "update")
        said["amount"] = given["amount"]
    return await _with_method(till, await till.change(held, **said), given)


@endpoint("POST", "/v1/payment_intents/{intent}/confirm", PaymentIntentConfirmParams)
async def confirm(till: Till, given: Data, ref: str) -> Data:
    """Try to pay."""
    await refuse_unready(till)
    held = await till.find("payment_intent", ref, param="intent")
    if held["status"] not in charging.CONFIRMABLE:
        raise charging.unexpected(held, "confirm")
    return await _confirmed(till, await _with_method(till, held, given), given)


@endpoint("POST", "/v1/payment_intents/{intent}/capture", PaymentIntentCaptureParams)
async def capture(till: Till, given: Data, ref: str) -> Data:
    """Take the money that was held, or a part of it; the rest is let go."""
    held = await till.find("payment_intent", ref, param="intent")
    if held["status"] != "requires_capture":
        raise charging.unexpected(held, "capture")
    amount = int(given.get("amount_to_capture") or held["amount_capturable"])
    if not 0 < amount <= held["amount_capturable"]:
        raise Refused("The amount to capture is larger than what is held.", code="amount_too_large", param="amount")
    if "application_fee_amount" in given:
        held = await till.change(held, application_fee_amount=given["application_fee_amount"])
    charge = await till.find("charge", held["latest_charge"])
    charge = await till.change(charge, captured=True, amount_captured=amount, amount_refunded=held["amount"] - amount)
    method = await till.find("payment_method", held["payment_method"])
    charge = await charging.collect(till, held, charge, method)
    after = await till.change(held, status="succeeded", amount_capturable=0, amount_received=amount)
    await tell(till, "charge.captured", charge)
    await tell(till, "payment_intent.succeeded", after)
    return after


@endpoint("POST", "/v1/payment_intents/{intent}/cancel", PaymentIntentCancelParams)
async def cancel(till: Till, given: Data, ref: str) -> Data:
    """Give an intent up that hasn't been paid."""
    held = await till.find("payment_intent", ref, param="intent")
    if held["status"] not in charging.CONFIRMABLE | {"requires_capture"}:
        raise charging.unexpected(held, "cancel")
    return await change_and_tell(
        till, "payment_intent.canceled", held, status="canceled", canceled_at=till.now(), amount_capturable=0,
        cancellation_reason=given.get("cancellation_reason"), next_action=None,
    )  # fmt: skip
