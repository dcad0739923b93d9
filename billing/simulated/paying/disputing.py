"""Disputes: a payer's bank takes the money back at once, with a fee, and gives it back when the dispute is won."""

from typing import Any

from billing.simulated.paying.balance import DAY, dispute_fee, fee, move
from billing.simulated.till import Till, key_for
from billing.simulated.till.events import tell
from billing.simulated.wire.errors import Refused
from billing.simulated.wire.shapes import Data, part, resource

ANSWER_DAYS = 9
OVER = {"won", "lost", "warning_closed"}
_Dispute: Any = resource("dispute")
WINS, LOSES = "winning_evidence", "losing_evidence"
"""What evidence must say for a simulated bank to be convinced, or not."""


async def dispute(till: Till, charge: Data, reason: str, *, inquiry: bool = False) -> Data:
    """The payer's bank disputes a charge. An inquiry only asks: no money moves yet."""
    key = key_for("dispute")
    left = charge["amount"] - charge["amount_refunded"]
    moved = [] if inquiry else [await _withdraw(till, key, charge, left)]
    card = (charge["payment_method_details"] or {}).get("card") or {}
    network = part(
        _Dispute.PaymentMethodDetails.Card, brand=card.get("brand", "visa"), network=card.get("brand", "visa"),
        case_type="inquiry" if inquiry else "chargeback", network_reason_code="10.4",
    )  # fmt: skip
    details = part(
        _Dispute.EvidenceDetails, due_by=till.now() + ANSWER_DAYS * DAY, submission_method="not_submitted",
        enhanced_eligibility={},
    )  # fmt: skip
    made = await till.make(
        "dispute",
        id=key,
        amount=left,
        balance_transactions=moved,
        charge=charge["id"],
        currency=charge["currency"],
        evidence={"enhanced_evidence": {}},
        evidence_details=details,
        is_charge_refundable=inquiry,
        network_reason_code="10.4",
        payment_intent=charge["payment_intent"],
        payment_method_details={"type": "card", "card": network},
        reason=reason,
        status="warning_needs_response" if inquiry else "needs_response",
    )
    await till.change(charge, disputed=True)
    await tell(till, "charge.dispute.created", made)
    if moved:
        await tell(till, "charge.dispute.funds_withdrawn", made)
    return made


async def _withdraw(till: Till, key: str, charge: Data, amount: int) -> Data:
    currency = charge["currency"]
    cost = fee(dispute_fee(currency), currency, description="Dispute fee")
    words = f"Chargeback withdrawal for {charge['id']}"
    return await move(till, "adjustment", -amount, currency, key, fees=[cost], at_once=True, description=words)


async def decide(till: Till, disputed: Data, *, won: bool) -> Data:
    """The bank decides. Won: what was taken comes back, the fee doesn't. Raises Refused where it has decided."""
    if disputed["status"] in OVER:
        raise Refused("This dispute is already closed", code="dispute_closed")
    asked = disputed["status"].startswith("warning")
    status = "warning_closed" if asked else "won" if won else "lost"
    moved = list(disputed["balance_transactions"])
    if won and moved:
        words = f"Chargeback reversal for {disputed['charge']}"
        moved.append(
            await move(
                till, "adjustment", disputed["amount"], disputed["currency"], disputed["id"], at_once=True,
                category="dispute_reversal", description=words,
            )
        )  # fmt: skip
    after = await till.change(disputed, status=status, balance_transactions=moved)
    await tell(till, "charge.dispute.closed", after)
    if len(moved) > 1:
        await tell(till, "charge.dispute.funds_reinstated", after)
    return after
