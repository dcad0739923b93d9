"""A gift's payment as the processor has it: fetched, booked, told. Whatever led here, the outcome is the same.

The gift's row is locked before anything is fetched, so what is written last was fetched last.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlmodel import select

from billing.ledger import book
from billing.processor.access import at, client, plainly
from billing.processor.amounts import from_stripe
from billing.processor.booking.disputes import keep
from billing.processor.booking.entries import entry_of, txn_of
from billing.processor.models import PaymentRow
from billing.processor.payments import Payment, payment_of, tell
from billing.processor.subscriptions.reading import paying
from infra.clock import now
from infra.database import Session

CHARGE = [
    "balance_transaction",
    "failure_balance_transaction",
    "refunds.data.balance_transaction",
    "refunds.data.failure_balance_transaction",
]
REFUND = ["data.balance_transaction", "data.failure_balance_transaction"]
HARMLESS = {"won", "prevented", "warning_needs_response", "warning_under_review", "warning_closed"}
"""States of a dispute in which the gift's money isn't gone."""


def id_of(reference: Any) -> str | None:
    """The id of an object that may or may not have been expanded."""
    return reference if reference is None or isinstance(reference, str) else str(reference["id"])


async def refresh(session: Session, gift: UUID) -> Payment | None:
    """Fetch, book and tell; returns the payment, None for a gift that was never begun here. Raises Unavailable, and
    then nothing was changed."""
    found = select(PaymentRow).where(PaymentRow.id == gift).with_for_update()
    row = (await session.exec(found.execution_options(populate_existing=True))).one_or_none()
    if row is None:
        return None
    email = ""
    if row.charge:
        email = await _settle(session, row, row.charge)
    elif row.session:
        email = await _ask(session, row, row.session)
    payment = payment_of(row, email)
    await session.flush()
    await tell(session, payment)
    return payment


async def _ask(session: Session, row: PaymentRow, hosted: str) -> str:
    """What has become of the page; the address that its payer typed there, "" for none."""
    with plainly():
        told = await client().v1.checkout.sessions.retrieve_async(
            hosted, {"expand": ["payment_intent"]}, options=at(row.account)
        )
    page = told.to_dict()
    intent = page["payment_intent"]
    if page["mode"] == "subscription":  # what was paid here is the invoice of the first period
        row.subscription, invoice = id_of(page["subscription"]), id_of(page["invoice"])
        intent = await paying(row.account, invoice) if invoice else None
    row.changed_at = now()
    row.intent = id_of(intent)
    charge = id_of(intent["latest_charge"]) if intent else None
    if intent and intent["status"] == "succeeded" and charge:
        return await _settle(session, row, charge) or str((page["customer_details"] or {}).get("email") or "")
    if intent and intent["status"] == "processing":
        row.state = "processing"
    elif page["status"] == "expired":
        row.state = "expired"
    elif intent and page["status"] == "complete" and intent["status"] in ("requires_payment_method", "canceled"):
        row.state = "failed"
    else:
        row.state = "open"
    return ""


async def fetch(account: str, charge_id: str) -> tuple[dict[str, Any], list[Any], list[Any]]:
    """A charge, the balance transactions of all that has moved because of it, and its disputes."""
    with plainly():
        told = await client().v1.charges.retrieve_async(charge_id, {"expand": CHARGE}, options=at(account))
        charge = told.to_dict()
        refunds = await _refunds(account, charge)
        disputes = await _disputes(account, charge)
    moved = [charge["balance_transaction"], charge["failure_balance_transaction"]]
    for refund in refunds:
        moved += [refund["balance_transaction"], refund["failure_balance_transaction"]]
    for dispute in disputes:
        moved += dispute["balance_transactions"]
    return charge, [made for made in moved if made], disputes


async def _settle(session: Session, row: PaymentRow, charge_id: str) -> str:
    """Book all that has moved because of a gift's charge; its payer's e-mail address, "" for none."""
    charge, moved, disputes = await fetch(row.account, charge_id)
    for made in moved:
        if entry := entry_of(txn_of(made, row.id, row.campaign)):
            await book(session, entry)
    _note(row, charge, disputes)
    await keep(session, row.id, disputes)
    return str((charge["billing_details"] or {}).get("email") or "")


def _note(row: PaymentRow, charge: dict[str, Any], disputes: list[Any]) -> None:
    """Keep what the processor says about the charge."""
    details = charge["payment_method_details"]
    row.charge, row.state = charge["id"], "paid" if charge["paid"] else "failed"
    row.method = details["type"] if details else None
    row.country = details["card"]["country"] if details and details["type"] == "card" else None
    row.paid_at = datetime.fromtimestamp(charge["created"], UTC)
    row.refunded_minor = from_stripe(charge["amount_refunded"], charge["currency"]).minor
    taken = [from_stripe(item["amount"], item["currency"]) for item in disputes if item["status"] not in HARMLESS]
    row.disputed_minor = sum(money.minor for money in taken if money.currency == row.currency)
    row.changed_at = now()
    if made := charge["balance_transaction"]:
        fee = from_stripe(made["fee"], made["currency"])
        row.fee_minor, row.fee_currency = fee.minor, fee.currency


async def _refunds(account: str, charge: dict[str, Any]) -> list[Any]:
    """A charge's refunds; those that came with it, unless there are more."""
    listed = charge.get("refunds")
    if listed is not None and not listed["has_more"]:
        return list(listed["data"])
    more = await client().v1.refunds.list_async(
        {"charge": charge["id"], "limit": 100, "expand": REFUND}, options=at(account)
    )
    return [refund.to_dict() async for refund in more.auto_paging_iter()]


async def _disputes(account: str, charge: dict[str, Any]) -> list[Any]:
    """A charge's disputes; few, so one page."""
    if not charge["disputed"]:
        return []
    listed = await client().v1.disputes.list_async({"charge": charge["id"], "limit": 100}, options=at(account))
    return [dispute.to_dict() for dispute in listed.data]
