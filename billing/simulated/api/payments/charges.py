"""Charges, what they moved, refunds of them, and their disputes."""

from typing import Any

from stripe.params import (
    ApplicationFeeListParams,
    ApplicationFeeRetrieveParams,
    BalanceRetrieveParams,
    BalanceTransactionListParams,
    BalanceTransactionRetrieveParams,
    ChargeListParams,
    ChargeRetrieveParams,
    ChargeUpdateParams,
    DisputeCloseParams,
    DisputeListParams,
    DisputeRetrieveParams,
    DisputeUpdateParams,
    RefundCancelParams,
    RefundCreateParams,
    RefundListParams,
    RefundRetrieveParams,
    RefundUpdateParams,
)

from billing.simulated.paying import balance as balances
from billing.simulated.paying import refunding
from billing.simulated.paying.disputing import LOSES, OVER, WINS, decide
from billing.simulated.reading import readable
from billing.simulated.registry import endpoint
from billing.simulated.till import Till
from billing.simulated.till.events import change_and_tell, tell
from billing.simulated.till.listing import listed
from billing.simulated.wire.errors import Refused, needs
from billing.simulated.wire.shapes import Data

readable("charge", "/v1/charges", "charge", ChargeRetrieveParams, ChargeListParams, named=True)


@endpoint("POST", "/v1/charges/{charge}", ChargeUpdateParams)
async def update_charge(till: Till, given: Data, ref: str) -> Data:
    """Change what may change of a charge."""
    held = await till.find("charge", ref, param="charge")
    names = ("description", "metadata", "receipt_email", "customer", "fraud_details", "transfer_group")
    return await change_and_tell(till, "charge.updated", held, **{name: given[name] for name in names if name in given})


@endpoint("GET", "/v1/balance", BalanceRetrieveParams)
async def balance(till: Till, _given: Data) -> Data:
    """What the account has."""
    return await balances.balance(till)


@endpoint("GET", "/v1/balance_transactions/{id}", BalanceTransactionRetrieveParams)
async def transaction(till: Till, _given: Data, ref: str) -> Data:
    """One movement."""
    await balances.ripen(till)
    return await till.find("balance_transaction", ref)


@endpoint("GET", "/v1/balance_transactions", BalanceTransactionListParams)
async def transactions(till: Till, given: Data) -> Data:
    """Movements, newest first; those of one payout where it is asked for."""
    await balances.ripen(till)
    payout = given.pop("payout", None)
    also: list[Any] = []
    if payout:
        await till.find("payout", payout, param="payout")
        also.append(refunding.in_payout(payout))
    return await listed(till, "balance_transaction", given, also=also)


@endpoint("POST", "/v1/refunds", RefundCreateParams)
async def refund(till: Till, given: Data) -> Data:
    """Give back all or a part of what was paid. Raises Refused for more than is left."""
    if "charge" not in given and "payment_intent" not in given:
        raise needs("payment_intent")
    ref = given.get("charge")
    if not ref:
        intent = await till.find("payment_intent", given["payment_intent"], param="payment_intent")
        ref = intent["latest_charge"]
        if not ref:
            raise Refused(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
                code="payment_intent_unexpected_state",
            )  # fmt: skip
    held = await till.find("charge", ref, param="charge")
    return await refunding.refund(
        till, held, given.get("amount"), reason=given.get("reason"), metadata=given.get("metadata"),
        with_fee=bool(given.get("refund_application_fee")),
    )  # fmt: skip


readable("refund", "/v1/refunds", "refund", RefundRetrieveParams, RefundListParams, named=True)


@endpoint("POST", "/v1/refunds/{refund}", RefundUpdateParams)
async def update_refund(till: Till, given: Data, ref: str) -> Data:
    """Change a refund's metadata."""
    held = await till.find("refund", ref, param="refund")
    after = await change_and_tell(till, "refund.updated", held, metadata=given.get("metadata"))
    await tell(till, "charge.refund.updated", after)
    return after


@endpoint("POST", "/v1/refunds/{refund}/cancel", RefundCancelParams)
async def cancel_refund(till: Till, _given: Data, ref: str) -> Data:
    """Only a refund that waits for the payer's details could be cancelled, and none here does."""
    held = await till.find("refund", ref, param="refund")
    raise Refused(f"A refund with a status of {held['status']} cannot be canceled.", code="charge_not_refundable")


readable("dispute", "/v1/disputes", "dispute", DisputeRetrieveParams, DisputeListParams, named=True)


@endpoint("POST", "/v1/disputes/{dispute}", DisputeUpdateParams)
async def update_dispute(till: Till, given: Data, ref: str) -> Data:
    """Say something to a dispute. Once submitted, the bank decides by what the evidence's free text says."""
    held = await till.find("dispute", ref, param="dispute")
    if held["status"] in OVER:
        raise Refused("This dispute is already closed", code="dispute_closed")
    evidence = held["evidence"] | (given.get("evidence") or {})
    details = held["evidence_details"] | {"has_evidence": len(evidence) > 1}
    fields: Data = {"evidence": evidence, "metadata": given.get("metadata")}
    submitted = given.get("submit", True) and given.get("evidence")
    if submitted:
        fields["status"] = "warning_under_review" if held["status"].startswith("warning") else "under_review"
        details |= {"submission_count": details["submission_count"] + 1, "submission_method": "manual"}
    after = await change_and_tell(till, "charge.dispute.updated", held, evidence_details=details, **fields)
    text = evidence.get("uncategorized_text") or ""
    if submitted and text in (WINS, LOSES):
        after = await decide(till, after, won=text == WINS)
    return after


@endpoint("POST", "/v1/disputes/{dispute}/close", DisputeCloseParams)
async def close_dispute(till: Till, _given: Data, ref: str) -> Data:
    """Accept a dispute: it is lost."""
    return await decide(till, await till.find("dispute", ref, param="dispute"), won=False)


readable("application_fee", "/v1/application_fees", "id", ApplicationFeeRetrieveParams, ApplicationFeeListParams)
