"""A month that was paid, entered as the payment of one gift: whichever way it was heard of, and however often."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import select

from billing.processor.booking.truth import refresh
from billing.processor.models import PaymentRow
from billing.processor.subscriptions.reading import Invoice
from infra.clock import now
from infra.database import Session
from infra.scope import current_tenant


async def payment_row(session: Session, gift: UUID) -> PaymentRow | None:
    """What is known of a gift's payment; None for one that was never begun here."""
    found = select(PaymentRow).where(PaymentRow.id == gift).execution_options(populate_existing=True)
    return (await session.exec(found)).one_or_none()


async def enter(session: Session, invoice: Invoice, gift: UUID, campaign: UUID | None) -> None:
    """Let the charge that paid an invoice be this gift's payment, then fetch, book and tell it. A gift that another
    charge has paid keeps that. Raises Unavailable, and then nothing was changed."""
    values = {
        "tenant_id": current_tenant(), "id": gift, "account": invoice.account, "campaign": campaign,
        "currency": invoice.money.currency, "minor": invoice.money.minor, "attempt": 1, "state": "open",
        "refunded_minor": 0, "disputed_minor": 0, "changed_at": now(),
    }  # fmt: skip
    await session.execute(insert(PaymentRow).values(values).on_conflict_do_nothing())
    found = select(PaymentRow).where(PaymentRow.id == gift).with_for_update()
    row = (await session.exec(found.execution_options(populate_existing=True))).one()
    if row.charge is None:
        row.charge, row.intent, row.subscription = invoice.charge, invoice.intent, invoice.subscription
        await session.flush()
    await refresh(session, gift)
