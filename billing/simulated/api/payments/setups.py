"""Setup intents: a way of paying is kept for later, with its holder's confirmation where the card asks for it."""

from typing import Any

from stripe.params import (
    SetupIntentCancelParams,
    SetupIntentConfirmParams,
    SetupIntentCreateParams,
    SetupIntentListParams,
    SetupIntentRetrieveParams,
)

from billing.simulated.api.payments.customers import attach_to
from billing.simulated.paying import methods
from billing.simulated.reading import readable
from billing.simulated.registry import endpoint
from billing.simulated.till import Till, key_for
from billing.simulated.till.events import tell
from billing.simulated.wire.errors import Refused, declined
from billing.simulated.wire.shapes import Data, part, resource

_Setup: Any = resource("setup_intent")
OPEN = {"requires_payment_method", "requires_confirmation", "requires_action"}


async def new(till: Till, given: Data) -> Data:
    """A setup intent without a way of paying yet."""
    ref = key_for("setup_intent")
    made = await till.make(
        "setup_intent",
        id=ref,
        client_secret=f"{ref}_secret_{key_for('charge')[3:]}",
        customer=given.get("customer"),
        description=given.get("description"),
        metadata=given.get("metadata") or {},
        payment_method_types=given.get("allowed_payment_method_types") or ["card"],
        status="requires_payment_method",
        usage=given.get("usage", "off_session"),
    )
    await tell(till, "setup_intent.created", made)
    return made


@endpoint("POST", "/v1/setup_intents", SetupIntentCreateParams)
async def create(till: Till, given: Data) -> Data:
    """A setup intent, confirmed at once if it is asked for."""
    if given.get("customer"):
        await till.find("customer", given["customer"], param="customer")
    made = await _with_method(till, await new(till, given), given)
    return await confirm_setup(till, made) if given.get("confirm") else made


async def _with_method(till: Till, intent: Data, given: Data) -> Data:
    if data := given.get("payment_method_data"):
        method = await methods.from_given(till, data)
    elif given.get("payment_method"):
        method = await methods.held(till, given["payment_method"])
    else:
        return intent
    return await till.change(intent, payment_method=method["id"], status="requires_confirmation")


async def confirm_setup(till: Till, intent: Data) -> Data:
    """Keep the way of paying. Raises Refused (402) when the card's bank won't have it."""
    if intent["status"] not in OPEN or not intent["payment_method"]:
        raise Refused(
            f"You cannot confirm this SetupIntent because it has a status of {intent['status']}.",
            code="setup_intent_unexpected_state",
        )
    method = await till.find("payment_method", intent["payment_method"])
    card = await methods.card_of(till, method) if method["type"] == "card" else None
    if card and (card.asks or card.asks_once):
        action = part(_Setup.NextAction, type="use_stripe_sdk", use_stripe_sdk={"type": "three_d_secure_redirect"})
        intent = await till.change(intent, status="requires_action", next_action=action)
        await tell(till, "setup_intent.requires_action", intent)
        return intent
    if card and card.declines and card.declines_at_once:
        why = card.declines
        error = part(
            _Setup.LastSetupError, type="card_error", code=why.code, decline_code=why.reason, message=why.message,
            payment_method=method,
        )  # fmt: skip
        intent = await till.change(
            intent, status="requires_payment_method", payment_method=None, last_setup_error=error
        )
        await tell(till, "setup_intent.setup_failed", intent)
        raise declined(why.message, code=why.code, decline_code=why.reason, setup_intent=intent)
    return await kept(till, intent, method)


async def kept(till: Till, intent: Data, method: Data) -> Data:
    """It is kept; the customer has it."""
    await till.remember("payment_method", method["id"], confirmed=True)
    if intent["customer"] and not method["customer"]:
        await attach_to(till, method, intent["customer"])
    intent = await till.change(intent, status="succeeded", next_action=None, last_setup_error=None)
    await tell(till, "setup_intent.succeeded", intent)
    return intent


readable("setup_intent", "/v1/setup_intents", "intent", SetupIntentRetrieveParams, SetupIntentListParams, named=True)


@endpoint("POST", "/v1/setup_intents/{intent}/confirm", SetupIntentConfirmParams)
async def confirm(till: Till, given: Data, ref: str) -> Data:
    """Keep the way of paying that is given."""
    return await confirm_setup(till, await _with_method(till, await till.find("setup_intent", ref), given))


@endpoint("POST", "/v1/setup_intents/{intent}/cancel", SetupIntentCancelParams)
async def cancel(till: Till, given: Data, ref: str) -> Data:
    """Give it up."""
    held = await till.find("setup_intent", ref, param="intent")
    if held["status"] not in OPEN:
        raise Refused(
            f"You cannot cancel this SetupIntent because it has a status of {held['status']}.",
            code="setup_intent_unexpected_state",
        )
    reason = given.get("cancellation_reason")
    after = await till.change(held, status="canceled", cancellation_reason=reason, next_action=None)
    await tell(till, "setup_intent.canceled", after)
    return after
