"""Giving back: refunds of what was paid, never more than is left; and paying out what is in an account."""

from typing import Any

from sqlmodel import col

from billing.simulated.models import SimulatedObject
from billing.simulated.paying import methods
from billing.simulated.paying.balance import DAY, amount_of, balance, move, ripen
from billing.simulated.till import Till, key_for
from billing.simulated.till.events import change_and_tell, tell
from billing.simulated.wire.errors import Refused
from billing.simulated.wire.shapes import Data, part, resource

_Refund: Any = resource("refund")


async def refund(
    till: Till,
    charge: Data,
    amount: int | None,
    *,
    reason: str | None = None,
    metadata: Data | None = None,
    with_fee: bool = False,
) -> Data:
    """Give back `amount` (all that is left) of a charge; `with_fee` the platform gives back its part as well, and must
    have had one (as the real one says: https://github.com/alfio-event/alf.io/issues/739)."""
    wanted = _refundable(charge, amount)
    if with_fee and not charge["application_fee"]:
        words = f"Attempting to refund_application_fee on {charge['id']}, but it has no application fee"
        raise Refused(words, param="refund_application_fee")
    method = await till.find("payment_method", charge["payment_method"])
    card = await methods.card_of(till, method) if method["type"] == "card" else None
    key = key_for("refund")
    held = not charge["captured"]
    moved = None
    if not held:
        kind = "refund" if card else "payment_refund"
        words = f"REFUND FOR CHARGE {charge['description']}" if charge["description"] else "REFUND FOR CHARGE"
        moved = await move(till, kind, -wanted, charge["currency"], key, category="refund", description=words)
    state = "pending" if card and card.refund == "pending" else "succeeded"
    made = await till.make(
        "refund",
        id=key,
        amount=wanted,
        balance_transaction=moved["id"] if moved else None,
        charge=charge["id"],
        currency=charge["currency"],
        customer=charge["customer"],
        destination_details={"type": method["type"], **_destination(method)},
        metadata=metadata or {},
        payment_intent=charge["payment_intent"],
        reason=reason,
        status=state,
    )
    given_back = charge["amount_refunded"] + wanted
    charge = await till.change(charge, amount_refunded=given_back, refunded=given_back >= charge["amount"])
    if with_fee:
        await _give_back_fee(till, charge, wanted)
    await tell(till, "refund.created", made)
    await tell(till, "charge.refunded", charge)
    if card and card.refund == "failed":
        made = await refund_fails(till, made)
    return made


def _refundable(charge: Data, amount: int | None) -> int:
    """How much is given back. Raises Refused for more than is left, for a disputed and for an unpaid charge."""
    if charge["status"] != "succeeded":
        raise Refused(f"Charge {charge['id']} has not been paid.", code="charge_not_refundable", param="charge")
    if charge["refunded"]:
        raise Refused(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded", param="charge"
        )
    if charge["disputed"]:
        raise Refused(f"Charge {charge['id']} has been charged back.", code="charge_disputed", param="charge")
    left = charge["amount"] - charge["amount_refunded"]
    if amount is None:
        return int(left)
    if amount < 1:
        raise Refused(f"Invalid positive integer: {amount}", code="parameter_invalid_integer", param="amount")
    if amount > left:
        raise Refused(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            code="amount_too_large", param="amount",
        )  # fmt: skip
    return amount


def _destination(method: Data) -> Data:
    if method["type"] != "card":
        return {method["type"]: {}}
    return {"card": part(_Refund.DestinationDetails.Card, type="refund", reference_status="pending")}


async def _give_back_fee(till: Till, charge: Data, wanted: int) -> None:
    """The platform's part of what is given back, in proportion."""
    platform = till.other("")
    held = await platform.find("application_fee", charge["application_fee"])
    share = min(held["amount"] - held["amount_refunded"], held["amount"] * wanted // charge["amount"])
    if share < 1:
        return
    key = key_for("fee_refund")
    taken = await move(platform, "application_fee_refund", -share, held["currency"], key)
    await platform.make(
        "fee_refund", id=key, amount=share, balance_transaction=taken["id"], currency=held["currency"], fee=held["id"],
        metadata={},
    )  # fmt: skip
    total = held["amount_refunded"] + share
    after = await platform.change(held, amount_refunded=total, refunded=total == held["amount"])
    await move(till, "application_fee_refund", share, held["currency"], key, category="fee")
    await tell(platform, "application_fee.refunded", after)


async def refund_fails(till: Till, held: Data) -> Data:
    """The payer's bank sends a refund back: the money is in the account again."""
    back = await move(till, "refund_failure", held["amount"], held["currency"], held["id"], at_once=True)
    charge = await till.find("charge", held["charge"])
    left = charge["amount_refunded"] - held["amount"]
    await till.change(charge, amount_refunded=left, refunded=False)
    after = await till.change(
        held, status="failed", failure_reason="expired_or_canceled_card", failure_balance_transaction=back["id"]
    )
    await tell(till, "refund.failed", after)
    await tell(till, "charge.refund.updated", after)
    return after


def in_payout(payout: str) -> Any:
    """The condition that a movement was paid out with this payout, or is the payout's own."""
    facts, data = col(SimulatedObject.private), col(SimulatedObject.data)
    return (facts["payout"].astext == payout) | (data["source"].astext == payout)


async def pay_out(till: Till, amount: int, currency: str, **given: Any) -> Data:
    """Send this much to the account's bank. Raises Refused for more than is available."""
    has = amount_of((await balance(till))["available"], currency)
    if amount < 1 or amount > has:
        raise Refused(
            "You have insufficient funds in your Stripe account for this transfer.",
            code="balance_insufficient", param="amount",
        )  # fmt: skip
    key = key_for("payout")
    words = given.get("description") or "STRIPE PAYOUT"
    moved = await move(till, "payout", -amount, currency, key, at_once=True, description=words)
    made = await till.make(
        "payout", id=key, amount=amount, arrival_date=till.now() + 2 * DAY, automatic=given.get("automatic", False),
        balance_transaction=moved["id"], currency=currency, description=words, destination=await _bank(till),
        metadata=given.get("metadata") or {}, method=given.get("method", "standard"), source_type="card",
        reconciliation_status="completed" if given.get("automatic") else "not_applicable",
        statement_descriptor=given.get("statement_descriptor"), status="pending", type="bank_account",
    )  # fmt: skip
    await tell(till, "payout.created", made)
    return made


async def _bank(till: Till) -> str | None:
    banks = await till.all("bank_account")
    return str(banks[-1]["id"]) if banks else None


async def pay_out_all(till: Till) -> list[Data]:
    """What an account does each day by itself: pay out all that is available, and say which movements that was."""
    made = []
    await ripen(till)
    unpaid = [
        row
        for row in await till.rows("balance_transaction", status="available")
        if row.data["type"] != "payout" and "payout" not in row.private
    ]
    for currency in sorted({row.data["currency"] for row in unpaid}):
        rows = [row for row in unpaid if row.data["currency"] == currency]
        amount = min(sum(row.data["net"] for row in rows), amount_of((await balance(till))["available"], currency))
        if amount < 1:
            continue
        payout = await pay_out(till, amount, currency, automatic=True)
        for row in rows:
            await till.remember("balance_transaction", row.ref, payout=payout["id"])
        made.append(payout)
    return made


async def arrive(till: Till, payout: Data, *, ok: bool = True) -> Data:
    """A payout has reached the bank, or came back from it."""
    if payout["status"] not in ("pending", "in_transit"):
        raise Refused(f"This payout has a status of {payout['status']}.", code="payout_not_allowed")
    if ok:
        return await change_and_tell(till, "payout.paid", payout, status="paid")
    back = await move(
        till, "payout_failure", payout["amount"], payout["currency"], payout["id"], at_once=True,
        description="REVERSAL OF PAYOUT",
    )  # fmt: skip
    return await change_and_tell(
        till, "payout.failed", payout, status="failed", failure_code="account_closed",
        failure_message="The bank account has been closed.", failure_balance_transaction=back["id"],
    )  # fmt: skip
