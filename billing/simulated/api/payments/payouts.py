"""Payouts to an account's bank."""

from stripe.params import (
    PayoutCancelParams,
    PayoutCreateParams,
    PayoutListParams,
    PayoutRetrieveParams,
    PayoutUpdateParams,
)

from billing.simulated.paying.balance import move
from billing.simulated.paying.refunding import pay_out
from billing.simulated.reading import readable
from billing.simulated.registry import endpoint
from billing.simulated.till import Till
from billing.simulated.till.events import change_and_tell
from billing.simulated.wire.errors import Refused
from billing.simulated.wire.shapes import Data


@endpoint("POST", "/v1/payouts", PayoutCreateParams)
async def create(till: Till, given: Data) -> Data:
    """Send money to the bank now."""
    names = ("description", "metadata", "method", "statement_descriptor")
    said = {name: given[name] for name in names if name in given}
    return await pay_out(till, given["amount"], given["currency"].lower(), **said)


readable("payout", "/v1/payouts", "payout", PayoutRetrieveParams, PayoutListParams, named=True)


@endpoint("POST", "/v1/payouts/{payout}", PayoutUpdateParams)
async def update(till: Till, given: Data, ref: str) -> Data:
    """Change a payout's metadata."""
    held = await till.find("payout", ref, param="payout")
    return await change_and_tell(till, "payout.updated", held, metadata=given.get("metadata"))


@endpoint("POST", "/v1/payouts/{payout}/cancel", PayoutCancelParams)
async def cancel(till: Till, _given: Data, ref: str) -> Data:
    """Call back a payout that hasn't left yet."""
    held = await till.find("payout", ref, param="payout")
    if held["status"] != "pending" or held["automatic"]:
        raise Refused("This payout cannot be canceled.", code="payout_not_allowed")
    back = await move(till, "payout_cancel", held["amount"], held["currency"], ref, at_once=True)
    return await change_and_tell(
        till, "payout.canceled", held, status="canceled", failure_balance_transaction=back["id"]
    )
