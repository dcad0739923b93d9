"""From a name that somebody mentioned to what has to be booked because of it.

A payment that came by a page of ours is booked with its gift. One that the organisation took by itself, on its own
account, is booked as well, without: else the books would not be what the account is.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import or_, select

from billing.ledger import book
from billing.processor.access import at, client, plainly
from billing.processor.booking.entries import entry_of, txn_of
from billing.processor.booking.payouts import book_payout
from billing.processor.booking.truth import fetch, id_of, refresh
from billing.processor.models import PaymentRow
from billing.processor.subscriptions.reading import invoice_paid_by
from billing.processor.subscriptions.watching import KINDS, recurred
from infra.database import Session
from infra.scope import current_tenant


async def concern(
    session: Session, account: str, kind: str, key: str, gift: UUID | None = None, *, moved: bool = True
) -> None:
    """Fetch what is named and book it; `gift` is what somebody says that it is about, `moved` whether money can have.

    Raises Unavailable; then nothing was changed, and it wants doing again.
    """
    if kind == "payout":
        await book_payout(session, account, key)
        return
    if kind in KINDS:
        await recurred(session, account, kind, key)
        return
    if kind == "balance_transaction":
        await _book_alone(session, account, key)
        return
    row = await _row_of(session, account, gift, key)
    charge = None if kind in ("checkout.session", "payment_intent") else key
    if kind in ("refund", "dispute") and charge:
        charge = await _charge_of(account, kind, key)
        row = row or await _row_of(session, account, None, charge or "")
    if row is not None:
        await refresh(session, row.id)
        if charge is None or row.charge == charge:
            return
    if charge and moved:
        await _book_charge(session, account, charge, row)


async def _row_of(session: Session, account: str, gift: UUID | None, key: str) -> PaymentRow | None:
    """The payment that this belongs to, as far as it can be told without asking."""
    named = or_(PaymentRow.charge == key, PaymentRow.intent == key, PaymentRow.session == key)
    found = select(PaymentRow).where(PaymentRow.account == account)
    row = (await session.exec(found.where(named))).first()
    if row is None and gift is not None:
        row = (await session.exec(found.where(PaymentRow.id == gift))).first()
    return row


async def _charge_of(account: str, kind: str, key: str) -> str | None:
    with plainly():
        stripe = client().v1
        made: Any = (
            await stripe.refunds.retrieve_async(key, options=at(account))
            if kind == "refund"
            else await stripe.disputes.retrieve_async(key, options=at(account))
        )
    return id_of(made.charge)


async def _book_charge(session: Session, account: str, key: str, tried: PaymentRow | None) -> None:
    """A charge of which we know no gift: one that its own words lead to, else the organisation's own affair."""
    charge, moved, _disputes = await fetch(account, key)
    named = (charge["metadata"] or {}).get("gift", "")
    if named and (row := await _row_of(session, account, _uuid(named), id_of(charge["payment_intent"]) or key)):
        if tried is None or tried.id != row.id:
            await refresh(session, row.id)
        if row.charge == key:
            return
    intent = id_of(charge["payment_intent"])
    if intent and (invoice := await invoice_paid_by(account, intent)):
        await recurred(session, account, "invoice", invoice)
        if (row := await _row_of(session, account, None, key)) and row.charge == key:
            return
    for made in moved:
        if entry := entry_of(txn_of(made)):
            await book(session, entry)


def _uuid(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None


async def _book_alone(session: Session, account: str, key: str) -> None:
    """A balance transaction by itself: what caused it leads to all that belongs together."""
    with plainly():
        told = await client().v1.balance_transactions.retrieve_async(key, {"expand": ["source"]}, options=at(account))
    made = told.to_dict()
    source = made["source"]
    kind = source["object"] if source and not isinstance(source, str) else ""
    row = None
    if kind in ("charge", "refund", "dispute", "payout"):
        await concern(session, account, kind, source["id"])
        charge = source["id"] if kind == "charge" else id_of(source.get("charge"))
        row = await _row_of(session, account, None, charge) if charge else None
        row = row if row and row.charge == charge else None
    await session.flush()
    if (entry := entry_of(txn_of(made, *((row.id, row.campaign) if row else ())))) and not await booked(
        session, [entry.ref]
    ):
        await book(session, entry)


async def booked(session: Session, refs: list[str]) -> set[str]:
    """Which of these references stand in the books of the tenant in scope."""
    asked = text("SELECT ref FROM ledger_entry WHERE tenant_id = :tenant AND ref = ANY(:refs)")
    return set((await session.execute(asked, {"tenant": current_tenant(), "refs": refs})).scalars())
