"""Gives back what was given, all of it or a part, once for each time that it is asked, and never more than is left."""

from datetime import datetime
from uuid import UUID

import stripe
from sqlalchemy import BigInteger, cast, func
from sqlmodel import col, select
from stripe.params import RefundCreateParams

from billing.ledger.balances import balance
from billing.money import Money
from billing.processor.access import Refused, at, client
from billing.processor.amounts import to_stripe
from billing.processor.booking.truth import refresh
from billing.processor.models import Operation, PaymentRow
from billing.processor.operations import carry_out, want
from billing.processor.payments import payment_of
from infra.database import Session
from infra.errors import Invalid, NotFound, _
from infra.jobs import enqueue, job
from infra.scope import current_tenant

REASONS = ("requested_by_customer", "duplicate", "fraudulent")
"""The processor's words. It blocks the card and the address of a donor whose gift was fraudulent."""


async def left(session: Session, gift: UUID) -> Money:
    """What could still be given back: what was paid less what was given back, taken by a dispute, or is about to be
    given back. Raises NotFound."""
    return await _left(session, await _locked(session, gift))


async def refund(session: Session, gift: UUID, money: Money, reason: str, *, key: str) -> UUID:
    """Give `money` of a gift back; returns the operation, which a job carries out once the caller has committed.

    `key` names this wish (a token in the form): asked again with it, it is the same one. Raises NotFound (nothing was
    paid), Invalid (`money` is more than is left, or nothing), Conflict (the key stood for another sum).
    """
    if reason not in REASONS:
        raise ValueError(reason)
    row = await _locked(session, gift)
    named = f"refund:{gift}:{key}"
    asked = {"gift": str(gift), "minor": money.minor, "currency": money.currency, "reason": reason}
    before = (await session.exec(select(Operation).where(Operation.key == named))).one_or_none()
    if before is None:
        most = await _left(session, row)
        if money.currency != row.currency or not 0 < money.minor <= most.minor:
            raise Invalid(_("Between nothing and what is left of the gift."), field="amount")
    operation = await want(session, "refund", named, asked, subject=gift, params=asked)
    await enqueue(session, "processor.refund", {"operation": str(operation.id)}, key=f"refund:{operation.id}")
    return operation.id


async def _locked(session: Session, gift: UUID) -> PaymentRow:
    found = select(PaymentRow).where(PaymentRow.id == gift).with_for_update()
    row = (await session.exec(found.execution_options(populate_existing=True))).one_or_none()
    if row is None or row.state != "paid" or row.charge is None:
        raise NotFound
    return row


async def _left(session: Session, row: PaymentRow) -> Money:
    minor = cast(col(Operation.params)["minor"].astext, BigInteger)
    under_way = select(func.coalesce(func.sum(minor), 0)).where(
        col(Operation.kind) == "refund", col(Operation.subject) == row.id, col(Operation.state) == "wanted"
    )
    kept = payment_of(row).kept.minor - int((await session.exec(under_way)).one())
    return Money(max(0, kept), row.currency)


@job("processor.refund")
async def give_back(session: Session, operation: str) -> None:
    """The job: ask the processor, then look at the gift anew. What it refuses is kept as refused."""
    row = (await session.exec(select(Operation).where(Operation.id == UUID(operation)))).one_or_none()
    if row is None or row.kind != "refund" or row.subject is None:
        return
    payment = (await session.exec(select(PaymentRow).where(PaymentRow.id == row.subject))).one()
    sent: RefundCreateParams = {
        "charge": payment.charge or "",
        "amount": to_stripe(Money(row.params["minor"], row.params["currency"])),
        "reason": row.params["reason"],
        "metadata": {"gift": str(row.subject), "operation": str(row.id)},
    }
    shared = await _shared(session, payment)
    if shared:
        sent["refund_application_fee"] = True

    async def call(key: str) -> stripe.StripeObject:
        return await client().v1.refunds.create_async(sent, options=at(payment.account, key))

    async def find() -> str | None:
        made = await client().v1.refunds.list_async({"charge": sent["charge"], "limit": 100}, at(payment.account))
        mine = [one.id for one in made.data if one.metadata and one.metadata.to_dict().get("operation") == str(row.id)]
        return mine[0] if mine else None

    try:
        await carry_out(row, call, find)
    except Refused:
        return
    await refresh(session, payment.id)
    if shared:  # the platform's part comes back by itself, under no name that leads there from here
        await enqueue(session, "processor.sweep", key=f"processor.sweep:{current_tenant()}")


async def _shared(session: Session, payment: PaymentRow) -> bool:
    """Whether the platform had a part of it: one that was given before there was a fee has none to give back."""
    if payment.fee_currency is None:
        return False
    return await balance(session, "platform_fees", payment.fee_currency, gift=payment.id) > 0


async def refunds_of(session: Session, gift: UUID) -> list[tuple[datetime, Money, str, str]]:
    """What was asked to be given back of a gift: (when, how much, state wanted|done|refused, the refusal's word)."""
    found = select(Operation).where(Operation.kind == "refund", Operation.subject == gift)
    rows = await session.exec(found.order_by(col(Operation.made_at), col(Operation.id)))
    return [
        (row.made_at, Money(row.params["minor"], row.params["currency"]), row.state, row.error or "") for row in rows
    ]
